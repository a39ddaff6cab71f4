/** What change of which metric is allowed: rules by patterns of names, the first that fits counts. */
import { z } from 'zod';
import type { Measure } from './measure.js';
import type { Threshold } from './verdict.js';

const shareText = /^(\d+(?:\.\d+)?)\s*%$/;

const share = z
  .union([
    z.number().nonnegative(),
    z.string().regex(shareText, 'expected a share such as 0.02, or 2%').transform(shareOf),
  ])
  .describe('allowed change, as a share of the baseline: 0.02, or 2%');

export const ruleSchema = z.strictObject({
  metric: z
    .string()
    .min(1)
    .describe('pattern of names: * stands for any part between slashes, ** for any parts'),
  kind: z.enum(['exact', 'sampled']).exactOptional().describe('only metrics of this kind'),
  relative: share.exactOptional(),
  absolute: z.number().nonnegative().exactOptional().describe('allowed change in the unit of the metric'),
  limit: z.number().exactOptional().describe('the worst value that is allowed at all, whatever the baseline'),
  ignore: z.boolean().exactOptional().describe('true: not judged at all'),
});
export type Rule = z.infer<typeof ruleSchema>;

export const rulesSchema = z.strictObject({ rules: z.array(ruleSchema) });

/** `2%` or `2 %` as 0.02. */
function shareOf(text: string): number {
  return Number(shareText.exec(text)?.[1]) / 100;
}

/** What is allowed where no rule says otherwise. */
export interface Defaults {
  readonly exact: Pick<Threshold, 'relative' | 'absolute'>;
  /** Floors: absolute changes by unit that are never felt. */
  readonly sampled: Pick<Threshold, 'relative'> & { readonly floors: Readonly<Record<string, number>> };
}

/** Undefined where the metric is not to be judged. */
export function thresholdOf(
  { metric, kind, unit }: Pick<Measure, 'metric' | 'kind' | 'unit'>,
  rules: readonly Rule[],
  defaults: Defaults,
): Threshold | undefined {
  const rule = rules.find((one) => (one.kind ?? kind) === kind && patternOf(one.metric).test(metric));
  if (rule?.ignore === true) return undefined;
  const { relative, floors } = defaults.sampled;
  const usual = kind === 'exact' ? defaults.exact : { relative, absolute: floors[unit] ?? 0 };
  return {
    relative: rule?.relative ?? usual.relative,
    absolute: rule?.absolute ?? usual.absolute,
    limit: rule?.limit ?? null,
  };
}

/** A pattern as a regular expression over whole names. */
export function patternOf(pattern: string): RegExp {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((part) =>
      part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'),
    )
    .join('');
  return new RegExp(`^${source}$`);
}
