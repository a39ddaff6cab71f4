/**
 * How far two independent samples lie apart. The Hodges-Lehmann estimate is the median of all differences of one value each; its interval
 * are the order statistics of these that the Mann-Whitney test does not reject (Hollander and Wolfe, 4.3). A and delta are the shares of
 * such pairs: Vargha and Delaney (2000), Cliff (1993).
 */
import { assert, present } from '../../base/errors.js';
import { mannWhitney, mannWhitneyOrder } from './mann-whitney.js';
import { quantileOfSorted } from './quantile.js';
import type { Levels, Shift } from './signed-rank.js';

/** Of `second` against `first`: positive where the second is larger. A bound is infinite where there are too few for its level. */
export function twoSampleShift(first: readonly number[], second: readonly number[], levels: Levels): Shift {
  assert(first.length > 0 && second.length > 0, 'two samples that are not empty');
  const differences = Float64Array.from(second.flatMap((b) => first.map((a) => b - a))).sort();
  const [low, high] = [levels.low, levels.high].map((level) =>
    mannWhitneyOrder(first.length, second.length, level),
  );
  return {
    estimate: quantileOfSorted(differences, 0.5),
    low: low === 0 ? -Infinity : present(differences[present(low, 'order') - 1], 'difference'),
    high:
      high === 0 ? Infinity : present(differences[differences.length - present(high, 'order')], 'difference'),
  };
}

/** The chance that a value of `second` exceeds one of `first`, ties counting half: 1/2 where neither tends to. */
export function varghaDelaneyA(first: readonly number[], second: readonly number[]): number {
  return mannWhitney(second, first).statistic / (first.length * second.length);
}

/** From -1, where all of `second` are smaller, to 1, where all are larger. */
export function cliffsDelta(first: readonly number[], second: readonly number[]): number {
  return 2 * varghaDelaneyA(first, second) - 1;
}
