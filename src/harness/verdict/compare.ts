/** Two sets of measures, compared metric by metric. */
import { present } from '../../base/errors.js';
import { median } from '../statistics/summary.js';
import { judgeExact } from './exact.js';
import type { Measure, MeasureSet } from './measure.js';
import { isMachineSteady } from './machine.js';
import { thresholdOf, type Defaults, type Rule } from './rules.js';
import { judgeSamples, type ErrorRates } from './samples.js';
import type { ChangeBounds } from './shift.js';
import type { MetricVerdict, Threshold } from './verdict.js';

export interface ComparisonRules {
  readonly rules: readonly Rule[];
  readonly defaults: Defaults;
  /** Of the whole verdict; shared among the sampled metrics. */
  readonly errors: ErrorRates;
}

/** In the order of the baseline, what only the candidate has after it. Metrics that a rule ignores are left out. */
export function compareMeasures(
  baseline: MeasureSet,
  candidate: MeasureSet,
  { rules, defaults, errors }: ComparisonRules,
): MetricVerdict[] {
  const before = new Map(baseline.measures.map((measure) => [measure.metric, measure]));
  const after = new Map(candidate.measures.map((measure) => [measure.metric, measure]));
  const all = new Map([...after, ...before]);
  const names = [...before.keys(), ...[...after.keys()].filter((name) => !before.has(name))];
  const sampledCount = names.filter((name) => all.get(name)?.kind === 'sampled').length;
  // Bonferroni: whatever metrics have to do with each other, all of them together err as often as one may.
  const rates = { alpha: errors.alpha / Math.max(1, sampledCount), beta: errors.beta };
  const isSteady = isMachineSteady(baseline.environment, candidate.environment);
  return names.flatMap((name) => {
    const [old, now] = [before.get(name), after.get(name)];
    const threshold = thresholdOf(present(all.get(name), 'measure'), rules, defaults);
    if (threshold === undefined) return [];
    if (old === undefined || now === undefined) return [oneSided(old, now, threshold)];
    if (now.kind === 'exact') return [exactVerdict(old, now, threshold)];
    return [sampledVerdict(old, now, threshold, rates, isSteady)];
  });
}

/** What is gone cannot be judged, and so is not passed; what is new has nothing to be judged by. */
function oneSided(old: Measure | undefined, now: Measure | undefined, threshold: Threshold): MetricVerdict {
  return {
    ...describe(old, now, threshold),
    ...(now === undefined
      ? { status: 'inconclusive', reason: 'missing' }
      : { status: 'pass', reason: 'added' }),
  };
}

function exactVerdict(old: Measure, now: Measure, threshold: Threshold): MetricVerdict {
  const finding = judgeExact(now.direction, old.values[0] ?? NaN, now.values[0] ?? NaN, threshold);
  return { ...describe(old, now, threshold), ...finding };
}

function sampledVerdict(
  old: Measure,
  now: Measure,
  threshold: Threshold,
  rates: ErrorRates,
  isSteady: boolean,
): MetricVerdict {
  const described = describe(old, now, threshold);
  const { bounds, ...finding } = judgeSamples(now.direction, old.values, now.values, threshold, rates);
  const interval = bounds === null ? null : changeInterval(now, bounds);
  const verdict = { ...described, ...finding, interval };
  if (isSteady || finding.reason === 'equal') return verdict;
  return { ...verdict, status: 'inconclusive', reason: 'machine-changed', samplesMissing: null };
}

/** All of a verdict but the finding. */
export function describe(
  old: Measure | undefined,
  now: Measure | undefined,
  threshold: Threshold,
): Omit<MetricVerdict, 'status' | 'reason'> {
  const { metric, unit, direction, kind } = present(now ?? old, 'measure');
  const [before, after] = [middle(old), middle(now)];
  return {
    metric,
    unit,
    direction,
    kind,
    baseline: before,
    candidate: after,
    change: before === null || after === null || before === 0 ? null : after / before - 1,
    interval: null,
    threshold,
    samples: { baseline: old?.values.length ?? 0, candidate: now?.values.length ?? 0 },
    samplesMissing: null,
  };
}

function middle(measure: Measure | undefined): number | null {
  if (measure === undefined || measure.values.length === 0) return null;
  const value = median(measure.values);
  return Number.isFinite(value) ? value : null;
}

/** Bounds of a worsening as those of the change of the metric itself. */
export function changeInterval(
  { direction }: Pick<Measure, 'direction'>,
  { low, high }: Pick<ChangeBounds, 'low' | 'high'>,
): { low: number | null; high: number | null } {
  const bound = (log: number): number | null => (Number.isFinite(log) ? Math.expm1(log) : null);
  return direction === 'less'
    ? { low: bound(low), high: bound(high) }
    : { low: bound(-high), high: bound(-low) };
}
