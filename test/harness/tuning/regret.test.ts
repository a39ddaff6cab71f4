import { expect, test } from 'vitest';
import { regrets } from '../../../src/harness/tuning/regret.js';

const scores: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  even: { a: Math.log(2), b: Math.log(2), c: Math.log(2) },
  first: { a: Math.log(1), b: Math.log(4), c: Math.log(4) },
  last: { a: Math.log(8), b: Math.log(2), c: Math.log(1) },
};

function logScore(choice: string, workloads: readonly string[]): number {
  return workloads.reduce((sum, name) => sum + (scores[choice]?.[name] ?? NaN), 0) / workloads.length;
}

test('what a choice loses on each workload, and what it would have lost unseen', () => {
  const found = regrets(['even', 'first', 'last'], 'even', ['a', 'b', 'c'], logScore);
  const rounded = (ratio: number | undefined): number => Math.round((ratio ?? NaN) * 1e9) / 1e9;
  expect(
    found.map(({ workload, best, ratio, withoutIt }) => [
      workload,
      best,
      rounded(ratio),
      withoutIt?.choice,
      rounded(withoutIt?.ratio),
    ]),
  ).toEqual([
    ['a', 'first', 2, 'last', 8],
    ['b', 'even', 1, 'even', 1],
    ['c', 'last', 2, 'even', 2],
  ]);
});

test('with one workload there is no other to choose by', () => {
  expect(regrets(['even', 'first'], 'even', ['a'], logScore)).toEqual([
    { workload: 'a', best: 'first', ratio: 2, withoutIt: undefined },
  ]);
});
