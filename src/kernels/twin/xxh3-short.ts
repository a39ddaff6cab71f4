/**
 * The XXH3-128 twin for up to 240 bytes: one form for each of the ranges 0, 1-3, 4-8, 9-16, 17-128 and 129-240.
 * Source: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md (small and medium inputs).
 */
import {
  avalanche,
  avalancheXxh64,
  prime32,
  prime64,
  productFold,
  secret32,
  secret64,
  u64,
} from './xxh3-parts.js';
import type { Hash128 } from './xxh3-parts.js';

/** `block` holds at most 240 bytes. */
export function hashShort(block: DataView): Hash128 {
  const length = block.byteLength;
  if (length > 128) return hash129to240(block);
  if (length > 16) return hash17to128(block);
  if (length > 8) return hash9to16(block);
  if (length > 3) return hash4to8(block);
  if (length > 0) return hash1to3(block);
  return {
    low: avalancheXxh64(secret64(64) ^ secret64(72)),
    high: avalancheXxh64(secret64(80) ^ secret64(88)),
  };
}

function hash1to3(block: DataView): Hash128 {
  const length = block.byteLength;
  const first = block.getUint8(0);
  const middle = block.getUint8(length >> 1);
  const last = block.getUint8(length - 1);
  const word = BigInt.asUintN(32, BigInt((first << 16) | (middle << 24) | last | (length << 8)));
  const swapped = swapBytes(word) >> 32n;
  const turned = BigInt.asUintN(32, (swapped << 13n) | (swapped >> 19n));
  return {
    low: avalancheXxh64(word ^ secret32(0) ^ secret32(4)),
    high: avalancheXxh64(turned ^ secret32(8) ^ secret32(12)),
  };
}

function hash4to8(block: DataView): Hash128 {
  const length = block.byteLength;
  const input = BigInt(block.getUint32(0, true)) | (BigInt(block.getUint32(length - 4, true)) << 32n);
  const product = (input ^ secret64(16) ^ secret64(24)) * (prime64.a + BigInt(length << 2));
  const high = u64((product >> 64n) + (product << 1n));
  const keyed = u64(product) ^ (high >> 3n);
  const low = u64((keyed ^ (keyed >> 35n)) * 0x9fb21c651e98df25n);
  return { low: low ^ (low >> 28n), high: avalanche(high) };
}

function hash9to16(block: DataView): Hash128 {
  const length = block.byteLength;
  const last = block.getBigUint64(length - 8, true);
  const keyed = last ^ secret64(48) ^ secret64(56);
  const product = (block.getBigUint64(0, true) ^ last ^ secret64(32) ^ secret64(40)) * prime64.a;
  const high = u64((product >> 64n) + keyed + BigInt.asUintN(32, keyed) * (prime32.b - 1n));
  const low = u64(product + (BigInt(length - 1) << 54n)) ^ swapBytes(high);
  const mixed = low * prime64.b;
  return { low: avalanche(u64(mixed)), high: avalanche(u64((mixed >> 64n) + high * prime64.b)) };
}

/** Pairs of 16-byte pieces, one from each end, from the middle outwards. */
function hash17to128(block: DataView): Hash128 {
  const length = block.byteLength;
  let sums = start(length);
  for (let i = (length - 1) >> 5; i >= 0; i--) {
    sums = step(sums, block, 16 * i, length - 16 - 16 * i, 32 * i);
  }
  return finish(sums, length);
}

/** Pairs of neighbouring pieces; the secret starts anew, three bytes on, after 128 bytes. */
function hash129to240(block: DataView): Hash128 {
  const length = block.byteLength;
  let sums = start(length);
  for (let at = 0; at < 128; at += 32) sums = step(sums, block, at, at + 16, at);
  sums = { low: avalanche(sums.low), high: avalanche(sums.high) };
  for (let at = 128; at + 32 <= length; at += 32) sums = step(sums, block, at, at + 16, at - 125);
  return finish(step(sums, block, length - 16, length - 32, 103), length);
}

function start(length: number): Hash128 {
  return { low: u64(BigInt(length) * prime64.a), high: 0n };
}

/** Takes in the 16 bytes at `first` and at `second`: each is multiplied into one half and XORed into the other. */
function step(sums: Hash128, block: DataView, first: number, second: number, key: number): Hash128 {
  return {
    low: u64(sums.low + mix16(block, first, key)) ^ wordSum(block, second),
    high: u64(sums.high + mix16(block, second, key + 16)) ^ wordSum(block, first),
  };
}

function mix16(block: DataView, at: number, key: number): bigint {
  return productFold(
    block.getBigUint64(at, true) ^ secret64(key),
    block.getBigUint64(at + 8, true) ^ secret64(key + 8),
  );
}

function wordSum(block: DataView, at: number): bigint {
  return u64(block.getBigUint64(at, true) + block.getBigUint64(at + 8, true));
}

function finish({ low, high }: Hash128, length: number): Hash128 {
  const mixed = low * prime64.a + high * prime64.d + BigInt(length) * prime64.b;
  return { low: avalanche(u64(low + high)), high: u64(-avalanche(u64(mixed))) };
}

/** The eight bytes of a 64-bit word in reverse order. */
function swapBytes(word: bigint): bigint {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setBigUint64(0, word, true);
  return bytes.getBigUint64(0, false);
}
