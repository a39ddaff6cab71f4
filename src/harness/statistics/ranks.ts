/** Ranks from 1, where equal values share the mean of their places (midranks). */
import { present } from '../../base/errors.js';

export interface Ranks {
  /** In the order of the values; whole or half. */
  readonly ranks: readonly number[];
  /** Sizes of the groups of equal values, groups of one left out. */
  readonly ties: readonly number[];
}

export function midranks(values: readonly number[]): Ranks {
  const order = [...values.keys()].sort((a, b) => present(values[a], 'value') - present(values[b], 'value'));
  const ranks = values.map(() => 0);
  const ties: number[] = [];
  for (let start = 0; start < order.length;) {
    const value = values[present(order[start], 'place')];
    let end = start + 1;
    while (end < order.length && values[present(order[end], 'place')] === value) end++;
    for (const place of order.slice(start, end)) ranks[place] = (start + 1 + end) / 2;
    if (end - start > 1) ties.push(end - start);
    start = end;
  }
  return { ranks, ties };
}

/** Sum over ties of t^3 - t, by which tied ranks vary less. */
export function tieTerm(ties: readonly number[]): number {
  return ties.reduce((sum, size) => sum + size ** 3 - size, 0);
}
