import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paretoFront } from '../../../src/harness/statistics/pareto.js';
import {
  geometricMean,
  median,
  spread,
  weightedGeometricMean,
} from '../../../src/harness/statistics/summary.js';

describe('summaries', () => {
  it('takes the middle, or the mean of the two middle ones', () => {
    expect(median([5])).toBe(5);
    expect(median([9, 1, 4])).toBe(4);
    expect(median([4, 1, 10, 2])).toBe(3);
  });

  it('spreads from the smallest to the largest', () => {
    expect(spread([3, 1, 2])).toEqual({ median: 2, low: 1, high: 3 });
  });

  it('balances twice with half', () => {
    expect(geometricMean([2, 0.5])).toBeCloseTo(1, 12);
    expect(geometricMean([1, 10, 100])).toBeCloseTo(10, 12);
  });

  it('weighs', () => {
    // 2^(3/4) x 16^(1/4) = 2^(3/4 + 1)
    const mean = weightedGeometricMean([
      { value: 2, weight: 3 },
      { value: 16, weight: 1 },
    ]);
    expect(mean).toBeCloseTo(2 ** 1.75, 12);
  });
});

describe('Pareto fronts', () => {
  type Point = readonly [number, number];
  const front = (points: readonly Point[]): Point[] =>
    paretoFront(
      points,
      ([x]) => x,
      ([, y]) => y,
    );

  it('keeps what nothing beats, from left to right', () => {
    const points: Point[] = [
      [4, 1],
      [1, 9],
      [2, 4],
      [3, 4],
      [5, 1],
      [2, 7],
    ];
    expect(front(points)).toEqual([
      [1, 9],
      [2, 4],
      [4, 1],
    ]);
  });

  it('keeps all of several items at the same point', () => {
    expect(
      front([
        [1, 1],
        [1, 1],
        [2, 2],
      ]),
    ).toHaveLength(2);
  });

  it('is exactly the set of undominated items', () => {
    const point = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12 }));
    fc.assert(
      fc.property(fc.array(point, { maxLength: 30 }), (points) => {
        const beaten = ([x, y]: Point): boolean =>
          points.some(([otherX, otherY]) => otherX <= x && otherY <= y && (otherX < x || otherY < y));
        const expected = points.filter((item) => !beaten(item)).map(String);
        expect(front(points).map(String).sort()).toEqual(expected.sort());
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
