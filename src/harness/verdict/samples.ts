/**
 * Sampled figures of two jobs: samples that do not belong together in pairs. By the Mann-Whitney test and the interval of shifts that it
 * implies, on logarithms.
 *
 * Limit: two jobs differ by more than their program, and no test can tell (26 % from job to job on shared machines). What is taken in
 * pairs in one job (pairs.ts) decides more, and more surely.
 */
import { mannWhitneyOrder } from '../statistics/mann-whitney.js';
import { twoSampleShift } from '../statistics/shift.js';
import { median } from '../statistics/summary.js';
import type { Finding } from './exact.js';
import type { Direction } from './measure.js';
import { decisiveChange, judgeBounds, samplesFactor, type ChangeBounds } from './shift.js';
import type { Threshold } from './verdict.js';

export interface ErrorRates {
  /** Chance of calling a metric regressed, or improved, that changed by no more than the threshold. */
  readonly alpha: number;
  /** Chance of passing a metric that changed by the threshold. */
  readonly beta: number;
}

export interface SampledFinding extends Finding {
  /** Null where there is none to speak of. */
  readonly bounds: ChangeBounds | null;
  readonly samplesMissing: number | null;
}

/** Beyond this many nobody waits for more samples. */
const samplesMax = 10_000;

export function judgeSamples(
  direction: Direction,
  baseline: readonly number[],
  candidate: readonly number[],
  threshold: Threshold,
  { alpha, beta }: ErrorRates,
): SampledFinding {
  if (baseline.length === 0 || candidate.length === 0) {
    return { status: 'inconclusive', reason: 'no-samples', bounds: null, samplesMissing: null };
  }
  if (![...baseline, ...candidate].every((value) => Number.isFinite(value) && value > 0)) {
    return withoutLogarithms(direction, baseline, candidate, threshold);
  }
  if (threshold.limit !== null && isBeyond(direction, median(candidate), threshold.limit)) {
    return { status: 'regressed', reason: 'over-limit', bounds: null, samplesMissing: null };
  }
  const sign = direction === 'less' ? 1 : -1;
  const logs = (values: readonly number[]): number[] => values.map((value) => sign * Math.log(value));
  const strict = twoSampleShift(logs(baseline), logs(candidate), { low: alpha, high: alpha });
  const { high } = twoSampleShift(logs(baseline), logs(candidate), { low: beta, high: beta });
  const bounds = { estimate: strict.estimate, low: strict.low, high, surelyHigh: strict.high };
  const decisive = decisiveChange(median(baseline), threshold);
  const finding = judgeBounds(bounds, decisive);
  const fewer = Math.min(baseline.length, candidate.length);
  return {
    ...finding,
    bounds,
    samplesMissing:
      finding.status === 'inconclusive' ? missing(fewer, bounds, decisive, { alpha, beta }) : null,
  };
}

/** Zeros and what is no number have no logarithm: all zero is equal, all else cannot be told. */
function withoutLogarithms(
  direction: Direction,
  baseline: readonly number[],
  candidate: readonly number[],
  threshold: Threshold,
): SampledFinding {
  const isSmall = [...baseline, ...candidate].every((value) => Math.abs(value) <= threshold.absolute);
  const isEqual = new Set([...baseline, ...candidate]).size === 1;
  const limit = threshold.limit ?? (direction === 'less' ? Infinity : -Infinity);
  if ((isSmall || isEqual) && !isBeyond(direction, median(candidate), limit)) {
    return { status: 'pass', reason: isEqual ? 'equal' : 'within', bounds: null, samplesMissing: null };
  }
  return { status: 'inconclusive', reason: 'not-a-number', bounds: null, samplesMissing: null };
}

function isBeyond(direction: Direction, value: number, limit: number): boolean {
  return direction === 'less' ? value > limit : value < limit;
}

function missing(
  count: number,
  bounds: ChangeBounds,
  decisive: number,
  { alpha, beta }: ErrorRates,
): number | null {
  const level = bounds.estimate > decisive ? alpha : beta;
  let least = count;
  while (mannWhitneyOrder(least, least, level) === 0) least++;
  const factor = samplesFactor(bounds, decisive);
  const needed = Number.isFinite(factor) ? Math.ceil(count * factor) : least;
  const more = Math.max(1, Math.max(least, needed) - count);
  return more > samplesMax ? null : more;
}
