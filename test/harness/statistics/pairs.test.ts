/** Signed ranks and sign flips of paired differences. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import { signFlipTest } from '../../../src/harness/statistics/permutation.js';
import {
  signedRank,
  signedRankInterval,
  signedRankOrder,
} from '../../../src/harness/statistics/signed-rank.js';

/** Depression scores, Hollander and Wolfe (1973), page 29; R's documentation of wilcox.test: V = 40, p = 0.01953. */
const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
const fallen = before.map((value, place) => value - (after[place] ?? 0));
/** Heights of maize, Fisher (1935); SciPy's documentation of wilcoxon: T = 24, p = 0.041259765625. */
const maize = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75];

describe('signed ranks', () => {
  it('are counted as R documents', () => {
    const result = signedRank(fallen);
    expect(result).toMatchObject({ statistic: 40, method: 'exact' });
    expect(result.pGreater).toBeCloseTo(0.01953125, 14);
  });

  it('are counted as SciPy documents', () => {
    const result = signedRank(maize);
    expect(result.statistic).toBe(120 - 24);
    expect(result.pTwoSided).toBeCloseTo(0.041259765625, 14);
  });

  // SciPy 1.17.1: wilcoxon(..., method=PermutationMethod()) over all signs: 0.046875 and 0.0234375.
  it('are counted with ties too', () => {
    const result = signedRank([1, 1, -2, 3, 3, -3, 4, 5, 5, 6]);
    expect(result).toMatchObject({ statistic: 47, method: 'exact' });
    expect(result.pTwoSided).toBeCloseTo(0.046875, 14);
    expect(result.pGreater).toBeCloseTo(0.0234375, 14);
  });

  // SciPy 1.17.1: wilcoxon(..., method='approx', correction=True) of the same numbers: 2465 and 1.99315e-9.
  it('of many are approximated as SciPy does', () => {
    const many = Array.from({ length: 150 }, (_, i) => (((i * 37) % 101) - 40) / 10 + 0.01 * i);
    const result = signedRank(many);
    expect(result).toMatchObject({ statistic: (150 * 151) / 2 - 2465, method: 'normal' });
    expect(result.pTwoSided / 1.993153360353575e-9).toBeCloseTo(1, 8);
  });

  it('leave out what equals the shift', () => {
    expect(signedRank([0, 0, 0])).toMatchObject({ statistic: 0, pTwoSided: 1 });
    expect(signedRank([5, 6, 7], 5)).toMatchObject({ statistic: 3, pGreater: 0.25 });
  });

  // Hollander and Wolfe, examples 3.2 and 3.3: the estimate is 0.46; of level 0.961 the interval is 0.010 to 0.786.
  it('give the interval of the textbook', () => {
    const { estimate, low, high } = signedRankInterval(fallen, { low: 0.0196, high: 0.0196 });
    expect(estimate).toBeCloseTo(0.46, 12);
    expect(low).toBeCloseTo(0.01, 12);
    expect(high).toBeCloseTo(0.786, 12);
  });

  it('give no bound where pairs are too few', () => {
    expect(signedRankOrder(5, 1 / 33)).toBe(0);
    expect(signedRankOrder(5, 1 / 32)).toBe(1);
    expect(signedRankInterval([1, 2, 3], { low: 0.05, high: 0.125 })).toEqual({
      estimate: 2,
      low: -Infinity,
      high: 3,
    });
  });

  it('are bounded as well where counting ends', () => {
    expect(Math.abs(signedRankOrder(121, 0.001) - signedRankOrder(120, 0.001))).toBeLessThan(70);
    expect(signedRankOrder(121, 0.001)).toBeGreaterThan(signedRankOrder(120, 0.001));
  });

  it('reject exactly the shifts outside their interval', () => {
    const differences = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), {
      minLength: 6,
      maxLength: 14,
    });
    fc.assert(
      fc.property(differences, fc.integer({ min: -1100, max: 1100 }), (values, whole) => {
        // Shifts between whole numbers: no difference, and no mean of two, equals one.
        const shift = whole + 0.3;
        const { low, high } = signedRankInterval(values, { low: 0.05, high: 0.05 });
        const { pLess, pGreater, statistic } = signedRank(values, shift);
        const n = values.length;
        const order = signedRankOrder(n, 0.05);
        expect(statistic > (n * (n + 1)) / 2 - order).toBe(shift < low);
        expect(statistic < order).toBe(shift > high);
        // Ties between distances make the test's own chance another one; without them they agree.
        const distances = new Set(values.map((value) => Math.abs(value - shift)));
        if (distances.size < n) return;
        expect(pGreater <= 0.05).toBe(shift < low);
        expect(pLess <= 0.05).toBe(shift > high);
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});

describe('sign flips', () => {
  const random = new Random(2);

  // Fisher's own count of the 32,768 signs; SciPy 1.17.1: permutation_test(permutation_type='samples'): 0.05267333984375.
  it('are counted as Fisher did', () => {
    const result = signFlipTest(maize, { random });
    expect(result.statistic).toBeCloseTo(314 / 15, 12);
    expect(result.pTwoSided).toBeCloseTo(0.05267333984375, 14);
    expect(result.method).toBe('exact');
  });

  it('are drawn for many, and never say never', () => {
    const many = Array.from({ length: 40 }, (_, i) => 1 + i / 100);
    expect(signFlipTest(many, { random, count: 499 })).toMatchObject({
      pGreater: 1 / 500,
      method: 'sampled',
    });
    const balanced = many.map((value, place) => (place % 2 === 0 ? value : -value));
    expect(signFlipTest(balanced, { random, count: 499 }).pTwoSided).toBeGreaterThan(0.5);
  });
});
