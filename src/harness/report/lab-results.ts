/** The document that a laboratory run leaves behind: everything that the report shows, and enough to draw the verdicts again. */
import { z } from 'zod';
import { objectiveMetrics } from '../../engine/profile/profile.js';
import { configurationSchema } from '../experiment/configuration.js';
import { environmentSchema } from '../measurement/environment.js';
import { metricSchema } from '../measurement/metric.js';
import { rowSchema, workloadRecordSchema } from '../measurement/row.js';
import { profileVerdictSchema } from '../tuning/verdict.js';
import { kernelRowSchema } from './kernel-results.js';

export const labSchemaName = 'snapdelta/lab-results/3';

export const profileRecordSchema = z.strictObject({
  name: z.string(),
  summary: z.string(),
  configuration: z.string().describe("the profile's own strategy, as measured"),
  objectives: z.array(z.strictObject({ metric: z.enum(objectiveMetrics), weight: z.number() })),
  link: z.strictObject({ bitsPerSecond: z.number(), roundTripMs: z.number() }),
});
export type ProfileRecord = z.infer<typeof profileRecordSchema>;

export const labResultsSchema = z.strictObject({
  schema: z.literal(labSchemaName),
  complete: z.boolean().describe('false while the run is under way, and in what a broken run left behind'),
  environment: environmentSchema,
  options: z.strictObject({
    quick: z.boolean(),
    scale: z
      .number()
      .positive()
      .describe('size of the synthetic and recorded workloads, relative to their definitions'),
    rounds: z.int().positive().describe('rounds that were run: every row has as many samples'),
    workers: z.int().positive().describe('threads of a measured diff'),
    jobs: z.int().positive().describe('configurations that were measured at once'),
  }),
  metrics: z.array(metricSchema),
  workloads: z.array(workloadRecordSchema),
  configurations: z.array(configurationSchema),
  rows: z.array(rowSchema),
  kernels: z.array(kernelRowSchema),
  profiles: z.array(profileRecordSchema),
  verdicts: z.array(profileVerdictSchema),
});
export type LabResults = z.infer<typeof labResultsSchema>;
