/**
 * The verdict of a gate as data: of each metric what it was, what it is, and whether that is a regression; and of all together. Wording is
 * report/gate-words.ts's.
 */
import { z } from 'zod';
import { directions } from './measure.js';

export const statuses = ['regressed', 'inconclusive', 'improved', 'pass'] as const;
export type Status = (typeof statuses)[number];

/** Why a metric has its status. */
export const reasons = [
  'equal',
  'within',
  'worse',
  'better',
  'over-limit',
  'too-few',
  'undecided',
  'missing',
  'added',
  'no-samples',
  'not-a-number',
  'machine-changed',
] as const;
export type Reason = (typeof reasons)[number];

export const thresholdSchema = z
  .strictObject({
    relative: z.number().nonnegative().describe('a share of the baseline'),
    absolute: z.number().nonnegative().describe('in the unit of the metric'),
    limit: z.number().nullable().describe('beyond this value it is a regression, whatever the baseline'),
  })
  .describe('a change for the worse must exceed both, the relative and the absolute');
export type Threshold = z.infer<typeof thresholdSchema>;

const count = z.int().nonnegative();

export const metricVerdictSchema = z.strictObject({
  metric: z.string(),
  unit: z.string(),
  direction: z.enum(directions).describe('which is better'),
  kind: z.enum(['exact', 'sampled']),
  status: z.enum(statuses),
  reason: z.enum(reasons),
  baseline: z.number().nullable().describe('the value, or the median of samples; null where there is none'),
  candidate: z.number().nullable(),
  change: z
    .number()
    .nullable()
    .describe('candidate over baseline, less 1; null where there is no baseline or it is zero'),
  interval: z
    .strictObject({ low: z.number().nullable(), high: z.number().nullable() })
    .nullable()
    .describe(
      'of the change, where sampled: the bounds that decide; a bound is null where samples are too few for one',
    ),
  threshold: thresholdSchema,
  samples: z.strictObject({ baseline: count, candidate: count }),
  samplesMissing: count.nullable().describe('how many more of each would decide, as far as can be told'),
});
export type MetricVerdict = z.infer<typeof metricVerdictSchema>;

export const countsSchema = z.strictObject({
  regressed: count,
  inconclusive: count,
  improved: count,
  pass: count,
});
export type Counts = z.infer<typeof countsSchema>;

export function countsOf(metrics: readonly Pick<MetricVerdict, 'status'>[]): Counts {
  const counts: Counts = { regressed: 0, inconclusive: 0, improved: 0, pass: 0 };
  for (const { status } of metrics) counts[status]++;
  return counts;
}

/** A regression outweighs everything, what is undecided outweighs what is good. */
export function overallOf(counts: Counts): Status {
  return statuses.find((status) => counts[status] > 0) ?? 'pass';
}
