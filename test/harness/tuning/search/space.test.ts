import { describe, expect, test } from 'vitest';
import { Random } from '../../../../src/base/prng.js';
import { resolveStrategy } from '../../../../src/engine/strategy/settings.js';
import { likestPoints } from '../../../../src/harness/tuning/search/likest.js';
import {
  crossed,
  mutated,
  pointOf,
  randomPoint,
  spacePoints,
  spaceSize,
  strategyKey,
  strategyOf,
  variations,
  type SearchSpace,
} from '../../../../src/harness/tuning/search/space.js';

const KiB = 1024;
const space: SearchSpace = [
  {
    strategy: 'adaptive',
    fixed: { subBlock: true },
    axes: [
      { key: 'blockBytes', values: [4 * KiB, 16 * KiB] },
      { key: 'effort', values: ['fast', 'thorough', 'maximum'] },
      { key: 'codec', values: ['zstd', 'lz4'] },
      { key: 'level', values: [1, 3, 9] },
    ],
  },
  {
    strategy: 'fixed',
    fixed: { codec: 'stored' },
    axes: [{ key: 'blockBytes', values: [4 * KiB, 64 * KiB] }],
  },
];

test('every point is listed once', () => {
  const points = [...spacePoints(space)];
  expect(points).toHaveLength(spaceSize(space));
  expect(spaceSize(space)).toBe(2 * 3 * 2 * 3 + 2);
  expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(points.length);
  expect(points.at(0)).toEqual({ family: 0, choices: [0, 0, 0, 0] });
  expect(points.at(-1)).toEqual({ family: 1, choices: [1] });
});

test('levels of a codec that has none make no two strategies', () => {
  const keys = [...spacePoints(space)].map((point) => strategyKey(strategyOf(space, point)));
  // 2 sizes x 3 efforts x (3 levels of zstd + lz4), and two fixed.
  expect(new Set(keys).size).toBe(2 * 3 * 4 + 2);
});

test('a point has its settings', () => {
  const { compression, ...strategy } = strategyOf(space, { family: 0, choices: [1, 2, 0, 2] });
  expect(strategy).toMatchObject({
    name: 'adaptive',
    blockBytes: 16 * KiB,
    effort: 'maximum',
    subBlock: true,
  });
  expect(compression).toMatchObject({ codec: 'zstd', level: 9 });
});

test('a strategy is found again, and one outside is not', () => {
  const point = { family: 0, choices: [1, 1, 0, 2] };
  expect(pointOf(space, strategyOf(space, point))).toEqual(point);
  expect(pointOf(space, resolveStrategy('compare'))).toBeUndefined();
});

test('variations differ in one axis', () => {
  const point = { family: 0, choices: [0, 1, 0, 2] };
  const all = variations(space, point);
  expect(all[0]).toEqual(point);
  expect(all).toHaveLength(1 + 1 + 2 + 1 + 2);
  for (const other of all.slice(1)) {
    expect(other.choices.filter((choice, i) => choice !== point.choices[i])).toHaveLength(1);
  }
});

test('the likest point has what both know, and of the rest the middle', () => {
  const own = resolveStrategy('adaptive', {
    blockBytes: 16 * KiB,
    effort: 'thorough',
    codec: 'auto',
    level: 9,
  });
  expect(likestPoints(space, own)).toEqual([
    { family: 0, choices: [1, 1, 1, 2] },
    { family: 1, choices: [1] },
  ]);
});

describe('what is drawn', () => {
  test('lies in the space, and follows from the seed', () => {
    const draw = (seed: number): unknown[] => {
      const random = new Random(seed);
      return Array.from({ length: 200 }, () => {
        const [a, b] = [randomPoint(space, random), randomPoint(space, random)];
        const child = mutated(space, crossed(a, b, random), random);
        for (const point of [a, b, child]) expect(() => strategyOf(space, point)).not.toThrow();
        return child;
      });
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  test('has both families and every value', () => {
    const random = new Random(3);
    const points = Array.from({ length: 400 }, () => randomPoint(space, random));
    expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(spaceSize(space));
  });
});
