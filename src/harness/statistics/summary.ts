/**
 * Summaries of samples. Pure functions; the quantile definition is type 7 of Hyndman and Fan (linear between order
 * statistics), which R, NumPy and most spreadsheets use by default.
 */
import { present } from '../../base/errors.js';

/** A middle and its range. The range is the smallest and largest sample, since runs are too few for quantiles. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** The middle sample, or the mean of the two middle ones. Samples must not be empty. */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >>> 1;
  const upper = present(sorted[middle], 'sample');
  return sorted.length % 2 === 1 ? upper : (upper + present(sorted[middle - 1], 'sample')) / 2;
}

export function spread(samples: readonly number[]): Spread {
  return { median: median(samples), low: Math.min(...samples), high: Math.max(...samples) };
}

/** exp(sum(weight x ln value) / sum(weight)). Values must be positive, weights non-negative and not all zero. */
export function weightedGeometricMean(
  items: readonly { readonly value: number; readonly weight: number }[],
): number {
  let sum = 0;
  let weights = 0;
  for (const { value, weight } of items) {
    sum += weight * Math.log(value);
    weights += weight;
  }
  return Math.exp(sum / weights);
}

export function geometricMean(values: readonly number[]): number {
  return weightedGeometricMean(values.map((value) => ({ value, weight: 1 })));
}
