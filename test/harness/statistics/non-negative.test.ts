/** Prices from bills: what is known is found again, through noise and beside outliers, and never below nothing. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import { fittedPrices, type Bill } from '../../../src/harness/statistics/non-negative.js';

const known = [3, 0, 250, 0.01];

/** Amounts of all sizes; `noise` turns what is owed into what was paid. */
function bills(count: number, noise: (owed: number, random: Random) => number): Bill[] {
  const random = new Random(5);
  return Array.from({ length: count }, () => {
    const amounts = known.map((_, i) => 10 ** (random.float() * 3 + (i === 3 ? 4 : 1)));
    const owed = amounts.reduce((sum, amount, i) => sum + amount * (known[i] ?? 0), 0);
    return { amounts, paid: noise(owed, random) };
  });
}

describe('prices', () => {
  test('are found again where nothing disturbs', () => {
    const prices = fittedPrices(
      bills(50, (owed) => owed),
      1e-6,
    );
    known.forEach((price, i) => expect(prices[i]).toBeCloseTo(price, 6));
  });

  test('are found to a few per cent through noise of a quarter', () => {
    const prices = fittedPrices(
      bills(600, (owed, random) => owed * Math.exp((random.float() - 0.5) * 0.8)),
      1e-6,
    );
    for (const i of [0, 2]) expect(Math.abs((prices[i] ?? 0) / (known[i] ?? 1) - 1)).toBeLessThan(0.08);
    expect(prices[1]).toBeLessThan(0.05);
  });

  test('are hardly moved by one run in ten that took five times as long', () => {
    const prices = fittedPrices(
      bills(600, (owed, random) => (random.below(10) === 0 ? owed * 5 : owed * (0.95 + random.float() / 10))),
      1e-6,
    );
    for (const i of [0, 2]) expect(Math.abs((prices[i] ?? 0) / (known[i] ?? 1) - 1)).toBeLessThan(0.1);
  });

  test('are not negative where less was paid for more', () => {
    const prices = fittedPrices(
      [
        { amounts: [1, 10], paid: 10 },
        { amounts: [1, 0], paid: 20 },
        { amounts: [2, 1], paid: 40 },
      ],
      1e-6,
    );
    expect(prices[1]).toBe(0);
    expect(prices[0]).toBeGreaterThan(10);
  });
});
