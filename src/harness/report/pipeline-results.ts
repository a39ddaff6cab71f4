/** Document of `bench pipeline`: one configuration on one workload, in full. */
import { z } from 'zod';
import { configurationSchema } from '../experiment/configuration.js';
import { environmentSchema } from '../measurement/environment.js';
import { metricSchema } from '../measurement/metric.js';
import { rowSchema, workloadRecordSchema } from '../measurement/row.js';

export const pipelineSchemaName = 'snapdelta/bench-pipeline/2';

export const pipelineResultsSchema = z.strictObject({
  schema: z.literal(pipelineSchemaName),
  environment: environmentSchema,
  metrics: z.array(metricSchema),
  workloads: z.array(workloadRecordSchema),
  configuration: configurationSchema,
  rounds: z.int().positive(),
  rows: z.array(rowSchema),
});
export type PipelineResults = z.infer<typeof pipelineResultsSchema>;
