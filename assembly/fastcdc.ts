/**
 * FastCDC 2020 with normalisation level 1: the cuts of fastcdc-rs v2020, bit for bit.
 *
 * Source: Xia et al., "The Design of Fast Content-Defined Chunking for Data Deduplication Based Storage Systems",
 * IEEE TPDS 2020, and its 64-bit masks as in the destor and restic implementations.
 * The paper rolls two bytes a step with pre-shifted tables. No mask has a bit above 47, so that judges every byte exactly as
 * rolling one byte a step does; what remains visible is its rounding: hashing starts at the even offset below the
 * minimum, the strict mask ends at the even offset below the average, and the last byte of an odd window is never judged.
 * One byte a step is faster in WebAssembly: rolling two, unrolled alike, is 2 to 3 % slower. docs/kernels.md says what bounds it.
 *
 * Limits: average a power of two from 64 B to 16 MiB; minimum at least 2.
 */
import { gear } from './gear';

/** Masks by the number of bits: 6 (64 B) to 24 (16 MiB), one more at each end for the normalisation. */
// prettier-ignore
const masks = memory.data<u64>([
  0x0000000001804110, 0x0000000001803110, 0x0000000018035100, 0x0000001800035300, 0x0000019000353000,
  0x0000590003530000, 0x0000d90003530000, 0x0000d90103530000, 0x0000d90303530000, 0x0000d90313530000,
  0x0000d90f03530000, 0x0000d90303537000, 0x0000d90703537000, 0x0000d90707537000, 0x0000d91707537000,
  0x0000d91747537000, 0x0000d91767537000, 0x0000d93767537000, 0x0000d93777537000, 0x0000d93777577000,
  0x0000db3777577000,
]);

/** The gear table with the seed worked in. */
const seeded = memory.data(2048, 16);

// @ts-ignore: decorator
@inline
function mask(bits: u32): u64 {
  return load<u64>(masks + ((<usize>(bits - 5)) << 3));
}

// @ts-ignore: decorator
@inline
function roll(hash: u64, byte: u32): u64 {
  return (hash << 1) + load<u64>(seeded + ((<usize>byte) << 3));
}

export function fastcdc(
  data: usize,
  length: usize,
  final: u32,
  minBytes: usize,
  averageBytes: usize,
  maxBytes: usize,
  seedLow: u32,
  seedHigh: u32,
  cuts: usize,
): u32 {
  const seed = ((<u64>seedHigh) << 32) | (<u64>seedLow);
  for (let at: usize = 0; at < 2048; at += 8) store<u64>(seeded + at, load<u64>(gear + at) ^ seed);
  const bits = ctz<u32>(<u32>averageBytes);
  const maskSmall = mask(bits + 1);
  const maskLarge = mask(bits - 1);

  const firstCut = cuts;
  const end = data + length;
  let start = data;
  while (start < end) {
    const left = end - start;
    if (left < maxBytes && final == 0) break;
    putCut(data, start, left, minBytes, averageBytes, maxBytes, maskSmall, maskLarge, cuts);
    start = data + <usize>load<u32>(cuts);
    cuts += 4;
  }
  return <u32>((cuts - firstCut) >> 2);
}

/**
 * Writes the end of the chunk that begins at `start`, with `left` bytes to the end of data. The cut is stored where it is found: returned, binaryen would
 * have its value computed before every branch, four instructions a byte.
 */
function putCut(
  data: usize,
  start: usize,
  left: usize,
  minBytes: usize,
  averageBytes: usize,
  maxBytes: usize,
  maskSmall: u64,
  maskLarge: u64,
  cuts: usize,
): void {
  if (left <= minBytes) {
    store<u32>(cuts, <u32>(start + left - data));
    return;
  }
  const longest = min(left, maxBytes);
  const centre = min(averageBytes, longest);
  let at = start + (minBytes & ~1);
  let hash: u64 = 0;
  let mask = maskSmall;
  let stop = start + (centre & ~1);
  for (let phase = 0; phase < 2; phase++) {
    // Sixteen bytes without a cut a step; those with one are left to the loop behind.
    while (at + 16 <= stop) {
      let next = roll(hash, load<u8>(at));
      if ((next & mask) == 0) break;
      next = roll(next, load<u8>(at, 1));
      if ((next & mask) == 0) break;
      next = roll(next, load<u8>(at, 2));
      if ((next & mask) == 0) break;
      next = roll(next, load<u8>(at, 3));
      if ((next & mask) == 0) break;
      next = roll(next, load<u8>(at, 4));
      if ((next & mask) == 0) break;
      next = roll(next, load<u8>(at, 5));
      if ((next & mask) == 0) break;
      next = roll(next, load<u8>(at, 6));
      if ((next & mask) == 0) break;
      next = roll(next, load<u8>(at, 7));
      if ((next & mask) == 0) break;
      next = roll(next, load<u8>(at, 8));
      if ((next & mask) == 0) break;
      next = roll(next, load<u8>(at, 9));
      if ((next & mask) == 0) break;
      next = roll(next, load<u8>(at, 10));
      if ((next & mask) == 0) break;
      next = roll(next, load<u8>(at, 11));
      if ((next & mask) == 0) break;
      next = roll(next, load<u8>(at, 12));
      if ((next & mask) == 0) break;
      next = roll(next, load<u8>(at, 13));
      if ((next & mask) == 0) break;
      next = roll(next, load<u8>(at, 14));
      if ((next & mask) == 0) break;
      next = roll(next, load<u8>(at, 15));
      if ((next & mask) == 0) break;
      hash = next;
      at += 16;
    }
    while (at < stop) {
      hash = roll(hash, load<u8>(at));
      if ((hash & mask) == 0) {
        store<u32>(cuts, <u32>(at - data));
        return;
      }
      at++;
    }
    mask = maskLarge;
    stop = start + (longest & ~1);
  }
  store<u32>(cuts, <u32>(start + longest - data));
}
