import { describe, expect, it } from 'vitest';
import {
  medianAbsoluteDeviation,
  normalPerDeviation,
  quantile,
} from '../../../src/harness/statistics/quantile.js';
import { normalQuantile } from '../../../src/harness/statistics/normal.js';
import { midranks, tieTerm } from '../../../src/harness/statistics/ranks.js';

describe('quantiles', () => {
  // NumPy: np.quantile([1, 3, 4, 8, 10, 20], [0, .1, .33, .5, .9, 1]), whose default is type 7.
  it.each([
    [0, 1],
    [0.1, 2],
    [0.33, 3.65],
    [0.5, 6],
    [0.9, 15],
    [1, 20],
  ])('at %d as NumPy has it', (share, value) => {
    expect(quantile([20, 3, 4, 1, 10, 8], share)).toBeCloseTo(value, 12);
  });

  it('of one sample is that sample', () => {
    expect(quantile([7], 0.9)).toBe(7);
    expect(() => quantile([], 0.5)).toThrow('a quantile of samples');
  });

  it('deviates by the median distance, as SciPy has it', () => {
    expect(medianAbsoluteDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBe(0.5);
    expect(medianAbsoluteDeviation([1, 1, 1, 1e9])).toBe(0);
    expect(normalPerDeviation).toBeCloseTo(1 / normalQuantile(0.75), 12);
  });
});

describe('midranks', () => {
  it('share places among equals', () => {
    expect(midranks([3, 1, 3, 2, 3])).toEqual({ ranks: [4, 1, 4, 2, 4], ties: [3] });
    expect(midranks([])).toEqual({ ranks: [], ties: [] });
    expect(tieTerm([2, 3])).toBe(6 + 24);
  });
});
