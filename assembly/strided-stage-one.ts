/**
 * Stage one of `strided`: which positions are candidates. With w(i) the two bytes at i read little-endian, position p is one when
 *
 *   c(p) = ((w(p - 18) + w(p - 2)) ^ w(p - 9)) * factor   (mod 2^16, then taken as signed)
 *
 * is 32704 or more, which 64 of 65536 values are. One position in 970 to 1,204 is one in text, source code, executables, databases, records and
 * noise; one in 1,900 where half the bytes are a short pattern. Three words far apart have the entropy for that: the word 3 before subtracted alone,
 * as first tried, gave one in 800 to 17,000. One multiplication does as well as two, and a fourth word no better.
 *
 * Two vectors, of even and of odd positions, cover 16 positions; words 16 bytes apart serve two neighbouring vectors. Only the greatest c(p) of
 * 32 positions is compared; which position it was is asked afterwards, in one step of thirty.
 *
 * Speed, against FastCDC in one process on a busy Zen 4, best of many interleaved passes: 16 to 17 GB/s and 3.7 to 3.8 times as fast over 1 MiB. Over 8 to
 * 16 MiB 2.4 to 2.7 times at an average of 16 KiB and 2.8 to 3.8 times at 64 KiB: there memory is the bound. What costs is the number of loads and of candidates:
 * - Ten loads a step and two constants fit the sixteen registers. Fourteen loads (a fourth word), all of which V8 hoists, do not: the same loop, without a
 *   single candidate, fell from 17 to 12 GB/s.
 * - Each candidate ends a loop that was predicted to go on: 12 ns over half a MiB, 33 ns over 8 MiB, where the loads that were under way ahead are lost too. Half as many
 *   candidates again took 8 MiB from 10.2 to 8.7 GB/s.
 * - Touching bytes ahead, behind the minimum or behind a candidate, lost up to a fifth: it is bandwidth that is missing.
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
  0xc2b3, 0xc2b3, 0xc2b3, 0xc2b3, 0xc2b3, 0xc2b3, 0xc2b3, 0xc2b3,
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

// @ts-ignore: decorator
@inline
function candidates16(words: usize): u32 {
  const factor = v128.load(factors);
  const threshold = v128.load(thresholds);
  const even = i16x8.gt_s(eight(words, factor), threshold);
  const odd = i16x8.gt_s(eight(words + 1, factor), threshold);
  return <u32>i8x16.bitmask(v128.bitselect(even, odd, i16x8.splat(0x00ff)));
}

/** c(p) of the eight positions words + 18, words + 20, ... */
// @ts-ignore: decorator
@inline
function eight(words: usize, factor: v128): v128 {
  return mix(v128.load(words), v128.load(words, 16), v128.load(words, 9), factor);
}

/** c(p) for eight positions, from their first, last and middle words. `anchor-filter.ts` shares it. */
// @ts-ignore: decorator
@inline
export function mix(first: v128, last: v128, middle: v128, factor: v128): v128 {
  return i16x8.mul(v128.xor(i16x8.add(first, last), middle), factor);
}
