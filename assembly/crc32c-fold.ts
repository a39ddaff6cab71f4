/**
 * Shortens a message without changing its CRC-32C: sparse multiples of the generator turn most of it into XORs of whole vectors.
 *
 * Let P be the generator and y = x^128. Squaring is linear over GF(2), so each multiple Q(x) of P gives the multiple Q(y) = Q(x)^128,
 * whose terms lie whole vectors apart: no shifts, no carry-less products. Here Q is
 *
 *   x^209 + x^144 + x^54 + x^39 + x^14 + 1
 *
 * the multiple of six terms with the lowest degree (found by meeting in the middle over x^e mod P; a test divides it). A vector 209
 * places before another thus counts as much as copies of itself at the places of the lower terms, so
 *
 *   t[i] = v[i] ^ t[i - 65] ^ t[i - 155] ^ t[i - 170] ^ t[i - 195] ^ t[i - 209]
 *
 * may replace v[i], and the vectors before it that it took in are gone. The last 209 take only what came from before them and stay.
 *
 * Source of the idea: Russell, "Chorba: A novel CRC32 implementation", 2024 (arXiv 2412.16398), which shifts bits instead.
 * Bound: six loads for 16 bytes, two a cycle, are 0.19 cycles a byte; measured 0.21 over 1 MiB (docs/kernels.md).
 *
 * Memory: a ring of the last 209 t, 3,344 bytes; with a linear history of 20 KiB the first-level cache loses the tables (1.9 times slower).
 */
import { foldShort } from './crc32c-short';

const ringBytes: usize = 209 * 16;
const ring: usize = memory.data(3344, 16);

/** From here on folding is faster than the tables alone. */
export const foldBytesMin: usize = 1280;
/** From here on the long multiple before the short one is faster than the short one alone, which has room for no more. */
const ringLengthMin: usize = 8192;

/**
 * Folds the `length` >= foldBytesMin bytes at `data`, a multiple of 16, their first four XORed with `start`; returns where the
 * foldedBytes are that have the same CRC.
 */
export function fold(data: usize, length: usize, start: u32): usize {
  if (length < ringLengthMin) return foldShort(data, length, start);
  foldLong(data, length, start);
  return foldShort(ring, ringBytes, 0);
}

/**
 * Where t[i] lies in the ring is i mod 209, so the places that its taps are read from depend on the phase alone: those at a distance of at
 * most the phase are from this lap, the others, at the same place plus 209, from the lap before. `taps` of the five are from the lap before.
 */
// @ts-ignore: decorator
@inline
function before(value: v128, at: usize, taps: i32): v128 {
  value = v128.xor(value, v128.load(at));
  if (taps > 1) value = v128.xor(value, v128.load(at, 14 * 16));
  if (taps > 2) value = v128.xor(value, v128.load(at, 39 * 16));
  if (taps > 3) value = v128.xor(value, v128.load(at, 54 * 16));
  if (taps > 4) value = v128.xor(value, v128.load(at, 144 * 16));
  return value;
}

// @ts-ignore: decorator
@inline
function within(value: v128, at: usize, taps: i32): v128 {
  if (taps > 0) value = v128.xor(value, v128.load(at - 195 * 16, 130 * 16));
  if (taps > 1) value = v128.xor(value, v128.load(at - 195 * 16, 40 * 16));
  if (taps > 2) value = v128.xor(value, v128.load(at - 195 * 16, 25 * 16));
  if (taps > 3) value = v128.xor(value, v128.load(at - 195 * 16));
  return value;
}

/** One stretch of a lap, up to `end` in the ring. */
// @ts-ignore: decorator
@inline
function stretch(by: usize, at: usize, end: usize, taps: i32, last: bool): usize {
  for (; at + 16 < end; at += 32) {
    let a = before(v128.load(at + by), at, taps);
    let b = before(v128.load(at + by, 16), at + 16, taps);
    if (!last) {
      a = within(a, at, 5 - taps);
      b = within(b, at + 16, 5 - taps);
    }
    v128.store(at, a);
    v128.store(at, b, 16);
  }
  if (at < end) {
    let a = before(v128.load(at + by), at, taps);
    if (!last) a = within(a, at, 5 - taps);
    v128.store(at, a);
    at += 16;
  }
  return at;
}

// @ts-ignore: decorator
@inline
function lap(by: usize, at: usize, last: bool): void {
  at = stretch(by, at, ring + 65 * 16, 5, last);
  at = stretch(by, at, ring + 155 * 16, 4, last);
  at = stretch(by, at, ring + 170 * 16, 3, last);
  at = stretch(by, at, ring + 195 * 16, 2, last);
  stretch(by, at, ring + 209 * 16, 1, last);
}

/** Leaves the last ringBytes at `ring`. The first lap starts late enough for the last one to be whole. */
function foldLong(data: usize, length: usize, start: u32): void {
  const laps = (length - 1) / ringBytes;
  const early = (laps + 1) * ringBytes - length;
  memory.fill(ring, 0, ringBytes);
  store<u32>(ring + early, start);
  let by = data - ring - early;
  lap(by, ring + early, false);
  for (let i: usize = 1; i < laps; i++) {
    by += ringBytes;
    lap(by, ring, false);
  }
  lap(by + ringBytes, ring, true);
}
