/**
 * Stage one of `strided`: which positions are candidates. With w(i) the two bytes at i read little-endian, position p is one when
 *
 *   c(p) = ((w(p - 18) + w(p - 2)) ^ w(p - 9)) * factor   (mod 2^16, then taken as signed)
 *
 * is 32704 or more, which 64 of 65536 values are. Three words far apart hold enough entropy for one candidate in 600 to 2,000 positions on every
 * data kind tried; a word or two gave one in 500 to 17,000.
 *
 * Two vectors, of even and of odd positions, cover 16 positions. Words 16 bytes apart serve two neighbouring steps.
 */

/** Positions that one call judges. */
// @ts-ignore: decorator
@inline
export const stepPositions: usize = 32;

/** How far before a position its words begin. */
// @ts-ignore: decorator
@inline
const reach: usize = 18;

// prettier-ignore
const factors = memory.data<u16>([
  0x9e37, 0x9e37, 0x9e37, 0x9e37, 0x9e37, 0x9e37, 0x9e37, 0x9e37,
], 16);

/** A candidate's c(p) is greater. */
// prettier-ignore
const thresholds = memory.data<i16>([
  32703, 32703, 32703, 32703, 32703, 32703, 32703, 32703,
], 16);

/** First of `at`, `at` + 32, ... up to `last` whose 32 positions hold a candidate; otherwise the first one past `last`. */
export function firstWithCandidate(at: usize, last: usize): usize {
  const factor = v128.load(factors);
  const threshold = v128.load(thresholds);
  for (; at <= last; at += stepPositions) {
    const words = at - reach;
    const even = v128.load(words, 16);
    const odd = v128.load(words, 17);
    const highest = i16x8.max_s(
      i16x8.max_s(
        mix(v128.load(words), even, v128.load(words, 9), factor),
        mix(v128.load(words, 1), odd, v128.load(words, 10), factor),
      ),
      i16x8.max_s(
        mix(even, v128.load(words, 32), v128.load(words, 25), factor),
        mix(odd, v128.load(words, 33), v128.load(words, 26), factor),
      ),
    );
    if (v128.any_true(i16x8.gt_s(highest, threshold))) break;
  }
  return at;
}

/** Bit i says whether position at + i is a candidate. */
export function candidates(at: usize): u32 {
  return candidates16(at - reach) | (candidates16(at - reach + 16) << 16);
}

function candidates16(words: usize): u32 {
  const factor = v128.load(factors);
  const threshold = v128.load(thresholds);
  const even = i16x8.gt_s(
    mix(v128.load(words), v128.load(words, 16), v128.load(words, 9), factor),
    threshold,
  );
  const odd = i16x8.gt_s(
    mix(v128.load(words, 1), v128.load(words, 17), v128.load(words, 10), factor),
    threshold,
  );
  return <u32>i8x16.bitmask(v128.bitselect(even, odd, i16x8.splat(0x00ff)));
}

// @ts-ignore: decorator
@inline
function mix(first: v128, last: v128, middle: v128, factor: v128): v128 {
  return i16x8.mul(v128.xor(i16x8.add(first, last), middle), factor);
}
