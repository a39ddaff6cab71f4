/** The search over figures that are made up, so that its optimum is known: how much work it takes, and what it finds. */
import { describe, expect, test } from 'vitest';
import { present } from '../../../../src/base/errors.js';
import type { Strategy } from '../../../../src/engine/strategy/strategy.js';
import { hypervolume, type Point } from '../../../../src/harness/statistics/dominance.js';
import { importances } from '../../../../src/harness/tuning/search/importance.js';
import { search, type SearchSetup } from '../../../../src/harness/tuning/search/search.js';
import {
  spacePoints,
  spaceSize,
  strategyKey,
  strategyOf,
  type SearchSpace,
} from '../../../../src/harness/tuning/search/space.js';

const KiB = 1024;
const blockSizes = [0.5, 1, 2, 4, 8, 16, 32, 64].map((size) => size * KiB);
const levels = [1, 2, 3, 4, 5, 6, 9, 12, 15, 19];
const space: SearchSpace = [
  {
    strategy: 'adaptive',
    fixed: { codec: 'zstd' },
    axes: [
      { key: 'blockBytes', values: blockSizes },
      { key: 'effort', values: ['fast', 'thorough', 'maximum'] },
      { key: 'level', values: levels },
      { key: 'subBlock', values: [true, false] },
    ],
  },
];
const own = strategyOf(space, { family: 0, choices: [7, 0, 2, 1] });

/** Bytes fall with the level, work rises with it; blocks have an optimum in the middle, sub-block deltas are worth it, effort trades. */
function figures(strategy: Strategy): Point {
  if (strategy.name !== 'adaptive') throw new TypeError('not of this space');
  const { level } = strategy.compression;
  const effort = { fast: 0, thorough: 1, maximum: 2 }[strategy.effort];
  const size = Math.log2(strategy.blockBytes / (4 * KiB));
  const depth = Math.log2(Number(level));
  const bytes = 10 - 0.3 * depth + 0.08 * size ** 2 - 0.4 * effort - (strategy.subBlock ? 1 : 0);
  const work = 3 + 0.35 * depth + 0.05 * (size - 1) ** 2 + 0.5 * effort + (strategy.subBlock ? 0.2 : 0);
  return [bytes, work];
}

function setup(budgetMs: number, rungCount: number, seed = 1): SearchSetup {
  return {
    space,
    own,
    seed,
    budgetMs,
    rungCount,
    weights: [0.5, 0.5],
    reach: 1,
    isAllowed: () => true,
    // A rung sees the truth blurred, ever less so.
    evaluate: (strategy, rung) => {
      const blur = (rungCount - 1 - rung) * 0.05 * ((strategyKey(strategy).length % 7) - 3);
      return Promise.resolve({
        objectives: figures(strategy).map((value) => value + blur),
        workMs: 10 ** rung / 10 ** (rungCount - 1),
      });
    },
  };
}

function volume(points: readonly Point[]): number {
  return hypervolume(
    points,
    figures(own).map((value) => value + 1),
  );
}

const whole = volume([...spacePoints(space)].map((point) => figures(strategyOf(space, point))));

function found(outcome: Awaited<ReturnType<typeof search>>, rungCount: number): number {
  const finished = outcome.trials.filter(({ objectives }) => objectives.length === rungCount);
  return volume(finished.map(({ strategy }) => figures(strategy)));
}

describe('with a fifth of the work of trying everything', () => {
  test.each([1, 2, 3])(
    '%i rungs: within 5 % of the hypervolume on the mean of ten seeds, and never beyond 20 %',
    async (rungCount) => {
      let sum = 0;
      for (let seed = 0; seed < 10; seed++) {
        const outcome = await search(setup(spaceSize(space) / 5, rungCount, seed));
        expect(outcome.spentMs).toBeLessThan(spaceSize(space) / 5 + 1);
        const share = found(outcome, rungCount) / whole;
        expect(share).toBeGreaterThan(0.8);
        sum += share;
      }
      expect(sum / 10).toBeGreaterThan(0.95);
    },
  );

  test('evolution gains more for its work than chance, and goes on', async () => {
    const { arms, leader, trials } = await search(setup(spaceSize(space) / 5, 1));
    expect(arms.evolution.gain / arms.evolution.workMs).toBeGreaterThan(
      arms.chance.gain / arms.chance.workMs,
    );
    expect(leader).toBe('evolution');
    expect(trials[0]).toMatchObject({ origin: 'own', strategy: own });
    expect(trials.filter(({ origin }) => origin === 'screening')).toHaveLength(7 + 2 + 9 + 1);
  });
});

test('where nothing but chance helps, chance goes on', async () => {
  const scattered = setup(60, 1);
  let draws = 0;
  const { leader } = await search({
    ...scattered,
    // What evolution has learned is worth nothing: every point that is new by chance is better than the last.
    evaluate: () => Promise.resolve({ objectives: [draws++ === 0 ? 5 : 6, 6], workMs: 1 }),
  });
  expect(leader).toBe('chance');
});

test('the same seed takes the same way, another seed another', async () => {
  const way = async (seed: number): Promise<string[]> =>
    (await search(setup(60, 2, seed))).trials.map(({ key }) => key);
  expect(await way(4)).toEqual(await way(4));
  expect(await way(4)).not.toEqual(await way(5));
});

test('nothing is tried twice, and a small space to its end', async () => {
  const small: SearchSpace = [
    { ...present(space[0], 'family'), axes: [{ key: 'level', values: [1, 3, 9] }] },
  ];
  const outcome = await search({ ...setup(1000, 2), space: small });
  expect(outcome.isExhausted).toBe(true);
  // The own strategy lies outside.
  expect(outcome.trials).toHaveLength(4);
  expect(new Set(outcome.trials.map(({ key }) => key)).size).toBe(4);
});

test('from rung to rung there are fewer', async () => {
  const { trials } = await search(setup(40, 3));
  const [all, some, few] = [1, 2, 3].map(
    (rungs) => trials.filter(({ objectives }) => objectives.length >= rungs).length,
  );
  expect(all).toBe(trials.length);
  expect(some).toBeLessThan(trials.length * 0.9);
  expect(few).toBeLessThan((some ?? 0) * 0.9);
  expect(few).toBeGreaterThan(5);
});

test('importance is the share that one setting explains', () => {
  const scored = [0, 1, 2, 3].flatMap((a) =>
    [0, 1].map((b) => ({ settings: { a: `${a}`, b: `${b}`, c: 'same' }, score: a + 0.1 * b })),
  );
  const [first, second, ...others] = importances(scored);
  expect(first?.setting).toBe('a');
  expect(first?.share).toBeCloseTo(1.25 / (1.25 + 0.0025), 9);
  expect(first?.values[0]).toEqual({ value: '0', meanScore: 0.05, trials: 2 });
  expect(second?.share).toBeCloseTo(0.0025 / (1.25 + 0.0025), 9);
  expect(others).toEqual([]);
});
