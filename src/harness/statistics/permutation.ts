/**
 * Permutation tests of means: how often a random relabelling of the values gives a difference at least as large. Source: Fisher (1935),
 * Pitman (1937). Few relabellings are counted, all of them; of many a number is drawn, and the observed one counts among them (Phipson
 * and Smyth 2010), so a chance is never zero.
 *
 * A mean moves with its largest values: where tails are heavy, ranks (signed-rank.ts, mann-whitney.ts) find more.
 */
import { assert } from '../../base/errors.js';
import type { Random } from '../../base/prng.js';
import { testResult, type TestResult } from './test-result.js';

/** Relabellings that are counted; more are drawn. */
const countedMax = 2 ** 18;

export interface Draws {
  /** By default 9999. */
  readonly count?: number;
  readonly random: Random;
}

/** Paired: each difference may have either sign. `statistic` is their mean. */
export function signFlipTest(differences: readonly number[], { count = 9999, random }: Draws): TestResult {
  assert(differences.length > 0, 'differences that are not empty');
  const n = differences.length;
  const total = sumOf(differences);
  const tally = new Tally(total, differences);
  if (2 ** n <= countedMax) {
    for (let signs = 0; signs < 2 ** n; signs++) {
      tally.add(differences.reduce((sum, value, place) => sum + ((signs >> place) & 1 ? -value : value), 0));
    }
    return tally.result(total / n, 'exact');
  }
  tally.add(total);
  for (let draw = 0; draw < count; draw++) {
    tally.add(differences.reduce((sum, value) => sum + (random.u32() & 1 ? -value : value), 0));
  }
  return tally.result(total / n, 'sampled');
}

/** Two independent samples: each value may belong to either. `statistic` is the mean of the first less that of the second. */
export function permutationTest(
  first: readonly number[],
  second: readonly number[],
  { count = 9999, random }: Draws,
): TestResult {
  assert(first.length > 0 && second.length > 0, 'two samples that are not empty');
  const pool = [...first, ...second];
  const n = first.length;
  const observed = sumOf(first);
  const difference = observed / n - sumOf(second) / second.length;
  // The total is fixed, so the difference grows with the sum of the first.
  const tally = new Tally(observed, pool);
  if (choices(pool.length, n) <= countedMax) {
    for (const sum of subsetSums(pool, n)) tally.add(sum);
    return tally.result(difference, 'exact');
  }
  tally.add(observed);
  for (let draw = 0; draw < count; draw++) {
    for (let place = 0; place < n; place++) {
      const other = random.between(place, pool.length - 1);
      [pool[place], pool[other]] = [pool[other] ?? 0, pool[place] ?? 0];
    }
    tally.add(sumOf(pool.slice(0, n)));
  }
  return tally.result(difference, 'sampled');
}

class Tally {
  readonly #observed: number;
  /** Sums of the same values in another order differ by rounding. */
  readonly #slack: number;
  #count = 0;
  #less = 0;
  #greater = 0;

  constructor(observed: number, values: readonly number[]) {
    this.#observed = observed;
    this.#slack = 1e-12 * values.reduce((sum, value) => sum + Math.abs(value), 0);
  }

  add(sum: number): void {
    this.#count++;
    if (sum <= this.#observed + this.#slack) this.#less++;
    if (sum >= this.#observed - this.#slack) this.#greater++;
  }

  result(statistic: number, method: 'exact' | 'sampled'): TestResult {
    return testResult(
      statistic,
      { pLess: this.#less / this.#count, pGreater: this.#greater / this.#count },
      method,
    );
  }
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function choices(n: number, k: number): number {
  let product = 1;
  for (let i = 1; i <= Math.min(k, n - k); i++) product = (product * (n - i + 1)) / i;
  return Math.round(product);
}

function* subsetSums(values: readonly number[], count: number, from = 0, sum = 0): Generator<number> {
  if (count === 0) {
    yield sum;
    return;
  }
  for (let place = from; place <= values.length - count; place++) {
    yield* subsetSums(values, count - 1, place + 1, sum + (values[place] ?? 0));
  }
}
