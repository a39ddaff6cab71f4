/** Document of `bench pipeline --exact`: what is the same on every machine and for any number of workers, so that two can be compared as bytes. */
import { z } from 'zod';
import { configurationSchema } from '../experiment/configuration.js';
import { rowSchema, workloadRecordSchema } from '../measurement/row.js';
import type { PipelineResults } from './pipeline-results.js';

export const exactPipelineSchemaName = 'snapdelta/exact-pipeline/2';

export const exactPipelineResultsSchema = z.strictObject({
  schema: z.literal(exactPipelineSchemaName),
  configuration: configurationSchema,
  workloads: z.array(workloadRecordSchema),
  rows: z.array(
    rowSchema.pick({
      workload: true,
      exact: true,
      operationBytes: true,
      packageSha256: true,
      counts: true,
      instructions: true,
    }),
  ),
});
type ExactPipelineResults = z.infer<typeof exactPipelineResultsSchema>;

export function exactPipelineResults({
  configuration,
  workloads,
  rows,
}: PipelineResults): ExactPipelineResults {
  return {
    schema: exactPipelineSchemaName,
    configuration,
    workloads,
    rows: rows.map(({ workload, exact, operationBytes, packageSha256, counts, instructions }) => ({
      workload,
      exact,
      operationBytes,
      packageSha256,
      counts,
      ...(instructions === undefined ? {} : { instructions }),
    })),
  };
}
