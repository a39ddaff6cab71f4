/** Mann-Whitney, shifts and effect sizes of two independent samples. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import { mannWhitney, mannWhitneyOrder } from '../../../src/harness/statistics/mann-whitney.js';
import { permutationTest } from '../../../src/harness/statistics/permutation.js';
import { cliffsDelta, twoSampleShift, varghaDelaneyA } from '../../../src/harness/statistics/shift.js';

/** Ages at diagnosis, of SciPy's documentation of mannwhitneyu: U = 17, p = 0.1111 exact and 0.11134688653 approximated. */
const males = [19, 22, 16, 29, 24];
const females = [20, 11, 17, 12];
/** Permeability of the chorioamnion, Hollander and Wolfe (1973), page 69; R's documentation of wilcox.test: W = 35, p = 0.1272. */
const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const early = [1.15, 0.88, 0.9, 0.74, 1.21];

describe('Mann-Whitney', () => {
  it('counts as SciPy documents', () => {
    const result = mannWhitney(males, females);
    expect(result).toMatchObject({ statistic: 17, method: 'exact' });
    expect(result.pTwoSided).toBeCloseTo(1 / 9, 12);
    expect(result.pLess).toBeCloseTo(0.9682539682539683, 12);
    expect(mannWhitney(females, males).statistic).toBe(3);
  });

  it('counts as R documents', () => {
    const result = mannWhitney(term, early);
    expect(result.statistic).toBe(35);
    expect(result.pGreater).toBeCloseTo(0.1272061272061272, 12);
  });

  // SciPy 1.17.1: mannwhitneyu(a, b, method='asymptotic').
  it('corrects for ties and continuity as SciPy does', () => {
    const result = mannWhitney([1, 2, 2, 3, 3, 3, 4, 5], [2, 3, 4, 4, 5, 5, 6, 7, 7]);
    expect(result).toMatchObject({ statistic: 13.5, method: 'normal' });
    expect(result.pTwoSided).toBeCloseTo(0.03175895714806371, 12);
    expect(result.pLess).toBeCloseTo(0.015879478574031856, 12);
  });

  it('finds nothing where all are equal', () => {
    expect(mannWhitney([1, 1], [1, 1, 1])).toMatchObject({ statistic: 3, pTwoSided: 1 });
  });

  it('is approximated well where counting ends', () => {
    const moved = (count: number): number[] => Array.from({ length: count }, (_, i) => i * 7.1 + 50.3);
    const first = moved(49).map((value) => value - 50.3);
    const [exact, more] = [mannWhitney(first, moved(49)), mannWhitney(first, moved(50))];
    expect([exact.method, more.method]).toEqual(['exact', 'normal']);
    // One value more on top of the second moves U by its chance of exceeding: some 0.2 deviations.
    expect(exact.pLess / more.pLess).toBeGreaterThan(1);
    expect(exact.pLess / more.pLess).toBeLessThan(2);
  });

  it('tells orders that are rare enough', () => {
    // Of 126 orders of 5 and 4, one has U = 0 and one U = 1.
    expect(mannWhitneyOrder(5, 4, 0.9 / 126)).toBe(0);
    expect(mannWhitneyOrder(5, 4, 1.5 / 126)).toBe(1);
    expect(mannWhitneyOrder(5, 4, 2.5 / 126)).toBe(2);
    expect(mannWhitneyOrder(50, 50, 0.025) / mannWhitneyOrder(49, 49, 0.025)).toBeCloseTo(1.046, 2);
  });
});

describe('shift of two samples', () => {
  // Hollander and Wolfe, example 4.3: the estimate is -0.305; R's wilcox.test(x, y, conf.int = TRUE) gives -0.76 to 0.15.
  it('is that of the textbook', () => {
    const { estimate, low, high } = twoSampleShift(term, early, { low: 0.025, high: 0.025 });
    expect(estimate).toBeCloseTo(-0.305, 12);
    expect([low, high].map((bound) => Number(bound.toFixed(6)))).toEqual([-0.76, 0.15]);
  });

  it('has no bounds where samples are too few', () => {
    expect(twoSampleShift([1, 2], [3, 4], { low: 0.05, high: 0.2 })).toEqual({
      estimate: 2,
      low: -Infinity,
      high: 3,
    });
  });

  it('is told by the share of pairs', () => {
    expect(varghaDelaneyA(males, females)).toBe(3 / 20);
    expect(cliffsDelta(males, females)).toBeCloseTo(-0.7, 12);
    expect(cliffsDelta([1, 2], [3, 4])).toBe(1);
    expect(cliffsDelta([1, 2], [2, 1])).toBe(0);
  });
});

describe('permutation of two samples', () => {
  const random = new Random(1);

  // SciPy 1.17.1: permutation_test of the difference of means, all 126 splits: 7, p = 0.0397 (greater) and 0.0794.
  it('counts all splits of few', () => {
    const result = permutationTest(males, females, { random });
    expect(result).toMatchObject({ statistic: 7, method: 'exact' });
    expect(result.pGreater).toBeCloseTo(0.03968253968253968, 12);
    expect(result.pTwoSided).toBeCloseTo(0.07936507936507936, 12);
  });

  it('draws splits of many, and never says never', () => {
    const first = Array.from({ length: 30 }, (_, i) => i);
    const far = permutationTest(
      first,
      first.map((value) => value + 100),
      { random, count: 999 },
    );
    expect(far).toMatchObject({ statistic: -100, pLess: 1 / 1000, pGreater: 1, method: 'sampled' });
    const same = permutationTest(first, first, { random, count: 999 });
    expect(same.pTwoSided).toBeGreaterThan(0.8);
  });
});
