/**
 * rsync's search: weak sums of the base's blocks, a table over them, and a window that slides over the target.
 *
 * Source: Tridgell, "Efficient Algorithms for Sorting and Synchronization", 1999, chapter 3. The weak sum of x[0..n) is
 * a = sum x[i], b = sum (n - i) x[i], both mod 2^16, as a | b << 16. Matches are confirmed with XXH3-128.
 * A table bucket is the top bits of sum * 0x9E3779B1; its chain lists block indices + 1 in ascending order.
 */
import { xxh3Block } from './xxh3';

/** Blocks of one weak sum that a chain keeps: bounds the search on repetitive data. */
const sameSumMax: u32 = 64;

/** The digest of the window that is being confirmed. */
const windowDigest = memory.data(16, 16);

// @ts-ignore: decorator
@inline
function bucket(sum: u32, tableBits: u32): usize {
  return (<usize>((sum * 0x9e3779b1) >>> (32 - tableBits))) << 2;
}

/** The weak sum of [data, data + length). */
function weakSum(data: usize, length: usize): u32 {
  let a: u32 = 0;
  let b: u32 = 0;
  for (let at: usize = 0; at < length; at++) {
    a += load<u8>(data + at);
    b += a;
  }
  return (a & 0xffff) | (b << 16);
}

export function rollingSums(data: usize, cuts: usize, count: u32, out: usize): void {
  let start: usize = 0;
  for (let i: u32 = 0; i < count; i++) {
    const end = <usize>load<u32>(cuts + ((<usize>i) << 2));
    store<u32>(out + ((<usize>i) << 2), weakSum(data + start, end - start));
    start = end;
  }
}

export function rollingIndex(sums: usize, count: u32, heads: usize, tableBits: u32, next: usize): void {
  memory.fill(heads, 0, (<usize>4) << tableBits);
  for (let i: u32 = 0; i < count; i++) {
    const at = (<usize>i) << 2;
    const sum = load<u32>(sums + at);
    store<u32>(next + at, 0);
    let link = heads + bucket(sum, tableBits);
    let same: u32 = 0;
    for (let entry = load<u32>(link); entry != 0; entry = load<u32>(link)) {
      const block = (<usize>(entry - 1)) << 2;
      if (load<u32>(sums + block) == sum) same++;
      link = next + block;
    }
    if (same < sameSumMax) store<u32>(link, i + 1);
  }
}

export function rollingSearch(
  data: usize,
  length: usize,
  startLimit: usize,
  blockBytes: usize,
  sums: usize,
  digests: usize,
  count: u32,
  heads: usize,
  tableBits: u32,
  next: usize,
  out: usize,
  probes: usize,
): u32 {
  store<u32>(probes, 0);
  if (length < blockBytes || startLimit == 0) return 0;
  const last = data + min(startLimit - 1, length - blockBytes);
  const firstPair = out;
  let expected = count;
  let at = data;
  let tried: u32 = 0;
  while (at <= last) {
    let sum = weakSum(at, blockBytes);
    let found = count;
    while (true) {
      let entry = load<u32>(heads + bucket(sum, tableBits));
      let hashed = false;
      if (expected < count && load<u32>(sums + ((<usize>expected) << 2)) == sum) {
        xxh3Block(at, blockBytes, windowDigest);
        hashed = true;
        tried++;
        if (sameDigest(digests, expected)) {
          found = expected;
          break;
        }
      }
      for (; entry != 0; entry = load<u32>(next + ((<usize>(entry - 1)) << 2))) {
        const block = entry - 1;
        if (block == expected || load<u32>(sums + ((<usize>block) << 2)) != sum) continue;
        if (!hashed) {
          xxh3Block(at, blockBytes, windowDigest);
          hashed = true;
        }
        tried++;
        if (sameDigest(digests, block)) {
          found = block;
          break;
        }
      }
      if (found < count) break;
      expected = count;
      if (at == last) break;
      const leaving = <u32>load<u8>(at);
      const a = (sum - leaving + <u32>load<u8>(at + blockBytes)) & 0xffff;
      sum = a | (((sum >>> 16) - <u32>blockBytes * leaving + a) << 16);
      at++;
    }
    if (found == count) break;
    store<u32>(out, <u32>(at - data));
    store<u32>(out, found, 4);
    out += 8;
    at += blockBytes;
    expected = found + 1;
  }
  store<u32>(probes, tried);
  return <u32>((out - firstPair) >> 3);
}

// @ts-ignore: decorator
@inline
function sameDigest(digests: usize, block: u32): bool {
  return !v128.any_true(v128.xor(v128.load(windowDigest), v128.load(digests + ((<usize>block) << 4))));
}
