/**
 * A filter in front of the weak-sum table: 65,536 sets of sixteen tags each, one bit a tag. A sum (a, b) chooses the set by one
 * 16-bit mixture of a and b and the tag by another, so that eight sums are tested at once in 16-bit lanes. With
 * 32,768 blocks one unrelated sum in 33 passes; without it nearly every position would miss the cache in the table.
 */

const sets = memory.data(131_072, 64);

/**
 * Odd multipliers of a and b for the set (first two) and the tag, eight times each. In memory rather than in the code, where V8
 * would build each vector anew for every step; so are the tables below.
 */
// prettier-ignore
const multipliers = memory.data<u16>([
  0x6a6d, 0x6a6d, 0x6a6d, 0x6a6d, 0x6a6d, 0x6a6d, 0x6a6d, 0x6a6d,
  0x35b1, 0x35b1, 0x35b1, 0x35b1, 0x35b1, 0x35b1, 0x35b1, 0x35b1,
  0x2545, 0x2545, 0x2545, 0x2545, 0x2545, 0x2545, 0x2545, 0x2545,
  0x5851, 0x5851, 0x5851, 0x5851, 0x5851, 0x5851, 0x5851, 0x5851,
], 16);

/** Low and high byte of the set that holds one tag alone; then what keeps a swizzle to the low or the high byte of a lane. */
// prettier-ignore
const tagBits = memory.data<u8>([
  1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128,
  0, 128, 0, 128, 0, 128, 0, 128, 0, 128, 0, 128, 0, 128, 0, 128,
  128, 0, 128, 0, 128, 0, 128, 0, 128, 0, 128, 0, 128, 0, 128, 0,
], 16);

/** Puts `count` weak sums (u32 at `sums`) into the emptied filter. */
export function fillFilter(sums: usize, count: u32): void {
  memory.fill(sets, 0, 131_072);
  for (const end = sums + ((<usize>count) << 2); sums < end; sums += 4) {
    const a = <u32>load<u16>(sums);
    const b = <u32>load<u16>(sums, 2);
    const set = (a * load<u16>(multipliers) + b * load<u16>(multipliers, 16)) & 0xffff;
    const tag = ((a * load<u16>(multipliers, 32) + b * load<u16>(multipliers, 48)) & 0xffff) >>> 12;
    const at = sets + ((<usize>set) << 1);
    store<u16>(at, load<u16>(at) | (<u16>((<u32>1) << tag)));
  }
}

/** Bits 2k and 2k + 1 tell whether the filter holds the sum (a[k], b[k]), for eight 16-bit lanes: either is set when it does. */
// @ts-ignore: decorator
@inline
export function passesFilter(a: v128, b: v128): i32 {
  const set = i16x8.add(i16x8.mul(a, v128.load(multipliers)), i16x8.mul(b, v128.load(multipliers, 16)));
  const low = i64x2.extract_lane(set, 0);
  const high = i64x2.extract_lane(set, 1);
  let held = i16x8.splat(0);
  held = v128.load_lane<u16>(setOf(low), held, 0);
  held = v128.load_lane<u16>(setOf(low >>> 16), held, 1);
  held = v128.load_lane<u16>(setOf(low >>> 32), held, 2);
  held = v128.load_lane<u16>(setOf(low >>> 48), held, 3);
  held = v128.load_lane<u16>(setOf(high), held, 4);
  held = v128.load_lane<u16>(setOf(high >>> 16), held, 5);
  held = v128.load_lane<u16>(setOf(high >>> 32), held, 6);
  held = v128.load_lane<u16>(setOf(high >>> 48), held, 7);
  const tag = i16x8.shr_u(
    i16x8.add(i16x8.mul(a, v128.load(multipliers, 32)), i16x8.mul(b, v128.load(multipliers, 48))),
    12,
  );
  const bits = v128.or(
    i8x16.swizzle(v128.load(tagBits), v128.or(tag, v128.load(tagBits, 32))),
    i8x16.swizzle(v128.load(tagBits, 16), v128.or(i16x8.shl(tag, 8), v128.load(tagBits, 48))),
  );
  return ~i8x16.bitmask(i8x16.eq(v128.and(held, bits), i16x8.splat(0))) & 0xffff;
}

// @ts-ignore: decorator
@inline
function setOf(index: i64): usize {
  return sets + (((<usize>index) & 0xffff) << 1);
}
