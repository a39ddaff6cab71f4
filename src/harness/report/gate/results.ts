/** Document of `gate`: a verdict on each metric, and on all together. Of exact figures alone it is the same bytes each time. */
import { z } from 'zod';
import { environmentSchema } from '../../measurement/environment.js';
import { countsOf, countsSchema, metricVerdictSchema, overallOf, statuses } from '../../verdict/verdict.js';
import type { MetricVerdict } from '../../verdict/verdict.js';

export const gateSchemaName = 'snapdelta/gate/1';

const sideSchema = z.strictObject({
  label: z.string().describe('a file, a baseline, a commit, a configuration'),
  environment: environmentSchema
    .nullable()
    .describe('null where all is exact, and the machine does not matter'),
});

export const gateResultsSchema = z.strictObject({
  schema: z.literal(gateSchemaName),
  baseline: sideSchema,
  candidate: sideSchema,
  rounds: z
    .strictObject({
      count: z.int().nonnegative(),
      elapsedMs: z.number().nonnegative(),
      isCutShort: z.boolean().describe('whether time ran out before everything was decided'),
    })
    .nullable()
    .describe('interleaved rounds of both sides; null where files were compared, or what is exact alone'),
  errors: z
    .strictObject({
      alpha: z.number().describe('chance of a false regression in the whole verdict'),
      beta: z.number().describe('chance of passing a metric that is worse by its threshold'),
    })
    .describe('declared rates, for what is sampled'),
  status: z.enum(statuses),
  counts: countsSchema,
  metrics: z.array(metricVerdictSchema),
});
export type GateResults = z.infer<typeof gateResultsSchema>;

export function gateResults(
  sides: Pick<GateResults, 'baseline' | 'candidate' | 'rounds' | 'errors'>,
  metrics: readonly MetricVerdict[],
): GateResults {
  const counts = countsOf(metrics);
  return { schema: gateSchemaName, ...sides, status: overallOf(counts), counts, metrics: [...metrics] };
}
