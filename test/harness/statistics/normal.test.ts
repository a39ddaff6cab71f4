import { describe, expect, it } from 'vitest';
import { normalCdf, normalQuantile } from '../../../src/harness/statistics/normal.js';

/** SciPy 1.17.1: scipy.stats.norm.cdf and ppf. */
const cdf = [
  [-10, 7.61985302416047e-24],
  [-3, 0.0013498980316300933],
  [-1, 0.15865525393145707],
  [0.5, 0.6914624612740131],
  [2, 0.9772498680518208],
] as const;
const quantiles = [
  [1e-12, -7.034483825301131],
  [1e-5, -4.264890793922825],
  [0.025, -1.9599639845400545],
  [0.4, -0.2533471031357997],
  [0.999, 3.090232306167813],
] as const;

describe('standard normal', () => {
  it.each(cdf)('is at most %d with the published chance', (z, chance) => {
    expect(Math.abs(normalCdf(z) - chance)).toBeLessThan(1e-15);
    expect(normalCdf(z) / chance).toBeCloseTo(1, 8);
  });

  it.each(quantiles)('does not exceed the published z with chance %d', (chance, z) => {
    expect(normalQuantile(chance)).toBeCloseTo(z, 12);
    expect(normalCdf(normalQuantile(chance)) / chance).toBeCloseTo(1, 8);
  });

  it('ends where numbers do', () => {
    expect(normalCdf(-40)).toBe(0);
    expect(normalCdf(40)).toBe(1);
    expect(normalQuantile(0.5)).toBe(0);
  });
});
