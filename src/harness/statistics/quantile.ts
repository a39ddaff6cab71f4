/**
 * Quantiles of samples, and spread by medians. Definition: type 7 of Hyndman and Fan (1996), linear between order statistics, as R, NumPy
 * and summary.ts have it. Exact distributions use distribution.ts.
 */
import { assert, present } from '../../base/errors.js';
import { median } from './summary.js';

/** A copy in ascending order. */
export function ascending(samples: readonly number[]): number[] {
  return [...samples].sort((a, b) => a - b);
}

/** Of ascending samples, which must not be empty; `share` from 0 to 1. */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  assert(sorted.length > 0 && share >= 0 && share <= 1, 'a quantile of samples, at a share from 0 to 1');
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const low = present(sorted[below], 'sample');
  const high = sorted[below + 1] ?? low;
  return low + (high - low) * (place - below);
}

export function quantile(samples: readonly number[], share: number): number {
  return quantileOfSorted(ascending(samples), share);
}

/** The median distance from the median. Times `normalPerDeviation` it estimates the standard deviation of normal samples. */
export function medianAbsoluteDeviation(samples: readonly number[]): number {
  const middle = median(samples);
  return median(samples.map((sample) => Math.abs(sample - middle)));
}

/** 1 / the upper quartile of the standard normal distribution. */
export const normalPerDeviation = 1.4826022185056018;
