/**
 * rsync's weak sum of x[0..n): a = sum of x[i], b = sum of (n - i) x[i], both mod 2^16, as a | b << 16.
 *
 * Source: Tridgell, "Efficient Algorithms for Sorting and Synchronization", 1999, chapter 3.
 * Arithmetic mod 2^16 fits 16-bit lanes, so sixteen columns are summed side by side: with V rows of 16 bytes, column j
 * keeps total[j] = sum of x[k][j] and ahead[j] = sum of (V - 1 - k) x[k][j] (the total before each row, added up). The
 * weights n - i are worked in once at the end: b = sum of 16 ahead[j] + (16 - j) total[j].
 */

// @ts-ignore: decorator
@inline
function sumLanes(lanes: v128): u32 {
  const four = i32x4.add(i32x4.extend_low_i16x8_u(lanes), i32x4.extend_high_i16x8_u(lanes));
  const two = i32x4.add(four, v128.shuffle<i32>(four, four, 2, 3, 0, 1));
  return <u32>i32x4.extract_lane(i32x4.add(two, v128.shuffle<i32>(two, two, 1, 0, 3, 2)), 0);
}

/** The weak sum of [data, data + length). */
export function weakSum(data: usize, length: usize): u32 {
  const end = data + length;
  let totalLow = i16x8.splat(0);
  let totalHigh = i16x8.splat(0);
  let aheadLow = i16x8.splat(0);
  let aheadHigh = i16x8.splat(0);
  while (data + 16 <= end) {
    aheadLow = i16x8.add(aheadLow, totalLow);
    aheadHigh = i16x8.add(aheadHigh, totalHigh);
    totalLow = i16x8.add(totalLow, v128.load_ext<u8>(data));
    totalHigh = i16x8.add(totalHigh, v128.load_ext<u8>(data, 8));
    data += 16;
  }
  let a = sumLanes(totalLow) + sumLanes(totalHigh);
  let b =
    16 * (sumLanes(aheadLow) + sumLanes(aheadHigh)) +
    sumLanes(i16x8.mul(totalLow, i16x8(16, 15, 14, 13, 12, 11, 10, 9))) +
    sumLanes(i16x8.mul(totalHigh, i16x8(8, 7, 6, 5, 4, 3, 2, 1)));
  for (; data < end; data++) {
    a += load<u8>(data);
    b += a;
  }
  return (a & 0xffff) | (b << 16);
}

/** The weak sum of each block; the ABI is in src/kernels/abi.ts. */
export function rollingSums(data: usize, cuts: usize, count: u32, out: usize): void {
  let start: usize = 0;
  for (let i: u32 = 0; i < count; i++) {
    const end = <usize>load<u32>(cuts + ((<usize>i) << 2));
    store<u32>(out + ((<usize>i) << 2), weakSum(data + start, end - start));
    start = end;
  }
}
