/**
 * XXH3-128 (seed 0, default secret) in plain TypeScript: the reference for assembly/xxh3.ts.
 * Source: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md. BigInt throughout: some MB/s.
 */
import { avalanche, prime32, prime64, productFold, secret64, u64 } from './xxh3-parts.js';
import type { Hash128 } from './xxh3-parts.js';
import { hashShort } from './xxh3-short.js';

const shortBytesMax = 240;
const stripeBytes = 64;
const digestBytes = 16;
/** A stripe's key starts 8 bytes after that of the stripe before; after 16 stripes the sums are scrambled. */
const keyStepBytes = 8;
const scrambleKey = 128;

export function xxh3(
  memory: WebAssembly.Memory,
  data: number,
  cuts: number,
  count: number,
  out: number,
): void {
  const digests = new DataView(memory.buffer, out, count * digestBytes);
  let start = 0;
  for (const [i, end] of new Uint32Array(memory.buffer, cuts, count).entries()) {
    const { low, high } = hash(new DataView(memory.buffer, data + start, end - start));
    digests.setBigUint64(digestBytes * i, high, false);
    digests.setBigUint64(digestBytes * i + 8, low, false);
    start = end;
  }
}

function hash(block: DataView): Hash128 {
  return block.byteLength <= shortBytesMax ? hashShort(block) : hashLong(block);
}

function hashLong(block: DataView): Hash128 {
  const { a, b, c, d, e } = prime64;
  const sums = BigUint64Array.of(prime32.c, a, b, c, d, prime32.b, e, prime32.a);
  const last = block.byteLength - stripeBytes;
  let key = 0;
  for (let at = 0; at < last; at += stripeBytes) {
    accumulate(sums, block, at, key);
    key += keyStepBytes;
    if (key === scrambleKey) {
      scramble(sums);
      key = 0;
    }
  }
  accumulate(sums, block, last, 121);
  const length = BigInt(block.byteLength);
  return { low: merge(sums, 11, u64(length * a)), high: merge(sums, 117, u64(~(length * b))) };
}

/** One stripe: each word is added to its neighbour's sum, and its keyed halves' product to its own. */
function accumulate(sums: BigUint64Array, block: DataView, at: number, key: number): void {
  for (let lane = 0; lane < 8; lane++) {
    const word = block.getBigUint64(at + 8 * lane, true);
    const keyed = word ^ secret64(key + 8 * lane);
    sums[lane ^ 1] = sum(sums, lane ^ 1) + word;
    sums[lane] = sum(sums, lane) + BigInt.asUintN(32, keyed) * (keyed >> 32n);
  }
}

function scramble(sums: BigUint64Array): void {
  for (let lane = 0; lane < 8; lane++) {
    const value = sum(sums, lane);
    sums[lane] = (value ^ (value >> 47n) ^ secret64(scrambleKey + 8 * lane)) * prime32.a;
  }
}

function merge(sums: BigUint64Array, key: number, start: bigint): bigint {
  let merged = start;
  for (let lane = 0; lane < 8; lane += 2) {
    const even = sum(sums, lane) ^ secret64(key + 8 * lane);
    const odd = sum(sums, lane + 1) ^ secret64(key + 8 * lane + 8);
    merged += productFold(even, odd);
  }
  return avalanche(u64(merged));
}

function sum(sums: BigUint64Array, lane: number): bigint {
  return sums[lane] ?? 0n;
}
