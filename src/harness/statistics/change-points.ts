/**
 * Where a history changes its distribution: ED-PELT of Haynes, Fearnhead and Eckley, "A computationally efficient nonparametric approach
 * for changepoint detection" (2017). The cost of a segment is its log-likelihood under its own empirical distribution, taken at a few
 * quantiles of the whole that lie closer together in the tails; PELT (Killick, Fearnhead and Eckley 2012) finds the cheapest cut of the
 * history exactly. It assumes nothing of the noise, so that outliers and two modes are no changes.
 *
 * There are 4 ln n quantiles, as the paper has them. Each change must lower the cost by a penalty of `penaltyFactor` ln n. With 3, the
 * modified Bayesian information criterion, a change was found in 34 to 62 of 100 unchanged histories of 20 to 200 values with heavy
 * tails; with 5, the default, in 1 to 12, and true changes more surely (measured; a test holds it).
 *
 * Limit: thousands of values; memory is n times the quantiles.
 */
import { assert, present } from '../../base/errors.js';
import { ascending, quantileOfSorted } from './quantile.js';

/**
 * Places at which a new segment begins, ascending; the first segment begins at 0 and is left out. Segments have at least
 * `segmentLengthMin` values.
 */
export function changePoints(values: readonly number[], segmentLengthMin = 3, penaltyFactor = 5): number[] {
  assert(segmentLengthMin >= 1, 'segments of at least one value');
  const n = values.length;
  if (n < 2 * segmentLengthMin || n < 3) return [];
  const penalty = penaltyFactor * Math.log(n);
  const cost = segmentCosts(values);
  // Of the values before a place: the least cost of all cuts, and where the last segment of the cheapest begins.
  const best = new Float64Array(n + 1).fill(Infinity);
  const starts = new Int32Array(n + 1);
  best[0] = -penalty;
  let candidates = [0];
  for (let end = segmentLengthMin; end <= n; end++) {
    const costs = candidates.map((start) => (best[start] ?? 0) + cost(start, end) + penalty);
    const least = Math.min(...costs);
    best[end] = least;
    starts[end] = present(candidates[costs.indexOf(least)], 'candidate');
    // A start that is dearer even without the penalty can never be the cheapest again.
    candidates = candidates.filter((_, index) => (costs[index] ?? 0) - penalty <= least);
    const next = end + 1 - segmentLengthMin;
    if (next >= segmentLengthMin) candidates.push(next);
  }
  const points: number[] = [];
  for (let start = starts[n] ?? 0; start > 0; start = starts[start] ?? 0) points.unshift(start);
  return points;
}

/** The cost of a segment from `start` to before `end`. */
function segmentCosts(values: readonly number[]): (start: number, end: number) => number {
  const n = values.length;
  const count = Math.min(n, Math.ceil(4 * Math.log(n)));
  const sorted = ascending(values);
  const spacing = -Math.log(2 * n - 1);
  // Twice the number of values below each quantile among the first ones, values at it counting half.
  const below = Array.from({ length: count }, (_, index) => {
    const share = 1 / (1 + Math.exp(spacing * (-1 + (2 * (index + 1)) / count - 1 / count)));
    const threshold = quantileOfSorted(sorted, Math.min(1, Math.max(0, share)));
    const sums = new Int32Array(n + 1);
    for (const [place, value] of values.entries()) {
      sums[place + 1] = (sums[place] ?? 0) + (value < threshold ? 2 : value === threshold ? 1 : 0);
    }
    return sums;
  });
  const weight = (-2 * spacing) / count;
  return (start, end) => {
    const length = end - start;
    let likelihood = 0;
    for (const sums of below) {
      const share = ((sums[end] ?? 0) - (sums[start] ?? 0)) / (2 * length);
      if (share > 0 && share < 1) likelihood += share * Math.log(share) + (1 - share) * Math.log(1 - share);
    }
    return -weight * length * likelihood;
  };
}
