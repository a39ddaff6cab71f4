/**
 * Who does which job, where several threads have the same list: a word of shared memory for each job that is under way. The first thread that claims a
 * job does it; the others pass over it.
 *
 * Law: jobs are numbered from 0 without gaps, and number n is listed only when n minus the number of words was claimed. So a word holds, one
 * after another, the numbers that fall to it, and a list that arrives late claims nothing that was done.
 */

export function newClaims(words: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(words * 4));
}

/** Whether the job is the caller's to do. */
export function claim(claims: Int32Array, number: number): boolean {
  const before = Math.max(0, number - claims.length + 1);
  return Atomics.compareExchange(claims, number % claims.length, before, number + 1) === before;
}
