/**
 * What a unit of work costs, by part of a run: a byte hashed, a block compared, a call of zstd at a level. Nanoseconds of CPU of one thread of the machine that they were fitted on
 * (`snapdelta bench prices`); workloads/work-prices.json holds those that the model reads.
 *
 * zstd's prices stand at seven levels, and what lies between is in proportion. What has no price here costs nothing that could be told from noise.
 */
import { z } from 'zod';
import { environmentSchema } from '../measurement/environment.js';

export const workPricesSchemaName = 'snapdelta/work-prices/1';

/** Levels of zstd that have prices of their own. */
export const pricedLevels = [1, 3, 6, 9, 12, 15, 19] as const;

const atLevels = (name: string, unit: string): string[] =>
  pricedLevels.map((level) => levelPrice(name, level, unit));

export function levelPrice(name: string, level: number, unit: string): string {
  return `${name} ${level} ${unit}`;
}

const fingerprintBytes = ['xxh3-128 byte', 'blake3 byte', 'sha256 byte'];

/** Parts of a run: stages of the diff and of the apply, and what lies outside of those. Each has its prices. */
export const priceNames = {
  'diff read': ['byte', 'delta byte', 'file'],
  'diff hash': fingerprintBytes,
  'diff chunk': ['fixed byte', 'fastcdc byte', 'strided byte'],
  'diff detect': ['compared byte', 'adaptive byte', 'rolling byte', 'probe', 'block'],
  'diff delta': ['byte', 'operation'],
  'diff compress': [
    'stored byte',
    'lz4 byte',
    'native deflate byte',
    'portable deflate byte',
    'stream',
    ...atLevels('zstd', 'call'),
    ...atLevels('zstd', 'byte'),
    ...atLevels('context', 'call'),
    ...atLevels('context', 'byte'),
  ],
  'diff package': ['byte', 'segment'],
  'diff other': ['run', 'file', 'read byte', 'block', 'package byte'],
  'apply hash': fingerprintBytes,
  'apply decompress': ['stored byte', 'lz4 byte', 'deflate byte', 'zstd byte', 'zstd-context byte'],
  'apply other': ['run', 'file', 'read byte', 'written byte', 'operation', 'package byte'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Part = keyof typeof priceNames;
export const parts = Object.keys(priceNames) as Part[];

/** By part and name. */
export type WorkPrices = Readonly<Record<Part, Readonly<Record<string, number>>>>;

const price = z.number().nonnegative();
const pricesOf = (names: readonly string[]): z.ZodType<Record<string, number>> =>
  z.strictObject(Object.fromEntries(names.map((name) => [name, price])));

const errorSchema = z.strictObject({
  runs: z.int().nonnegative(),
  median: z.number().describe('of |predicted - measured| / measured'),
  p90: z.number(),
});

export const workPricesSchema = z.strictObject({
  schema: z.literal(workPricesSchemaName),
  environment: environmentSchema,
  options: z.strictObject({
    seed: z.int(),
    runs: z.int().positive().describe('strategies on workloads, drawn by chance'),
    rounds: z.int().positive().describe('of each, of which the least CPU time counts'),
  }),
  prices: z
    .strictObject(
      Object.fromEntries(parts.map((part) => [part, pricesOf(priceNames[part])])) as Record<
        Part,
        z.ZodType<Record<string, number>>
      >,
    )
    .describe('nanoseconds of CPU'),
  errors: z
    .strictObject({ diff: errorSchema, apply: errorSchema })
    .describe('of whole runs, a fifth, that the fit did not see'),
});
export type WorkPricesFile = z.infer<typeof workPricesSchema>;
