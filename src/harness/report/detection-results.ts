/** Document of `bench detection`. Everything but `cpuMs` and the environment is exact: the same on every machine. */
import { z } from 'zod';
import { environmentSchema } from '../measurement/environment.js';

export const detectionSchemaName = 'snapdelta/bench-detection/1';
export const detectionChanges = ['random', 'clustered', 'inserted', 'appended'] as const;
export type DetectionChange = (typeof detectionChanges)[number];

const count = z.int().nonnegative();

const rowSchema = z.strictObject({
  blocks: z.int().positive().describe('of the image that the remote holds'),
  change: z
    .enum(detectionChanges)
    .describe('where blocks differ: at random places, in one run, put in, put at the end'),
  changed: count.describe('blocks'),
  bytes: count.describe('of all messages of the walk, both ways'),
  messages: count,
  roundTrips: count.describe('beyond that of offer and answer'),
  manifestBytes: count.describe('what sending the manifest takes, in one round trip'),
  cpuMs: z
    .number()
    .nonnegative()
    .nullable()
    .describe('of both sides together: trees, walk, listing; null where not measured'),
});
export type DetectionRow = z.infer<typeof rowSchema>;

export const detectionResultsSchema = z.strictObject({
  schema: z.literal(detectionSchemaName),
  environment: environmentSchema
    .nullable()
    .describe('null where no CPU time was measured: the rest is exact'),
  seed: z.int(),
  tripBytes: count.nullable().describe('what a round trip was worth; null for the usual'),
  rows: z.array(rowSchema),
});
export type DetectionResults = z.infer<typeof detectionResultsSchema>;
