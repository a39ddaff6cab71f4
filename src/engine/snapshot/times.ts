/**
 * Modification times as whole microseconds since the epoch, and the way to set one exactly.
 *
 * Node takes seconds as a double and libuv cuts them to microseconds toward zero; so half a microsecond is added before the
 * division, and reading cuts toward zero too. From 2^32 seconds on (the year 2106) a double no longer tells microseconds apart: such
 * times count in whole milliseconds. Node replaces negative numbers by the present time but takes the same number as text.
 * Seen with Node 20 and libuv 1.46; held by test/engine/snapshot/times.test.ts.
 */
const fineMicrosMax = 2 ** 32 * 1e6;

/** Entry.mtimeMicros of a bigint stat's `mtimeNs`. */
export function microsOf(mtimeNs: bigint): number {
  const micros = Number(mtimeNs / 1000n);
  return Math.abs(micros) < fineMicrosMax ? micros : Math.trunc(micros / 1000) * 1000;
}

/** Seconds for fs.utimesSync, futimesSync and lutimesSync after which `microsOf` gives `micros` again. */
export function settableSeconds(micros: number): string {
  const step = Math.abs(micros) < fineMicrosMax ? 1 : 1000;
  return String((micros + (Math.sign(micros) * step) / 2) / 1e6);
}
