import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  crowdingDistances,
  dominanceRanks,
  dominates,
  hypervolume,
  type Point,
} from '../../../src/harness/statistics/dominance.js';

const whole = fc.integer({ min: 0, max: 9 });
const points = (dimensions: number): fc.Arbitrary<Point[]> =>
  fc.array(fc.array(whole, { minLength: dimensions, maxLength: dimensions }), {
    minLength: 1,
    maxLength: 12,
  });

describe('dominance', () => {
  test('is nowhere worse, and somewhere better', () => {
    expect(dominates([1, 2], [1, 3])).toBe(true);
    expect(dominates([1, 2], [1, 2])).toBe(false);
    expect(dominates([1, 4], [2, 3])).toBe(false);
  });

  test('ranks are layers', () => {
    const layered = [
      [3, 1],
      [1, 3],
      [2, 2],
      [3, 3],
      [4, 4],
      [2, 2],
    ];
    expect(dominanceRanks(layered)).toEqual([0, 0, 0, 1, 2, 0]);
  });

  test('who is not on the front is dominated by one of the layer before, and by none of his own', () => {
    fc.assert(
      fc.property(points(3), (all) => {
        const ranks = dominanceRanks(all);
        all.forEach((point, i) => {
          const before = all.filter((_, j) => ranks[j] === (ranks[i] ?? 0) - 1);
          const equals = all.filter((_, j) => ranks[j] === ranks[i]);
          expect(before.length === 0 ? ranks[i] === 0 : before.some((other) => dominates(other, point))).toBe(
            true,
          );
          expect(equals.some((other) => dominates(other, point))).toBe(false);
        });
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  test('who stands alone has room', () => {
    const row = [
      [0, 10],
      [1, 9],
      [2, 8],
      [9, 1],
      [10, 0],
    ];
    const [first = 0, second = 0, third = 0, fourth = 0, last = 0] = crowdingDistances(row);
    expect([first, last]).toEqual([Infinity, Infinity]);
    expect(second).toBeCloseTo(0.4, 12);
    expect(third).toBeCloseTo(1.6, 12);
    expect(fourth).toBeCloseTo(1.6, 12);
    expect(
      crowdingDistances([
        [5, 5],
        [5, 5],
        [5, 5],
      ]).filter(Number.isFinite),
    ).toEqual([0]);
  });
});

describe('hypervolume', () => {
  test('of stairs is the area under them', () => {
    const stairs = [
      [1, 3],
      [2, 2],
      [3, 1],
    ];
    // 4 x 4 less what is left of the stairs: columns of 1, 2 and 3.
    expect(hypervolume(stairs, [4, 4])).toBe(1 + 2 + 3);
    expect(hypervolume([...stairs, [3, 3], [9, 0], [2, 2]], [4, 4])).toBe(6);
    expect(hypervolume([], [4, 4])).toBe(0);
  });

  test('is what counting unit cubes gives, in two to four dimensions', () => {
    for (const dimensions of [2, 3, 4]) {
      fc.assert(
        fc.property(points(dimensions), (all) => {
          const reference = Array.from({ length: dimensions }, () => 8);
          expect(hypervolume(all, reference)).toBe(cubes(all, reference));
        }),
        { seed: 7, numRuns: 60 },
      );
    }
  });
});

/** Unit cubes below the reference that some point is not above of. */
function cubes(all: readonly Point[], reference: Point): number {
  const cells = reference.reduce<number[][]>(
    (grid, end) => grid.flatMap((cell) => Array.from({ length: end }, (_, i) => [...cell, i])),
    [[]],
  );
  return cells.filter((cell) => all.some((point) => point.every((value, i) => value <= (cell[i] ?? 0))))
    .length;
}
