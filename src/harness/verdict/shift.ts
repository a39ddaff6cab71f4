/**
 * From where a change surely lies to a verdict. A change is the logarithm of worse over better: 0 where nothing changed, positive where
 * the candidate is worse, the same number for twice as slow as, negated, for twice as fast.
 *
 * Law: regressed only where the whole interval lies beyond the threshold, at a level that is shared among all metrics and looks; passed
 * only where the interval ends below the threshold. In between it is not decided. So no noise makes a regression, and no lack of samples
 * makes a pass.
 */
import type { Finding } from './exact.js';
import type { Threshold } from './verdict.js';

/** Bounds of a change; infinite where samples are too few for their levels. */
export interface ChangeBounds {
  readonly estimate: number;
  /** Surely no better than this: decides on regressions. */
  readonly low: number;
  /** No worse than this, at the level of passing. */
  readonly high: number;
  /** Surely no worse than this: decides on improvements. */
  readonly surelyHigh: number;
}

/** The logarithm beyond which a change is beyond both thresholds. `baseline` is the usual value, in its unit. */
export function decisiveChange(baseline: number, threshold: Threshold): number {
  const absolute = baseline > 0 ? threshold.absolute / baseline : Infinity;
  return Math.log1p(Math.max(threshold.relative, absolute));
}

export function judgeBounds(bounds: ChangeBounds, decisive: number): Finding {
  if (bounds.low > decisive) return { status: 'regressed', reason: 'worse' };
  if (bounds.surelyHigh < -decisive) return { status: 'improved', reason: 'better' };
  if (bounds.high < decisive) return { status: 'pass', reason: 'within' };
  const isBounded = Number.isFinite(bounds.low) && Number.isFinite(bounds.high);
  return { status: 'inconclusive', reason: isBounded ? 'undecided' : 'too-few' };
}

/**
 * How many times the samples there are would decide: bounds draw together as the root of their number. The estimate is taken for the
 * truth. Infinity where it lies on the threshold.
 */
export function samplesFactor({ estimate, low, high }: ChangeBounds, decisive: number): number {
  const isWorse = estimate > decisive;
  const width = isWorse ? estimate - low : high - estimate;
  return (width / Math.abs(estimate - decisive)) ** 2;
}
