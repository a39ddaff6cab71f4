/**
 * What a gate compares: one figure under a name, whatever document it was read from. Names are paths, from the general to the particular:
 * `database-pages/fixed 4K/packageBytes`.
 */
import { z } from 'zod';
import { environmentSchema } from '../measurement/environment.js';

export const directions = ['less', 'more'] as const;
export type Direction = (typeof directions)[number];

export const measureSchema = z.strictObject({
  metric: z.string().min(1).describe('a path, from the general to the particular, divided by slashes'),
  unit: z.string(),
  direction: z.enum(directions).describe('which is better'),
  kind: z.enum(['exact', 'sampled']),
  values: z.array(z.number()).describe('one where exact; samples in the order in which they were taken'),
});
export type Measure = z.infer<typeof measureSchema>;

/** All that was measured of one program or configuration. */
export const measureSetSchema = z.strictObject({
  label: z.string().describe('what was measured: a file, a baseline, a commit, a configuration'),
  environment: environmentSchema
    .nullable()
    .describe('null where all is exact, and the machine does not matter'),
  measures: z.array(measureSchema),
});
export type MeasureSet = z.infer<typeof measureSetSchema>;
