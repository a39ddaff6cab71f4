/** When things happen: at any time of the workload, or in the midst of something that is under way, since an idle world forgives nearly everything. */
import type { Random } from '../../base/prng.js';
import type { Operation } from '../scenario/scenario.js';

export const workloadMs = 10_000;

/** Within the workload and a little beyond, or up to 400 ms after some operation began, short whiles as likely as long ones. */
export function drawMoment(random: Random, operations: readonly Operation[]): number {
  const near = random.below(2) === 0 ? undefined : operations[random.below(operations.length)];
  return near === undefined ? random.below(workloadMs + 1000) : near.atMs + drawWhile(random, 400);
}

/** From a millisecond to `msMax`, short ones as likely as long ones. */
export function drawWhile(random: Random, msMax: number): number {
  return Math.ceil(msMax ** random.float());
}

export function one<T>(random: Random, items: readonly T[]): T {
  const [first, ...rest] = items;
  if (first === undefined) throw new RangeError('nothing to choose from');
  return random.pick([first, ...rest]);
}
