/**
 * Comparing byte ranges position by position: how far two places agree, and how many bytes of a range do.
 * Lengths are exact; nothing beyond a range is read.
 */

/** Number of leading bytes on which `a` and `b` agree, at most `limit`. */
export function agreeForward(a: usize, b: usize, limit: usize): usize {
  let at: usize = 0;
  while (at + 64 <= limit) {
    const low = v128.or(
      v128.xor(v128.load(a + at), v128.load(b + at)),
      v128.xor(v128.load(a + at, 16), v128.load(b + at, 16)),
    );
    const high = v128.or(
      v128.xor(v128.load(a + at, 32), v128.load(b + at, 32)),
      v128.xor(v128.load(a + at, 48), v128.load(b + at, 48)),
    );
    if (v128.any_true(v128.or(low, high))) break;
    at += 64;
  }
  while (at + 16 <= limit) {
    const equal = i8x16.bitmask(i8x16.eq(v128.load(a + at), v128.load(b + at)));
    if (equal != 0xffff) return at + <usize>ctz<i32>(~equal);
    at += 16;
  }
  while (at < limit && load<u8>(a + at) == load<u8>(b + at)) at++;
  return at;
}

/** Number of trailing bytes on which the ranges that end at `a` and `b` agree, at most `limit`. */
export function agreeBackward(a: usize, b: usize, limit: usize): usize {
  let at: usize = 0;
  while (at + 16 <= limit) {
    const equal = i8x16.bitmask(i8x16.eq(v128.load(a - at - 16), v128.load(b - at - 16)));
    if (equal != 0xffff) return at + <usize>clz<i32>((~equal & 0xffff) << 16);
    at += 16;
  }
  while (at < limit && load<u8>(a - at - 1) == load<u8>(b - at - 1)) at++;
  return at;
}

/** Number of positions in [0, length) at which `a` and `b` agree. */
export function countAgreeing(a: usize, b: usize, length: usize): i32 {
  let count = 0;
  let at: usize = 0;
  for (; at + 16 <= length; at += 16) count += countAgreeing16(a + at, b + at);
  for (; at < length; at++) count += i32(load<u8>(a + at) == load<u8>(b + at));
  return count;
}

/** Number of positions in [0, length) at which `a` and `b` agree or `b` is zero. */
export function countAgreeingOrZero(a: usize, b: usize, length: usize): i32 {
  let count = 0;
  let at: usize = 0;
  for (; at + 16 <= length; at += 16) {
    const bytes = v128.load(b + at);
    const either = v128.or(i8x16.eq(v128.load(a + at), bytes), i8x16.eq(bytes, i8x16.splat(0)));
    count += popcnt<i32>(i8x16.bitmask(either));
  }
  for (; at < length; at++) {
    const byte = load<u8>(b + at);
    count += i32(byte == 0 || byte == load<u8>(a + at));
  }
  return count;
}

/** Number of positions, of 16, at which `a` and `b` agree. */
// @ts-ignore: decorator
@inline
export function countAgreeing16(a: usize, b: usize): i32 {
  return popcnt<i32>(agreeMask16(a, b));
}

/** Whether 16 bytes agree. */
// @ts-ignore: decorator
@inline
export function agree16(a: usize, b: usize): bool {
  return !v128.any_true(v128.xor(v128.load(a), v128.load(b)));
}

/** Bit i of 64: whether the bytes at offset i agree. */
// @ts-ignore: decorator
@inline
export function agreeMask64(a: usize, b: usize): u64 {
  const low = agreeMask16(a, b) | (agreeMask16(a + 16, b + 16) << 16);
  const high = agreeMask16(a + 32, b + 32) | (agreeMask16(a + 48, b + 48) << 16);
  return <u64>(<u32>low) | (<u64>(<u32>high) << 32);
}

// @ts-ignore: decorator
@inline
function agreeMask16(a: usize, b: usize): i32 {
  return i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b)));
}
