/**
 * Where anchors lie: a property of the 18 bytes [p, p + 18) alone, so that equal bytes have their anchors at equal places wherever they lie.
 * With w(i) the two bytes at i read little-endian, position p is an anchor when
 *
 *   c(p) = ((w(p) + w(p + 16)) ^ w(p + 9)) * 0x9E37   (mod 2^16, then taken as signed)
 *
 * is 32768 - 2^(16 - spacingBits) or more: of independent bytes one position in 2^spacingBits. Three words far apart keep that
 * rate within a factor of two on text, code, records and executables; differences of two words miss it by ten. Constant data has
 * one value of c, so an anchor at every position or at none.
 *
 * `strided` picks its candidates by the same words, with another factor and a fixed threshold: it looks for the first step that has
 * any, where anchors are wanted one and all, so that the two share the function and not the loop.
 *
 * Two vectors, of even and of odd positions, judge 16 positions; words 16 bytes apart serve both halves of a step.
 */
import { mix } from './strided-stage-one';

/** In memory rather than in the code, where V8 would build the vector anew for every step. */
const factors = memory.data<u16>([0x9e37, 0x9e37, 0x9e37, 0x9e37, 0x9e37, 0x9e37, 0x9e37, 0x9e37], 16);

const stepPositions: usize = 32;

/**
 * Writes the addresses (u32, ascending) of the anchors in [at, stop) to `out`, which has room for stop - at + 1 of them; bytes up to
 * `stop` + 17 are read. Returns the end of what it wrote.
 */
export function findAnchors(at: usize, stop: usize, spacingBits: u32, out: usize): usize {
  const limit = 32767 - (65536 >> spacingBits);
  const limits = i16x8.splat(<i16>limit);
  const factor = v128.load(factors);
  for (; at + stepPositions <= stop; at += stepPositions) {
    const even = v128.load(at, 16);
    const odd = v128.load(at, 17);
    let passed = bits(
      mix(v128.load(at), even, v128.load(at, 9), factor),
      mix(v128.load(at, 1), odd, v128.load(at, 10), factor),
      limits,
    );
    passed |=
      bits(
        mix(even, v128.load(at, 32), v128.load(at, 25), factor),
        mix(odd, v128.load(at, 33), v128.load(at, 26), factor),
        limits,
      ) << 16;
    // Whether a step has an anchor is a coin toss that a branch predictor loses: its first is always stored, kept or not.
    store<u32>(out, <u32>at + <u32>ctz<i32>(passed));
    out += (<usize>(passed != 0)) << 2;
    for (passed &= passed - 1; passed != 0; passed &= passed - 1) {
      store<u32>(out, <u32>at + <u32>ctz<i32>(passed));
      out += 4;
    }
  }
  for (; at < stop; at++) {
    const sum = (<i32>load<u16>(at) + <i32>load<u16>(at, 16)) ^ <i32>load<u16>(at, 9);
    if (<i32>(<i16>(sum * 0x9e37)) <= limit) continue;
    store<u32>(out, <u32>at);
    out += 4;
  }
  return out;
}

/** Bit i tells whether position i of 16 exceeds the limit: even positions from one vector, odd ones from the other. */
// @ts-ignore: decorator
@inline
function bits(even: v128, odd: v128, limits: v128): i32 {
  return i8x16.bitmask(
    v128.or(i16x8.shr_u(i16x8.gt_s(even, limits), 8), i16x8.shl(i16x8.gt_s(odd, limits), 8)),
  );
}
