/** Exact figures: any change beyond what is allowed counts, in either direction. */
import type { Direction } from './measure.js';
import type { Reason, Status, Threshold } from './verdict.js';

export interface Finding {
  readonly status: Status;
  readonly reason: Reason;
}

/** How much worse `candidate` is, in its unit; negative where better. */
export function worsening(direction: Direction, baseline: number, candidate: number): number {
  return direction === 'less' ? candidate - baseline : baseline - candidate;
}

/** A baseline of zero has no shares: there the absolute allowance alone decides. */
export function judgeExact(
  direction: Direction,
  baseline: number,
  candidate: number,
  threshold: Threshold,
): Finding {
  if (!Number.isFinite(baseline) || !Number.isFinite(candidate)) {
    return { status: 'inconclusive', reason: 'not-a-number' };
  }
  if (threshold.limit !== null && worsening(direction, threshold.limit, candidate) > 0) {
    return { status: 'regressed', reason: 'over-limit' };
  }
  const worse = worsening(direction, baseline, candidate);
  if (worse === 0) return { status: 'pass', reason: 'equal' };
  const isBeyond =
    Math.abs(worse) > threshold.relative * Math.abs(baseline) && Math.abs(worse) > threshold.absolute;
  if (!isBeyond) return { status: 'pass', reason: 'within' };
  return worse > 0 ? { status: 'regressed', reason: 'worse' } : { status: 'improved', reason: 'better' };
}
