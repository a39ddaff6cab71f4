/** Bootstrap, corrections for many, spending over looks, power. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import { bootstrapInterval, movingBlocks } from '../../../src/harness/statistics/bootstrap.js';
import { benjaminiHochberg, holm } from '../../../src/harness/statistics/corrections.js';
import { detectableShift, pairsNeeded, simulatedPower } from '../../../src/harness/statistics/power.js';
import { signedRank } from '../../../src/harness/statistics/signed-rank.js';
import { lookLevels, spent } from '../../../src/harness/statistics/spending.js';

/** Spatial test A, Efron and Tibshirani (1993), table 14.1. Table 14.2: 90 % intervals of its variance, 2000 resamples each. */
const spatial = [
  48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41,
];
const variance = (samples: readonly number[]): number => {
  const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  return samples.reduce((sum, value) => sum + (value - mean) ** 2, 0) / samples.length;
};

describe('bootstrap', () => {
  it.each([
    ['percentile', 100.8, 233.9],
    ['bca', 115.8, 259.6],
  ] as const)('gives the %s interval of the textbook', (method, low, high) => {
    const options = { method, confidence: 0.9, resamples: 20_000 };
    const interval = bootstrapInterval(spatial, variance, new Random(3), options);
    expect(interval.estimate).toBeCloseTo(171.534, 3);
    // Their 2000 resamples leave some 3 of chance in a bound.
    expect(Math.abs(interval.low - low)).toBeLessThan(4);
    expect(Math.abs(interval.high - high)).toBeLessThan(4);
  });

  it('does not vary where samples do not', () => {
    expect(bootstrapInterval([5, 5, 5], variance, new Random(1))).toEqual({ estimate: 0, low: 0, high: 0 });
  });

  it('in blocks is as wide as neighbours are alike', () => {
    const random = new Random(5);
    let level = 0;
    const drifting = Array.from({ length: 400 }, () => (level = 0.9 * level + random.float() - 0.5));
    const mean = (samples: readonly number[]): number =>
      samples.reduce((sum, x) => sum + x, 0) / samples.length;
    const widths = [1, 40].map((blockLength) => {
      const { low, high } = bootstrapInterval(drifting, mean, new Random(6), {
        blockLength,
        method: 'percentile',
      });
      return high - low;
    });
    // The true deviation of the mean is sqrt((1 + 0.9) / (1 - 0.9)) = 4.4 times that of independent samples.
    expect((widths[1] ?? 0) / (widths[0] ?? 1)).toBeGreaterThan(3);
    expect((widths[1] ?? 0) / (widths[0] ?? 1)).toBeLessThan(6);
  });

  it('draws runs of neighbours, and as many as asked for', () => {
    const items = Array.from({ length: 10 }, (_, place) => place);
    const drawn = movingBlocks(items, 4, new Random(7), 11);
    expect(drawn).toHaveLength(11);
    expect(drawn.slice(0, 4)).toEqual([0, 1, 2, 3].map((step) => (drawn[0] ?? 0) + step));
    expect(movingBlocks([1], 5, new Random(1), 3)).toEqual([1, 1, 1]);
  });
});

describe('corrections', () => {
  // Benjamini and Hochberg (1995), the 15 chances of their example; adjusted by SciPy 1.17.1's false_discovery_control.
  const chances = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
    0.759, 1,
  ];
  const published = [
    0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714, 0.06385714, 0.0645, 0.0765, 0.486, 0.58118182,
    0.714875, 0.75323077, 0.81321429, 1,
  ];

  it('of Benjamini and Hochberg are those of their example', () => {
    const adjusted = benjaminiHochberg(chances);
    for (const [place, value] of published.entries()) expect(adjusted[place]).toBeCloseTo(value, 8);
    expect(adjusted.filter((value) => value <= 0.05)).toHaveLength(4);
  });

  // The same example: Bonferroni's and Holm's procedures reject three.
  it('of Holm reject three of them, in any order', () => {
    expect(holm(chances).filter((value) => value <= 0.05)).toHaveLength(3);
    expect(holm([0.04, 0.01, 0.03, 0.005]).map((value) => Number(value.toFixed(9)))).toEqual([
      0.06, 0.03, 0.06, 0.02,
    ]);
    expect(holm([])).toEqual([]);
  });
});

describe('spending', () => {
  // Lan and DeMets (1983): alpha(t) = alpha ln(1 + (e - 1) t), and 2 - 2 Phi(z / sqrt(t)).
  it('is that of the paper', () => {
    expect(spent('pocock', 0.05, 0.4)).toBeCloseTo(0.026156858180579275, 12);
    expect(spent('obrien-fleming', 0.025, 0.6)).toBeCloseTo(0.0038080633109893736, 10);
    expect(spent('linear', 0.05, 0.2)).toBeCloseTo(0.01, 12);
  });

  it.each(['pocock', 'obrien-fleming', 'linear'] as const)('%s spends all of it, and no more', (name) => {
    const levels = lookLevels(name, 0.005, [0.25, 0.4, 0.7, 1]);
    expect(levels.every((level) => level > 0)).toBe(true);
    expect(levels.reduce((sum, level) => sum + level, 0)).toBeCloseTo(0.005, 15);
  });
});

describe('power', () => {
  // Half a deviation, one-sided 5 %, power 80 %: 24.7 pairs for the mean (Cohen 1988), and 24.7 x pi / 3 = 25.9 for ranks.
  it('is that of the textbook', () => {
    expect(pairsNeeded(0.5, 1, { alpha: 0.05, power: 0.8 })).toBe(26);
    expect(pairsNeeded(0, 1, { alpha: 0.05, power: 0.8 })).toBe(Infinity);
    expect(detectableShift(26, 1, { alpha: 0.05, power: 0.8 })).toBeCloseTo(0.499, 3);
  });

  it('has as many pairs as the level takes, however clear', () => {
    expect(pairsNeeded(100, 1, { alpha: 0.001, power: 0.8 })).toBe(10);
  });

  it('is what simulation finds', () => {
    const random = new Random(8);
    const noise = Array.from({ length: 400 }, () => {
      const [u, v] = [1 - random.float(), random.float()];
      return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
    });
    const found = (shift: number): number =>
      simulatedPower(
        noise,
        (value) => value + shift,
        (samples) => signedRank(samples.slice(0, 26)).pGreater <= 0.05,
        new Random(9),
        { count: 400 },
      );
    expect(found(0)).toBeLessThan(0.09);
    expect(found(0.5)).toBeGreaterThan(0.7);
    expect(found(0.5)).toBeLessThan(0.9);
  });
});
