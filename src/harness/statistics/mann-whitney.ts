/**
 * The Mann-Whitney U test of two independent samples. Source: Mann and Whitney (1947); ties by midranks and the variance corrected for
 * them, as R's wilcox.test and SciPy's mannwhitneyu.
 *
 * Limit: it asks whether values of one tend to exceed those of the other. Samples of two jobs differ by more than their program; a gate
 * prefers pairs of one job (signed-rank.ts).
 */
import { assert, present } from '../../base/errors.js';
import { normalQuantile } from './normal.js';
import { midranks, tieTerm } from './ranks.js';
import { isWithin, normalSides, testResult, type TestResult } from './test-result.js';

/** Without ties and up to this size of both, every order is counted: R's limit. The largest takes some 10 ms. */
const exactSizeMax = 49;

/** `statistic` is U of the first: pairs in which it is larger, ties counting half. Neither may be empty. */
export function mannWhitney(first: readonly number[], second: readonly number[]): TestResult {
  const [n, m] = [first.length, second.length];
  assert(n > 0 && m > 0, 'two samples that are not empty');
  const { ranks, ties } = midranks([...first, ...second]);
  const u = ranks.slice(0, n).reduce((sum, rank) => sum + rank, 0) - (n * (n + 1)) / 2;
  if (ties.length === 0 && n <= exactSizeMax && m <= exactSizeMax) {
    const chances = exactChances(n, m);
    const sum = (from: number, to: number): number =>
      chances.subarray(from, to).reduce((total, chance) => total + chance, 0);
    return testResult(u, { pLess: sum(0, u + 1), pGreater: sum(u, n * m + 1) }, 'exact');
  }
  const all = n + m;
  const variance = ((n * m) / 12) * (all + 1 - tieTerm(ties) / (all * (all - 1)));
  return testResult(u, normalSides(u, (n * m) / 2, variance), 'normal');
}

/** The largest k for which U below k is no more likely than `level`, without ties; 0 where none is: they are too few. */
export function mannWhitneyOrder(n: number, m: number, level: number): number {
  if (n <= exactSizeMax && m <= exactSizeMax) {
    const chances = exactChances(n, m);
    let [order, sum] = [0, chances[0] ?? 1];
    while (isWithin(sum, level)) sum += chances[++order] ?? 1;
    return order;
  }
  const z = normalQuantile(level);
  return Math.max(0, Math.floor((n * m) / 2 + z * Math.sqrt((n * m * (n + m + 1)) / 12) + 0.5));
}

/** Chances of U = 0 ... nm, by the recurrence on which of the two holds the largest value. All terms are positive: nothing cancels. */
function exactChances(n: number, m: number): Float64Array {
  let row = Array.from({ length: m + 1 }, () => Float64Array.of(1));
  for (let i = 1; i <= n; i++) {
    const next = [Float64Array.of(1)];
    for (let j = 1; j <= m; j++) {
      const fewer = present(row[j], 'distribution');
      const shorter = present(next[j - 1], 'distribution');
      const chances = new Float64Array(i * j + 1);
      // The largest is of the first sample and exceeds all j of the second, or of the second and exceeds none.
      for (let u = 0; u < fewer.length; u++) chances[u + j] = ((fewer[u] ?? 0) * i) / (i + j);
      for (let u = 0; u < shorter.length; u++) {
        chances[u] = (chances[u] ?? 0) + ((shorter[u] ?? 0) * j) / (i + j);
      }
      next.push(chances);
    }
    row = next;
  }
  return present(row[m], 'distribution');
}
