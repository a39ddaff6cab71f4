/**
 * The metrics of a pipeline run. A metric is exact (the same on every machine and run, compared as is) or sampled (times and
 * memory, compared through repeated samples). Less is better for all of them.
 */
import { z } from 'zod';

export const exactMetrics = [
  { name: 'packageBytes', title: 'package', unit: 'B' },
  { name: 'exchangeBytes', title: 'exchanged before', unit: 'B' },
  { name: 'exchangeTrips', title: 'round trips before', unit: '1' },
  { name: 'segments', title: 'segments', unit: '1' },
] as const;

export const sampledMetrics = [
  { name: 'diffWallMs', title: 'diff, wall', unit: 'ms' },
  { name: 'diffCpuMs', title: 'diff, CPU', unit: 'ms' },
  { name: 'diffPeakBytes', title: 'diff, peak memory', unit: 'B' },
  { name: 'applyWallMs', title: 'apply, wall', unit: 'ms' },
  { name: 'applyCpuMs', title: 'apply, CPU', unit: 'ms' },
  { name: 'applyPeakBytes', title: 'apply, peak memory', unit: 'B' },
] as const;

export type ExactMetric = (typeof exactMetrics)[number]['name'];
export type SampledMetric = (typeof sampledMetrics)[number]['name'];

export const metricSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  unit: z.string(),
  direction: z.literal('less'),
  kind: z.enum(['exact', 'sampled']),
});
export type MetricDescriptor = z.infer<typeof metricSchema>;

/** Every metric with its unit, direction and kind, as result files carry them. */
export const metricDescriptors: readonly MetricDescriptor[] = [
  ...exactMetrics.map((metric) => ({ ...metric, direction: 'less' as const, kind: 'exact' as const })),
  ...sampledMetrics.map((metric) => ({ ...metric, direction: 'less' as const, kind: 'sampled' as const })),
];

/** An object schema with one field per name. */
export function recordOf<N extends string, S extends z.ZodType>(
  names: readonly { readonly name: N }[],
  schema: S,
): z.ZodObject<Record<N, S>> {
  return z.strictObject(Object.fromEntries(names.map(({ name }) => [name, schema])) as Record<N, S>);
}
