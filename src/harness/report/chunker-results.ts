/**
 * Document of `bench chunkers`. Everything but `gigabytesPerSecond` and the environment is exact: a function of the options (and of the user's own data, where
 * that was measured), the same on every machine.
 */
import { z } from 'zod';
import { environmentSchema } from '../measurement/environment.js';
import { quantileShares } from '../statistics/distribution.js';

export const chunkerSchemaName = 'snapdelta/bench-chunkers/1';

const count = z.int().nonnegative();

const dataSchema = z.strictObject({
  name: z.string(),
  summary: z.string(),
  bytes: z.int().positive().describe('of the original version'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('of the original version'),
  edits: count.describe('inserts, deletes or overwrites in each edited version'),
});
export type ChunkedData = z.infer<typeof dataSchema>;

const foundSchema = z.strictObject({
  version: z
    .string()
    .describe(
      'insert, delete or overwrite, small (1 to 32 B each) or large (1 B to 8 KiB each); or the next snapshot',
    ),
  bytes: count.describe('size of the edited version'),
  foundBytes: count.describe('of these in chunks that the original has, too, by digest'),
});
export type FoundAgain = z.infer<typeof foundSchema>;

export const chunkerRowSchema = z.strictObject({
  chunker: z.string(),
  averageBytes: z.int().positive().describe('what was asked for'),
  minBytes: z.int().positive(),
  maxBytes: z.int().positive(),
  data: z.string(),
  chunks: z
    .strictObject({
      count,
      meanBytes: z.number().nonnegative(),
      variation: z.number().nonnegative().describe('standard deviation over mean'),
      quantileBytes: z
        .array(count)
        .length(quantileShares.length)
        .describe(`at ${quantileShares.join(', ')}`),
      histogramBinBytes: z.int().positive(),
      histogram: z.array(count).describe('chunks of (i, i + 1] bins'),
      forced: count
        .nullable()
        .describe('chunks of exactly the maximum; null where all have one size by rule'),
    })
    .describe(
      'of the original version, without the chunk that the end of data cuts short, unless it is the only one',
    ),
  found: z.array(foundSchema),
  gigabytesPerSecond: z
    .strictObject({ median: z.number(), low: z.number(), high: z.number() })
    .nullable()
    .describe(
      '1e9 bytes cut per second of CPU time, over interleaved rounds; null where not measured, or where nothing is read',
    ),
});
export type ChunkerRow = z.infer<typeof chunkerRowSchema>;

export const chunkerResultsSchema = z.strictObject({
  schema: z.literal(chunkerSchemaName),
  environment: environmentSchema.nullable().describe('null where no speed was measured: the rest is exact'),
  seed: z.int(),
  rounds: count.describe('of the speed; 0 where it was not measured'),
  data: z.array(dataSchema),
  rows: z.array(chunkerRowSchema),
});
export type ChunkerResults = z.infer<typeof chunkerResultsSchema>;
