/**
 * XXH3-128 (seed 0) of up to 240 bytes: one form for each of the ranges 0, 1-3, 4-8, 9-16, 17-128 and 129-240.
 * Source: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md, "XXH3 Algorithm Overview" (small inputs).
 * Memory: none of its own. Scalar: such blocks are the tails of regions, not the bulk.
 */
import {
  avalanche,
  avalancheXxh64,
  prime32b,
  prime64a,
  prime64b,
  prime64d,
  productFold,
  productHigh,
  secret,
  storeHash,
} from './xxh3-parts';

export function xxh3Short(data: usize, length: usize, out: usize): void {
  if (length > 128) hash129to240(data, length, out);
  else if (length > 16) hash17to128(data, length, out);
  else if (length > 8) hash9to16(data, length, out);
  else if (length > 3) hash4to8(data, length, out);
  else if (length > 0) hash1to3(data, length, out);
  else hash0(out);
}

function hash0(out: usize): void {
  const low = avalancheXxh64(load<u64>(secret, 64) ^ load<u64>(secret, 72));
  const high = avalancheXxh64(load<u64>(secret, 80) ^ load<u64>(secret, 88));
  storeHash(out, low, high);
}

function hash1to3(data: usize, length: usize, out: usize): void {
  const first: u32 = load<u8>(data);
  const middle: u32 = load<u8>(data + (length >> 1));
  const last: u32 = load<u8>(data + length - 1);
  const low: u32 = (first << 16) | (middle << 24) | last | ((length as u32) << 8);
  const high: u32 = rotl<u32>(bswap<u32>(low), 13);
  storeHash(
    out,
    avalancheXxh64((low as u64) ^ ((load<u32>(secret) ^ load<u32>(secret, 4)) as u64)),
    avalancheXxh64((high as u64) ^ ((load<u32>(secret, 8) ^ load<u32>(secret, 12)) as u64)),
  );
}

function hash4to8(data: usize, length: usize, out: usize): void {
  const input = (load<u32>(data) as u64) | ((load<u32>(data + length - 4) as u64) << 32);
  const keyed = input ^ load<u64>(secret, 16) ^ load<u64>(secret, 24);
  const factor = prime64a + ((length as u64) << 2);
  let low = keyed * factor;
  const high = productHigh(keyed, factor) + (low << 1);
  low ^= high >> 3;
  low = (low ^ (low >> 35)) * 0x9fb21c651e98df25;
  storeHash(out, low ^ (low >> 28), avalanche(high));
}

function hash9to16(data: usize, length: usize, out: usize): void {
  const inputHigh = load<u64>(data + length - 8);
  const keyedLow = load<u64>(data) ^ inputHigh ^ load<u64>(secret, 32) ^ load<u64>(secret, 40);
  const keyedHigh = inputHigh ^ load<u64>(secret, 48) ^ load<u64>(secret, 56);
  const high = productHigh(keyedLow, prime64a) + keyedHigh + (keyedHigh & 0xffffffff) * (prime32b - 1);
  const low = (keyedLow * prime64a + (((length as u64) - 1) << 54)) ^ bswap<u64>(high);
  storeHash(out, avalanche(low * prime64b), avalanche(productHigh(low, prime64b) + high * prime64b));
}

/** Mixes the 16 bytes at `data` with 16 bytes of the secret. */
// @ts-ignore: decorator
@inline
function mix16(data: usize, key: usize): u64 {
  return productFold(load<u64>(data) ^ load<u64>(key), load<u64>(data, 8) ^ load<u64>(key, 8));
}

/** One half of a step over two 16-byte pieces: `mixed` is multiplied in, `plain` is XORed in. */
// @ts-ignore: decorator
@inline
function step(half: u64, mixed: usize, key: usize, plain: usize): u64 {
  return (half + mix16(mixed, key)) ^ (load<u64>(plain) + load<u64>(plain, 8));
}

// @ts-ignore: decorator
@inline
function finish(low: u64, high: u64, length: usize, out: usize): void {
  const mixed = low * prime64a + high * prime64d + (length as u64) * prime64b;
  storeHash(out, avalanche(low + high), 0 - avalanche(mixed));
}

/** Pairs of 16-byte pieces, one from each end, from the middle outwards. */
function hash17to128(data: usize, length: usize, out: usize): void {
  let low: u64 = (length as u64) * prime64a;
  let high: u64 = 0;
  for (let i = ((length - 1) >> 5) as isize; i >= 0; i--) {
    const front = data + ((i as usize) << 4);
    const back = data + length - 16 - ((i as usize) << 4);
    const key = secret + ((i as usize) << 5);
    low = step(low, front, key, back);
    high = step(high, back, key + 16, front);
  }
  finish(low, high, length, out);
}

function hash129to240(data: usize, length: usize, out: usize): void {
  let low: u64 = (length as u64) * prime64a;
  let high: u64 = 0;
  for (let at: usize = 0; at < 128; at += 32) {
    low = step(low, data + at, secret + at, data + at + 16);
    high = step(high, data + at + 16, secret + at + 16, data + at);
  }
  low = avalanche(low);
  high = avalanche(high);
  for (let at: usize = 128; at + 32 <= length; at += 32) {
    const key = secret + at - 125;
    low = step(low, data + at, key, data + at + 16);
    high = step(high, data + at + 16, key + 16, data + at);
  }
  const end = data + length;
  low = step(low, end - 16, secret + 103, end - 32);
  high = step(high, end - 32, secret + 119, end - 16);
  finish(low, high, length, out);
}
