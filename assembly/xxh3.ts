/**
 * XXH3-128 with seed 0 and the default secret, digests in canonical (big-endian, `xxhsum -H2`) order. Not
 * cryptographic: whoever writes the data can make two blocks collide.
 * Source: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md.
 *
 * Memory: the 192 bytes of constants in xxh3-parts; the eight accumulators live in four vectors.
 * Bound: 16 shuffles a stripe on two pipes are 0.125 cycles a byte; measured 0.168 (docs/kernels.md). Half the speed of
 * native AVX, 3.7 to 5.9 times hash-wasm.
 */
import {
  avalanche,
  prime32a,
  prime32b,
  prime32c,
  prime64a,
  prime64b,
  prime64c,
  prime64d,
  prime64e,
  productFold,
  secret,
  storeHash,
} from './xxh3-parts';
import { xxh3Short } from './xxh3-short';

const stripeBytes: usize = 64;
/**
 * A stripe's key starts 8 bytes after that of the stripe before; the last 64 bytes of the secret are the key of the
 * scrambling.
 */
const keyStepBytes: usize = 8;
const scrambleKey: usize = secret + 128;

/** XXH3-128 of each block; the ABI is in src/kernels/abi.ts. */
export function xxh3(data: usize, cuts: usize, count: u32, out: usize): void {
  let start: usize = 0;
  for (let i: u32 = 0; i < count; i++) {
    const end = load<u32>(cuts + ((i as usize) << 2)) as usize;
    xxh3Block(data + start, end - start, out + ((i as usize) << 4));
    start = end;
  }
}

/** XXH3-128 of one block: 16 bytes at `out`. */
export function xxh3Block(data: usize, length: usize, out: usize): void {
  if (length <= 240) xxh3Short(data, length, out);
  else hashLong(data, length, out);
}

/**
 * More than 240 bytes. The loop body is one stripe: V8 hoists all loads of a body, and those of two stripes would
 * spill. Per pair of accumulators the lower and the upper 32 bits of the keyed lanes are gathered by two shuffles,
 * then multiplied.
 */
function hashLong(data: usize, length: usize, out: usize): void {
  let a = i64x2(prime32c, prime64a);
  let b = i64x2(prime64b, prime64c);
  let c = i64x2(prime64d, prime32b);
  let d = i64x2(prime64e, prime32a);
  const last = data + length - stripeBytes;
  let at = data;
  let key = secret;
  // Every full stripe but the one that ends the input; that one has a key of its own.
  while (at < last) {
    const w = v128.load(at);
    const x = v128.load(at, 16);
    const y = v128.load(at, 32);
    const z = v128.load(at, 48);
    const wk = v128.xor(w, v128.load(key));
    const xk = v128.xor(x, v128.load(key, 16));
    const yk = v128.xor(y, v128.load(key, 32));
    const zk = v128.xor(z, v128.load(key, 48));
    const wxEven = v128.shuffle<i32>(wk, xk, 0, 2, 4, 6);
    const wxOdd = v128.shuffle<i32>(wk, xk, 1, 3, 5, 7);
    const yzEven = v128.shuffle<i32>(yk, zk, 0, 2, 4, 6);
    const yzOdd = v128.shuffle<i32>(yk, zk, 1, 3, 5, 7);
    a = i64x2.add(i64x2.add(a, swapHalves(w)), i64x2.extmul_low_i32x4_u(wxEven, wxOdd));
    b = i64x2.add(i64x2.add(b, swapHalves(x)), i64x2.extmul_high_i32x4_u(wxEven, wxOdd));
    c = i64x2.add(i64x2.add(c, swapHalves(y)), i64x2.extmul_low_i32x4_u(yzEven, yzOdd));
    d = i64x2.add(i64x2.add(d, swapHalves(z)), i64x2.extmul_high_i32x4_u(yzEven, yzOdd));
    at += stripeBytes;
    key += keyStepBytes;
    if (key == scrambleKey) {
      a = scramble(a, v128.load(scrambleKey));
      b = scramble(b, v128.load(scrambleKey, 16));
      c = scramble(c, v128.load(scrambleKey, 32));
      d = scramble(d, v128.load(scrambleKey, 48));
      key = secret;
    }
  }
  a = accumulate(a, v128.load(last), v128.load(secret, 121));
  b = accumulate(b, v128.load(last, 16), v128.load(secret, 137));
  c = accumulate(c, v128.load(last, 32), v128.load(secret, 153));
  d = accumulate(d, v128.load(last, 48), v128.load(secret, 169));
  const size = length as u64;
  const low = merge(a, b, c, d, secret + 11, size * prime64a);
  const high = merge(a, b, c, d, secret + 117, ~(size * prime64b));
  storeHash(out, low, high);
}

/** The two 64-bit lanes, exchanged. */
// @ts-ignore: decorator
@inline
function swapHalves(lanes: v128): v128 {
  return v128.shuffle<i64>(lanes, lanes, 1, 0);
}

/** One stripe's step for two of the accumulators. */
// @ts-ignore: decorator
@inline
function accumulate(sums: v128, data: v128, key: v128): v128 {
  const keyed = v128.xor(data, key);
  const even = v128.shuffle<i32>(keyed, keyed, 0, 2, 0, 2);
  const odd = v128.shuffle<i32>(keyed, keyed, 1, 3, 1, 3);
  return i64x2.add(i64x2.add(sums, swapHalves(data)), i64x2.extmul_low_i32x4_u(even, odd));
}

// @ts-ignore: decorator
@inline
function scramble(sums: v128, key: v128): v128 {
  const mixed = v128.xor(v128.xor(sums, i64x2.shr_u(sums, 47)), key);
  return i64x2.mul(mixed, i64x2.splat(prime32a));
}

// @ts-ignore: decorator
@inline
function merge(a: v128, b: v128, c: v128, d: v128, key: usize, start: u64): u64 {
  let sum = start;
  sum += foldPair(v128.xor(a, v128.load(key)));
  sum += foldPair(v128.xor(b, v128.load(key, 16)));
  sum += foldPair(v128.xor(c, v128.load(key, 32)));
  sum += foldPair(v128.xor(d, v128.load(key, 48)));
  return avalanche(sum);
}

// @ts-ignore: decorator
@inline
function foldPair(lanes: v128): u64 {
  return productFold(i64x2.extract_lane(lanes, 0), i64x2.extract_lane(lanes, 1));
}
