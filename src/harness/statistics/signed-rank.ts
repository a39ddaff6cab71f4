/**
 * Wilcoxon's signed-rank test of paired differences, and the interval that it implies. Source: Wilcoxon (1945); the interval is Tukey's,
 * by order statistics of Walsh averages (Hollander and Wolfe, "Nonparametric statistical methods", 3.3).
 *
 * The chance is counted over all 2^n signs given the sizes of the differences, ties included. So it is exact for any noise, however
 * heavy its tails and however it drifts, as long as a coin decides in each pair which of the two comes first: where nothing differs, a
 * coin then decides each sign.
 */
import { assert, present } from '../../base/errors.js';
import { normalQuantile } from './normal.js';
import { quantileOfSorted } from './quantile.js';
import { midranks, tieTerm } from './ranks.js';
import { isWithin, normalSides, testResult, type TestResult } from './test-result.js';

/** Up to so many differences all signs are counted; the largest takes 1 ms. */
export const exactPairsMax = 120;

/** `statistic` is the sum of ranks of the differences above `shift`. Differences equal to it are left out. */
export function signedRank(differences: readonly number[], shift = 0): TestResult {
  const moved = differences.map((difference) => difference - shift).filter((difference) => difference !== 0);
  const { ranks, ties } = midranks(moved.map(Math.abs));
  const statistic = moved.reduce((sum, value, place) => sum + (value > 0 ? (ranks[place] ?? 0) : 0), 0);
  const n = moved.length;
  if (n <= exactPairsMax) {
    const doubled = ranks.map((rank) => rank * 2);
    const chances = signChances(doubled);
    const at = statistic * 2;
    const sum = (from: number, to: number): number =>
      chances.subarray(from, to).reduce((total, chance) => total + chance, 0);
    return testResult(statistic, { pLess: sum(0, at + 1), pGreater: sum(at, chances.length) }, 'exact');
  }
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - tieTerm(ties) / 48;
  return testResult(statistic, normalSides(statistic, (n * (n + 1)) / 4, variance), 'normal');
}

/** Chances of each sum of a random subset of whole numbers. */
function signChances(sizes: readonly number[]): Float64Array {
  const chances = new Float64Array(sizes.reduce((sum, size) => sum + size, 0) + 1);
  chances[0] = 1;
  let top = 0;
  for (const size of sizes) {
    top += size;
    for (let sum = top; sum >= 0; sum--) {
      chances[sum] = ((chances[sum] ?? 0) + (sum >= size ? (chances[sum - size] ?? 0) : 0)) / 2;
    }
  }
  return chances;
}

/** Where the differences lie. A bound is infinite where there are too few of them for its level. */
export interface Shift {
  /** The Hodges-Lehmann estimate: the median of all means of two differences, or of one. */
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** Chances that the true shift lies below the low bound, and above the high one. */
export interface Levels {
  readonly low: number;
  readonly high: number;
}

/**
 * The shifts that the signed-rank test does not reject, each side at its level. `differences` must not be empty. Takes n^2/2 numbers; a
 * thousand differences take 100 ms.
 */
export function signedRankInterval(differences: readonly number[], levels: Levels): Shift {
  const n = differences.length;
  return shiftAt(differences, {
    low: signedRankOrder(n, levels.low),
    high: signedRankOrder(n, levels.high),
  });
}

/** As `signedRankInterval`, by orders that were counted before; for many intervals over as many differences. */
export function shiftAt(differences: readonly number[], orders: Levels): Shift {
  assert(differences.length > 0, 'differences that are not empty');
  const sums = walshAverages(differences);
  return {
    estimate: quantileOfSorted(sums, 0.5),
    low: orders.low === 0 ? -Infinity : present(sums[orders.low - 1], 'average'),
    high: orders.high === 0 ? Infinity : present(sums[sums.length - orders.high], 'average'),
  };
}

function walshAverages(values: readonly number[]): Float64Array {
  const sums = new Float64Array((values.length * (values.length + 1)) / 2);
  let at = 0;
  for (const [place, value] of values.entries()) {
    for (let other = place; other < values.length; other++) sums[at++] = (value + (values[other] ?? 0)) / 2;
  }
  return sums.sort();
}

/** The largest k for which a sum of ranks below k is no more likely than `level`; 0 where none is: n are too few. */
export function signedRankOrder(n: number, level: number): number {
  if (n > exactPairsMax) {
    const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24);
    return Math.max(0, Math.floor((n * (n + 1)) / 4 + normalQuantile(level) * deviation + 0.5));
  }
  const chances = signChances(Array.from({ length: n }, (_, place) => place + 1));
  let [order, sum] = [0, chances[0] ?? 1];
  while (isWithin(sum, level)) sum += chances[++order] ?? 1;
  return order;
}
