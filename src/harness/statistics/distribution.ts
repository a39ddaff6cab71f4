/**
 * How sizes are distributed. Exact: sums of whole numbers, nearest-rank quantiles, and one square root, which IEEE 754 rounds the same
 * everywhere.
 */

/** Shares of the sizes that are at most a quantile. */
export const quantileShares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99] as const;

export interface Distribution {
  readonly count: number;
  readonly mean: number;
  /** Standard deviation over mean. */
  readonly variation: number;
  /** For each of `quantileShares`, the smallest size that at least this share of all does not exceed. */
  readonly quantiles: readonly number[];
  /** Sizes in (i * binSize, (i + 1) * binSize]; as many bins as the largest needs. */
  readonly histogram: readonly number[];
}

/** Of positive whole numbers. All zero for none. */
export function distributionOf(sizes: readonly number[], binSize: number): Distribution {
  const sorted = [...sizes].sort((a, b) => a - b);
  const count = sorted.length;
  if (count === 0)
    return { count, mean: 0, variation: 0, quantiles: quantileShares.map(() => 0), histogram: [] };
  const mean = sorted.reduce((sum, size) => sum + size, 0) / count;
  const squares = sorted.reduce((sum, size) => sum + (size - mean) ** 2, 0);
  const histogram: number[] = [];
  for (const size of sorted) {
    const bin = Math.ceil(size / binSize) - 1;
    while (histogram.length <= bin) histogram.push(0);
    histogram[bin] = (histogram[bin] ?? 0) + 1;
  }
  return {
    count,
    mean,
    variation: Math.sqrt(squares / count) / mean,
    quantiles: quantileShares.map((share) => sorted[Math.ceil(share * count) - 1] ?? 0),
    histogram,
  };
}
