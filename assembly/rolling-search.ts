/**
 * rsync's search: a window slides over the target, its weak sum is looked up, and XXH3-128 confirms.
 *
 * Unrelated data is passed over eight positions a step. With D = entering - leaving bytes, a[k] = a[0] + prefix sums of D, and
 * b[k] = b[0] + k a[0] + prefix sums of (those prefix sums - n * leaving), all mod 2^16 in 16-bit lanes;
 * the eight sums go through the filter before any table is touched. What comes out is the same as position by position.
 */
import { bucketOf } from './rolling-index';
import { fillFilter, passesFilter } from './sum-filter';
import { weakSum } from './weak-sum';
import { xxh3Block } from './xxh3';

/** Digest of the window that is being confirmed. */
const windowDigest = memory.data(16, 16);
/** The eight a and the eight b of a step that passed the filter. */
const stepSums = memory.data(32, 16);

const oneToEight = memory.data<u16>([1, 2, 3, 4, 5, 6, 7, 8], 16);

/** The signature being searched. Kernels are not reentrant, so these are set by each call. */
let blockBytes: usize = 0;
let sums: usize = 0;
let digests: usize = 0;
let count: u32 = 0;
let heads: usize = 0;
let tableBits: u32 = 0;
let next: usize = 0;
/** Confirmations tried. */
let tried: u32 = 0;
/** Where the scan stopped. */
let matchAt: usize = 0;

export function rollingSearch(
  data: usize,
  length: usize,
  startLimit: usize,
  windowBytes: usize,
  sumsPointer: usize,
  digestsPointer: usize,
  blockCount: u32,
  headsPointer: usize,
  bits: u32,
  nextPointer: usize,
  out: usize,
  probes: usize,
): u32 {
  blockBytes = windowBytes;
  sums = sumsPointer;
  digests = digestsPointer;
  count = blockCount;
  heads = headsPointer;
  tableBits = bits;
  next = nextPointer;
  tried = 0;

  const firstPair = out;
  if (length >= blockBytes && startLimit > 0) {
    const last = data + min(startLimit - 1, length - blockBytes);
    // Filling the filter costs about as much as looking at as many positions.
    const filtered = <usize>count < last - data;
    if (filtered) fillFilter(sums, count);
    let expected = count;
    let at = data;
    while (at <= last) {
      const sum = weakSum(at, blockBytes);
      let block = confirm(at, sum, expected);
      if (block == count) {
        block = scan(at, last, sum, filtered);
        if (block == count) break;
        at = matchAt;
      }
      store<u32>(out, <u32>(at - data));
      store<u32>(out, block, 4);
      out += 8;
      at += blockBytes;
      expected = block + 1;
    }
  }
  store<u32>(probes, tried);
  return <u32>((out - firstPair) >> 3);
}

/** The block that equals the window at `at`, whose weak sum is `sum`; `expected` is tried first. `count` when there is none. */
function confirm(at: usize, sum: u32, expected: u32): u32 {
  let hashed = false;
  if (expected < count && load<u32>(sums + ((<usize>expected) << 2)) == sum) {
    xxh3Block(at, blockBytes, windowDigest);
    hashed = true;
    if (isDigestOf(expected)) return expected;
  }
  let entry = load<u32>(heads + bucketOf(sum, tableBits));
  while (entry != 0) {
    const block = entry - 1;
    if (block != expected && load<u32>(sums + ((<usize>block) << 2)) == sum) {
      if (!hashed) xxh3Block(at, blockBytes, windowDigest);
      hashed = true;
      if (isDigestOf(block)) return block;
    }
    entry = load<u32>(next + ((<usize>block) << 2));
  }
  return count;
}

function isDigestOf(block: u32): bool {
  tried++;
  return !v128.any_true(v128.xor(v128.load(windowDigest), v128.load(digests + ((<usize>block) << 4))));
}

/** The first match after `at`, where the weak sum is `sum`; leaves its place in matchAt. `count` when there is none up to `last`. */
function scan(at: usize, last: usize, sum: u32, filtered: bool): u32 {
  let a = i16x8.splat(<i16>sum);
  let b = i16x8.splat(<i16>(sum >>> 16));
  const width = i16x8.splat(<i16>blockBytes);
  while (filtered && at + 8 <= last) {
    const leaving = v128.load_ext<u8>(at);
    const rises = prefixSums(i16x8.sub(v128.load_ext<u8>(at + blockBytes), leaving));
    const climbs = prefixSums(i16x8.sub(rises, i16x8.mul(width, leaving)));
    const eightA = i16x8.add(a, rises);
    const eightB = i16x8.add(i16x8.add(b, climbs), i16x8.mul(a, v128.load(oneToEight)));
    let passed = passesFilter(eightA, eightB);
    if (passed != 0) {
      v128.store(stepSums, eightA);
      v128.store(stepSums, eightB, 16);
      do {
        const lane = (<usize>ctz<i32>(passed)) >> 1;
        const candidate =
          (<u32>load<u16>(stepSums + lane * 2)) | ((<u32>load<u16>(stepSums + lane * 2, 16)) << 16);
        const block = confirm(at + lane + 1, candidate, count);
        if (block < count) {
          matchAt = at + lane + 1;
          return block;
        }
        passed &= passed - 1;
      } while (passed != 0);
    }
    b = i16x8.add(i16x8.add(b, i16x8.shl(a, 3)), lastLane(climbs));
    a = i16x8.add(a, lastLane(rises));
    at += 8;
  }
  return scanSingly(at, last, (<u32>i16x8.extract_lane_u(a, 0)) | ((<u32>i16x8.extract_lane_u(b, 0)) << 16));
}

function scanSingly(at: usize, last: usize, sum: u32): u32 {
  while (at < last) {
    const leaving = <u32>load<u8>(at);
    const a = (sum - leaving + <u32>load<u8>(at + blockBytes)) & 0xffff;
    sum = a | (((sum >>> 16) - <u32>blockBytes * leaving + a) << 16);
    at++;
    const block = confirm(at, sum, count);
    if (block < count) {
      matchAt = at;
      return block;
    }
  }
  return count;
}

/** Lane k becomes the sum of lanes 0 to k. */
// @ts-ignore: decorator
@inline
function prefixSums(lanes: v128): v128 {
  const zero = i16x8.splat(0);
  lanes = i16x8.add(lanes, v128.shuffle<i16>(zero, lanes, 7, 8, 9, 10, 11, 12, 13, 14));
  lanes = i16x8.add(lanes, v128.shuffle<i16>(zero, lanes, 6, 7, 8, 9, 10, 11, 12, 13));
  return i16x8.add(lanes, v128.shuffle<i16>(zero, lanes, 4, 5, 6, 7, 8, 9, 10, 11));
}

// @ts-ignore: decorator
@inline
function lastLane(lanes: v128): v128 {
  return v128.shuffle<i16>(lanes, lanes, 7, 7, 7, 7, 7, 7, 7, 7);
}
