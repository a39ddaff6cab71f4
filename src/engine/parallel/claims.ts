/**
 * Who does which job, where several threads have the same list: a word of shared memory for each job that is under way. The first thread that claims a
 * job does it; the others pass over it.
 *
 * Law: jobs are numbered from 0 without gaps, and number n is listed only when n minus the number of words was claimed. So a word holds, one
 * after another, the numbers that fall to it, and a list that arrives late claims nothing that was done.
 */
import { present } from '../../base/errors.js';

/** A job that is listed, its number among all jobs of the team, and what its result will hold, roughly: the more, the longer it takes. */
export interface Listed<Job> {
  readonly number: number;
  readonly job: Job;
  readonly heldBytes: number;
}

export function newClaims(words: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(words * 4));
}

/** Whether the job is the caller's to do. */
export function claim(claims: Int32Array, number: number): boolean {
  const before = Math.max(0, number - claims.length + 1);
  return Atomics.compareExchange(claims, number % claims.length, before, number + 1) === before;
}

/** A job so many times as heavy as the first is begun before it: last, it would have all others wait. */
const heavyFactor = 4;
const heavyBytesMin = 256 * 1024;

/** Takes jobs from a list, in order but for heavy ones, until one is the caller's to do. Undefined when the list is empty. */
export function claimNext<Job>(claims: Int32Array, list: Listed<Job>[]): Listed<Job> | undefined {
  while (list.length > 0) {
    const [next] = list.splice(heaviest(list), 1);
    if (next !== undefined && claim(claims, next.number)) return next;
  }
  return undefined;
}

function heaviest(list: readonly Listed<unknown>[]): number {
  let found = 0;
  let bytes = Math.max(heavyBytesMin, heavyFactor * present(list[0], 'job').heldBytes);
  list.forEach(({ heldBytes }, at) => {
    if (heldBytes <= bytes) return;
    found = at;
    bytes = heldBytes;
  });
  return found;
}
