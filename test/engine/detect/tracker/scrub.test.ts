/** The draw of a scrub and the probability that it states, against counting. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../../src/base/prng.js';
import { caughtProbability, sampleOf } from '../../../../src/engine/detect/tracker/scrub.js';

describe('sampleOf', () => {
  test('draws as many different indexes as asked for, ascending, the same for the same seed', () => {
    fc.assert(
      fc.property(fc.nat({ max: 500 }), fc.nat({ max: 600 }), fc.nat(), (population, count, seed) => {
        const drawn = sampleOf(population, count, new Random(seed));
        expect(drawn).toEqual([...new Set(drawn)].sort((a, b) => a - b));
        expect(drawn).toHaveLength(Math.min(population, count));
        expect(drawn.every((index) => index < population)).toBe(true);
        expect(sampleOf(population, count, new Random(seed))).toEqual(drawn);
      }),
      { seed: 3 },
    );
  });

  test('is fair: every index as often as another', () => {
    const random = new Random(11);
    const hits = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++)
      for (const index of sampleOf(10, 3, random)) hits[index] = (hits[index] ?? 0) + 1;
    // 3,000 expected; the standard deviation is 46.
    for (const count of hits) expect(Math.abs(count - 3000)).toBeLessThan(230);
  });
});

describe('caughtProbability', () => {
  test('agrees with counting all draws', () => {
    // 10 leaves, 3 changed, 4 drawn: C(7, 4) / C(10, 4) = 35 / 210 of the draws miss.
    expect(caughtProbability(10, 4, 3)).toBeCloseTo(1 - 35 / 210, 12);
    expect(caughtProbability(10, 8, 3)).toBe(1);
    expect(caughtProbability(10, 0, 3)).toBe(0);
    expect(caughtProbability(0, 0, 0)).toBe(0);
  });

  test('300 leaves meet one changed in a hundred with 95 %', () => {
    expect(caughtProbability(131_072, 300, 1311)).toBeGreaterThan(0.95);
  });

  test('agrees with the draws themselves', () => {
    const random = new Random(4);
    let caught = 0;
    for (let i = 0; i < 4000; i++) if (sampleOf(40, 6, random).some((index) => index < 5)) caught++;
    expect(caught / 4000).toBeCloseTo(caughtProbability(40, 6, 5), 1);
  });
});
