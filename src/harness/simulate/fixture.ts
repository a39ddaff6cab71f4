/**
 * A failing run as a small file: the scenario, what it broke, and the digest of its trace. `snapdelta simulate --minimise` writes it, `snapdelta replay` runs it
 * again, and a test can keep it. And what a trace says of the run that it is of.
 */
import { z } from 'zod';
import { scenarioSchema } from '../../simulator/scenario/schema.js';
import { violationSchema } from './row.js';

export const fixtureSchemaName = 'snapdelta/fixture/v1';
export const runSchemaName = 'snapdelta/run/v1';

const cost = z.strictObject({
  bytesPerSecond: z.number().positive(),
  startMicros: z.number().nonnegative(),
});
const calibration = z.strictObject({
  chunk: cost,
  hash: cost,
  diff: cost,
  apply: cost,
  compress: cost,
  decompress: cost,
});

/** What a run follows from. */
const run = {
  snapdelta: z.string().describe('the version that wrote it'),
  scenario: scenarioSchema,
  calibration: calibration.exactOptional().describe('what CPU work costs, where it is not as usual'),
};

export const fixtureSchema = z.strictObject({
  schema: z.literal(fixtureSchemaName),
  ...run,
  violation: violationSchema,
  digest: z.string().regex(/^[0-9a-f]{32}$/, 'expected 32 hexadecimal digits'),
  found: z
    .strictObject({
      name: z.string().describe('of the scenario that failed first'),
      seed: z.int().nonnegative(),
      runCount: z.int().positive().describe('runs that made it small'),
      isMinimal: z.boolean().describe('whether every single part left is needed'),
    })
    .exactOptional(),
});
export type Fixture = z.output<typeof fixtureSchema>;

export const runSchema = z.strictObject({ schema: z.literal(runSchemaName), ...run });
export type RunDescription = z.output<typeof runSchema>;
