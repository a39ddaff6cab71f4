/**
 * Chaining values of four BLAKE3 nodes at once: word i of every state vector belongs to one of four independent blocks.
 * Source: https://github.com/BLAKE3-team/BLAKE3-specs, sections 2.1-2.2 and 5.3 (SIMD across chunks).
 *
 * The seven rounds are written out, each line half of the quarter-round G, with the message permutation (applied r
 * times in round r) resolved by hand: a loop over rounds that looks the message words up is 14 % slower, a state kept
 * in memory 28 %. Rotations by 16 and 8 are byte swizzles with constant masks; with shifts it is 9 % slower. The message word
 * is added before the word that the round before left last: 5 %. Two sets of four, interleaved, are no faster.
 *
 * Memory: 128 bytes, the eight vectors of the four chaining values.
 *
 * A table of jobs has four lanes (32-bit words) in each of four rows of 16 bytes:
 *
 *   0  source   pointer to the chunk or to the two children
 *   16 out      pointer to the 32 bytes of the chaining value
 *   32 counter  number of the chunk in its input (chunks only)
 *   48 flags    parent (of parents), root (of a whole input), both or neither
 */
import {
  blockBytes,
  chunkEnd,
  chunkStart,
  initial0,
  initial1,
  initial2,
  initial3,
  initial4,
  initial5,
  initial6,
  initial7,
} from './blake3-parts';

const chains: usize = memory.data(128, 16);

/** Four chunks of `length` bytes each, a positive multiple of 64. */
export function chunks4(jobs: usize, length: usize): void {
  const counters = v128.load(jobs, 32);
  const a = load<u32>(jobs) as usize;
  const b = load<u32>(jobs, 4) as usize;
  const c = load<u32>(jobs, 8) as usize;
  const d = load<u32>(jobs, 12) as usize;
  const last = length - blockBytes;
  const lastFlags = v128.or(v128.load(jobs, 48), i32x4.splat(chunkEnd));
  let flags = i32x4.splat(chunkStart);
  begin();
  for (let at: usize = 0; at < last; at += blockBytes) {
    compress4(a + at, b + at, c + at, d + at, counters, flags);
    flags = i32x4.splat(0);
  }
  compress4(a + last, b + last, c + last, d + last, counters, v128.or(flags, lastFlags));
  finishHalf(jobs, chains, 0);
  finishHalf(jobs, chains + 64, 16);
}

/** Four parents. All sources are read before the first result is written. */
export function parents4(jobs: usize): void {
  const a = load<u32>(jobs) as usize;
  const b = load<u32>(jobs, 4) as usize;
  const c = load<u32>(jobs, 8) as usize;
  const d = load<u32>(jobs, 12) as usize;
  begin();
  compress4(a, b, c, d, i32x4.splat(0), v128.load(jobs, 48));
  finishHalf(jobs, chains, 0);
  finishHalf(jobs, chains + 64, 16);
}

/** Sets the four chaining values to the initial one. */
// @ts-ignore: decorator
@inline
function begin(): void {
  v128.store(chains, i32x4.splat(initial0));
  v128.store(chains, i32x4.splat(initial1), 16);
  v128.store(chains, i32x4.splat(initial2), 32);
  v128.store(chains, i32x4.splat(initial3), 48);
  v128.store(chains, i32x4.splat(initial4), 64);
  v128.store(chains, i32x4.splat(initial5), 80);
  v128.store(chains, i32x4.splat(initial6), 96);
  v128.store(chains, i32x4.splat(initial7), 112);
}

/** Transposes four words of the chaining values and stores them at `offset` within each result. */
// @ts-ignore: decorator
@inline
function finishHalf(jobs: usize, words: usize, offset: usize): void {
  const w0 = v128.load(words);
  const w1 = v128.load(words, 16);
  const w2 = v128.load(words, 32);
  const w3 = v128.load(words, 48);
  const ab01 = low(w0, w1);
  const ab23 = low(w2, w3);
  const cd01 = high(w0, w1);
  const cd23 = high(w2, w3);
  v128.store((load<u32>(jobs, 16) as usize) + offset, lower(ab01, ab23));
  v128.store((load<u32>(jobs, 20) as usize) + offset, upper(ab01, ab23));
  v128.store((load<u32>(jobs, 24) as usize) + offset, lower(cd01, cd23));
  v128.store((load<u32>(jobs, 28) as usize) + offset, upper(cd01, cd23));
}

// @ts-ignore: decorator
@inline
function add(a: v128, b: v128): v128 {
  return i32x4.add(a, b);
}

// @ts-ignore: decorator
@inline
function add3(a: v128, late: v128, word: v128): v128 {
  return i32x4.add(i32x4.add(a, word), late);
}

/** (a ^ b) rotated right by 16 bits. */
// @ts-ignore: decorator
@inline
function turn16(a: v128, b: v128): v128 {
  return v128.swizzle(v128.xor(a, b), i8x16(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
}

/** (a ^ b) rotated right by 12 bits. */
// @ts-ignore: decorator
@inline
function turn12(a: v128, b: v128): v128 {
  const x = v128.xor(a, b);
  return v128.or(i32x4.shr_u(x, 12), i32x4.shl(x, 20));
}

/** (a ^ b) rotated right by 8 bits. */
// @ts-ignore: decorator
@inline
function turn8(a: v128, b: v128): v128 {
  return v128.swizzle(v128.xor(a, b), i8x16(1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12));
}

/** (a ^ b) rotated right by 7 bits. */
// @ts-ignore: decorator
@inline
function turn7(a: v128, b: v128): v128 {
  const x = v128.xor(a, b);
  return v128.or(i32x4.shr_u(x, 7), i32x4.shl(x, 25));
}

/** Words 0 and 1 of two rows, interleaved: the first half of a 4 x 4 transposition. */
// @ts-ignore: decorator
@inline
function low(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 4, 1, 5);
}

// @ts-ignore: decorator
@inline
function high(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 2, 6, 3, 7);
}

/** The lower 64-bit halves of both. */
// @ts-ignore: decorator
@inline
function lower(a: v128, b: v128): v128 {
  return v128.shuffle<i64>(a, b, 0, 2);
}

// @ts-ignore: decorator
@inline
function upper(a: v128, b: v128): v128 {
  return v128.shuffle<i64>(a, b, 1, 3);
}

/**
 * Compresses the 64 bytes at each of a, b, c and d into the four chaining values. All are full blocks; `counters` and
 * `flags` have one word a lane, the upper words of the counters are 0.
 */
function compress4(a: usize, b: usize, c: usize, d: usize, counters: v128, flags: v128): void {
  let ab = low(v128.load(a), v128.load(b));
  let cd = low(v128.load(c), v128.load(d));
  const m0 = lower(ab, cd);
  const m1 = upper(ab, cd);
  ab = high(v128.load(a), v128.load(b));
  cd = high(v128.load(c), v128.load(d));
  const m2 = lower(ab, cd);
  const m3 = upper(ab, cd);
  ab = low(v128.load(a, 16), v128.load(b, 16));
  cd = low(v128.load(c, 16), v128.load(d, 16));
  const m4 = lower(ab, cd);
  const m5 = upper(ab, cd);
  ab = high(v128.load(a, 16), v128.load(b, 16));
  cd = high(v128.load(c, 16), v128.load(d, 16));
  const m6 = lower(ab, cd);
  const m7 = upper(ab, cd);
  ab = low(v128.load(a, 32), v128.load(b, 32));
  cd = low(v128.load(c, 32), v128.load(d, 32));
  const m8 = lower(ab, cd);
  const m9 = upper(ab, cd);
  ab = high(v128.load(a, 32), v128.load(b, 32));
  cd = high(v128.load(c, 32), v128.load(d, 32));
  const m10 = lower(ab, cd);
  const m11 = upper(ab, cd);
  ab = low(v128.load(a, 48), v128.load(b, 48));
  cd = low(v128.load(c, 48), v128.load(d, 48));
  const m12 = lower(ab, cd);
  const m13 = upper(ab, cd);
  ab = high(v128.load(a, 48), v128.load(b, 48));
  cd = high(v128.load(c, 48), v128.load(d, 48));
  const m14 = lower(ab, cd);
  const m15 = upper(ab, cd);

  let v0 = v128.load(chains);
  let v1 = v128.load(chains, 16);
  let v2 = v128.load(chains, 32);
  let v3 = v128.load(chains, 48);
  let v4 = v128.load(chains, 64);
  let v5 = v128.load(chains, 80);
  let v6 = v128.load(chains, 96);
  let v7 = v128.load(chains, 112);
  let v8 = i32x4.splat(initial0);
  let v9 = i32x4.splat(initial1);
  let v10 = i32x4.splat(initial2);
  let v11 = i32x4.splat(initial3);
  let v12 = counters;
  let v13 = i32x4.splat(0);
  let v14 = i32x4.splat(64);
  let v15 = flags;

  // Round 1.
  v4 = turn12(v4, (v8 = add(v8, (v12 = turn16(v12, (v0 = add3(v0, v4, m0)))))));
  v4 = turn7(v4, (v8 = add(v8, (v12 = turn8(v12, (v0 = add3(v0, v4, m1)))))));
  v5 = turn12(v5, (v9 = add(v9, (v13 = turn16(v13, (v1 = add3(v1, v5, m2)))))));
  v5 = turn7(v5, (v9 = add(v9, (v13 = turn8(v13, (v1 = add3(v1, v5, m3)))))));
  v6 = turn12(v6, (v10 = add(v10, (v14 = turn16(v14, (v2 = add3(v2, v6, m4)))))));
  v6 = turn7(v6, (v10 = add(v10, (v14 = turn8(v14, (v2 = add3(v2, v6, m5)))))));
  v7 = turn12(v7, (v11 = add(v11, (v15 = turn16(v15, (v3 = add3(v3, v7, m6)))))));
  v7 = turn7(v7, (v11 = add(v11, (v15 = turn8(v15, (v3 = add3(v3, v7, m7)))))));
  v5 = turn12(v5, (v10 = add(v10, (v15 = turn16(v15, (v0 = add3(v0, v5, m8)))))));
  v5 = turn7(v5, (v10 = add(v10, (v15 = turn8(v15, (v0 = add3(v0, v5, m9)))))));
  v6 = turn12(v6, (v11 = add(v11, (v12 = turn16(v12, (v1 = add3(v1, v6, m10)))))));
  v6 = turn7(v6, (v11 = add(v11, (v12 = turn8(v12, (v1 = add3(v1, v6, m11)))))));
  v7 = turn12(v7, (v8 = add(v8, (v13 = turn16(v13, (v2 = add3(v2, v7, m12)))))));
  v7 = turn7(v7, (v8 = add(v8, (v13 = turn8(v13, (v2 = add3(v2, v7, m13)))))));
  v4 = turn12(v4, (v9 = add(v9, (v14 = turn16(v14, (v3 = add3(v3, v4, m14)))))));
  v4 = turn7(v4, (v9 = add(v9, (v14 = turn8(v14, (v3 = add3(v3, v4, m15)))))));

  // Round 2.
  v4 = turn12(v4, (v8 = add(v8, (v12 = turn16(v12, (v0 = add3(v0, v4, m2)))))));
  v4 = turn7(v4, (v8 = add(v8, (v12 = turn8(v12, (v0 = add3(v0, v4, m6)))))));
  v5 = turn12(v5, (v9 = add(v9, (v13 = turn16(v13, (v1 = add3(v1, v5, m3)))))));
  v5 = turn7(v5, (v9 = add(v9, (v13 = turn8(v13, (v1 = add3(v1, v5, m10)))))));
  v6 = turn12(v6, (v10 = add(v10, (v14 = turn16(v14, (v2 = add3(v2, v6, m7)))))));
  v6 = turn7(v6, (v10 = add(v10, (v14 = turn8(v14, (v2 = add3(v2, v6, m0)))))));
  v7 = turn12(v7, (v11 = add(v11, (v15 = turn16(v15, (v3 = add3(v3, v7, m4)))))));
  v7 = turn7(v7, (v11 = add(v11, (v15 = turn8(v15, (v3 = add3(v3, v7, m13)))))));
  v5 = turn12(v5, (v10 = add(v10, (v15 = turn16(v15, (v0 = add3(v0, v5, m1)))))));
  v5 = turn7(v5, (v10 = add(v10, (v15 = turn8(v15, (v0 = add3(v0, v5, m11)))))));
  v6 = turn12(v6, (v11 = add(v11, (v12 = turn16(v12, (v1 = add3(v1, v6, m12)))))));
  v6 = turn7(v6, (v11 = add(v11, (v12 = turn8(v12, (v1 = add3(v1, v6, m5)))))));
  v7 = turn12(v7, (v8 = add(v8, (v13 = turn16(v13, (v2 = add3(v2, v7, m9)))))));
  v7 = turn7(v7, (v8 = add(v8, (v13 = turn8(v13, (v2 = add3(v2, v7, m14)))))));
  v4 = turn12(v4, (v9 = add(v9, (v14 = turn16(v14, (v3 = add3(v3, v4, m15)))))));
  v4 = turn7(v4, (v9 = add(v9, (v14 = turn8(v14, (v3 = add3(v3, v4, m8)))))));

  // Round 3.
  v4 = turn12(v4, (v8 = add(v8, (v12 = turn16(v12, (v0 = add3(v0, v4, m3)))))));
  v4 = turn7(v4, (v8 = add(v8, (v12 = turn8(v12, (v0 = add3(v0, v4, m4)))))));
  v5 = turn12(v5, (v9 = add(v9, (v13 = turn16(v13, (v1 = add3(v1, v5, m10)))))));
  v5 = turn7(v5, (v9 = add(v9, (v13 = turn8(v13, (v1 = add3(v1, v5, m12)))))));
  v6 = turn12(v6, (v10 = add(v10, (v14 = turn16(v14, (v2 = add3(v2, v6, m13)))))));
  v6 = turn7(v6, (v10 = add(v10, (v14 = turn8(v14, (v2 = add3(v2, v6, m2)))))));
  v7 = turn12(v7, (v11 = add(v11, (v15 = turn16(v15, (v3 = add3(v3, v7, m7)))))));
  v7 = turn7(v7, (v11 = add(v11, (v15 = turn8(v15, (v3 = add3(v3, v7, m14)))))));
  v5 = turn12(v5, (v10 = add(v10, (v15 = turn16(v15, (v0 = add3(v0, v5, m6)))))));
  v5 = turn7(v5, (v10 = add(v10, (v15 = turn8(v15, (v0 = add3(v0, v5, m5)))))));
  v6 = turn12(v6, (v11 = add(v11, (v12 = turn16(v12, (v1 = add3(v1, v6, m9)))))));
  v6 = turn7(v6, (v11 = add(v11, (v12 = turn8(v12, (v1 = add3(v1, v6, m0)))))));
  v7 = turn12(v7, (v8 = add(v8, (v13 = turn16(v13, (v2 = add3(v2, v7, m11)))))));
  v7 = turn7(v7, (v8 = add(v8, (v13 = turn8(v13, (v2 = add3(v2, v7, m15)))))));
  v4 = turn12(v4, (v9 = add(v9, (v14 = turn16(v14, (v3 = add3(v3, v4, m8)))))));
  v4 = turn7(v4, (v9 = add(v9, (v14 = turn8(v14, (v3 = add3(v3, v4, m1)))))));

  // Round 4.
  v4 = turn12(v4, (v8 = add(v8, (v12 = turn16(v12, (v0 = add3(v0, v4, m10)))))));
  v4 = turn7(v4, (v8 = add(v8, (v12 = turn8(v12, (v0 = add3(v0, v4, m7)))))));
  v5 = turn12(v5, (v9 = add(v9, (v13 = turn16(v13, (v1 = add3(v1, v5, m12)))))));
  v5 = turn7(v5, (v9 = add(v9, (v13 = turn8(v13, (v1 = add3(v1, v5, m9)))))));
  v6 = turn12(v6, (v10 = add(v10, (v14 = turn16(v14, (v2 = add3(v2, v6, m14)))))));
  v6 = turn7(v6, (v10 = add(v10, (v14 = turn8(v14, (v2 = add3(v2, v6, m3)))))));
  v7 = turn12(v7, (v11 = add(v11, (v15 = turn16(v15, (v3 = add3(v3, v7, m13)))))));
  v7 = turn7(v7, (v11 = add(v11, (v15 = turn8(v15, (v3 = add3(v3, v7, m15)))))));
  v5 = turn12(v5, (v10 = add(v10, (v15 = turn16(v15, (v0 = add3(v0, v5, m4)))))));
  v5 = turn7(v5, (v10 = add(v10, (v15 = turn8(v15, (v0 = add3(v0, v5, m0)))))));
  v6 = turn12(v6, (v11 = add(v11, (v12 = turn16(v12, (v1 = add3(v1, v6, m11)))))));
  v6 = turn7(v6, (v11 = add(v11, (v12 = turn8(v12, (v1 = add3(v1, v6, m2)))))));
  v7 = turn12(v7, (v8 = add(v8, (v13 = turn16(v13, (v2 = add3(v2, v7, m5)))))));
  v7 = turn7(v7, (v8 = add(v8, (v13 = turn8(v13, (v2 = add3(v2, v7, m8)))))));
  v4 = turn12(v4, (v9 = add(v9, (v14 = turn16(v14, (v3 = add3(v3, v4, m1)))))));
  v4 = turn7(v4, (v9 = add(v9, (v14 = turn8(v14, (v3 = add3(v3, v4, m6)))))));

  // Round 5.
  v4 = turn12(v4, (v8 = add(v8, (v12 = turn16(v12, (v0 = add3(v0, v4, m12)))))));
  v4 = turn7(v4, (v8 = add(v8, (v12 = turn8(v12, (v0 = add3(v0, v4, m13)))))));
  v5 = turn12(v5, (v9 = add(v9, (v13 = turn16(v13, (v1 = add3(v1, v5, m9)))))));
  v5 = turn7(v5, (v9 = add(v9, (v13 = turn8(v13, (v1 = add3(v1, v5, m11)))))));
  v6 = turn12(v6, (v10 = add(v10, (v14 = turn16(v14, (v2 = add3(v2, v6, m15)))))));
  v6 = turn7(v6, (v10 = add(v10, (v14 = turn8(v14, (v2 = add3(v2, v6, m10)))))));
  v7 = turn12(v7, (v11 = add(v11, (v15 = turn16(v15, (v3 = add3(v3, v7, m14)))))));
  v7 = turn7(v7, (v11 = add(v11, (v15 = turn8(v15, (v3 = add3(v3, v7, m8)))))));
  v5 = turn12(v5, (v10 = add(v10, (v15 = turn16(v15, (v0 = add3(v0, v5, m7)))))));
  v5 = turn7(v5, (v10 = add(v10, (v15 = turn8(v15, (v0 = add3(v0, v5, m2)))))));
  v6 = turn12(v6, (v11 = add(v11, (v12 = turn16(v12, (v1 = add3(v1, v6, m5)))))));
  v6 = turn7(v6, (v11 = add(v11, (v12 = turn8(v12, (v1 = add3(v1, v6, m3)))))));
  v7 = turn12(v7, (v8 = add(v8, (v13 = turn16(v13, (v2 = add3(v2, v7, m0)))))));
  v7 = turn7(v7, (v8 = add(v8, (v13 = turn8(v13, (v2 = add3(v2, v7, m1)))))));
  v4 = turn12(v4, (v9 = add(v9, (v14 = turn16(v14, (v3 = add3(v3, v4, m6)))))));
  v4 = turn7(v4, (v9 = add(v9, (v14 = turn8(v14, (v3 = add3(v3, v4, m4)))))));

  // Round 6.
  v4 = turn12(v4, (v8 = add(v8, (v12 = turn16(v12, (v0 = add3(v0, v4, m9)))))));
  v4 = turn7(v4, (v8 = add(v8, (v12 = turn8(v12, (v0 = add3(v0, v4, m14)))))));
  v5 = turn12(v5, (v9 = add(v9, (v13 = turn16(v13, (v1 = add3(v1, v5, m11)))))));
  v5 = turn7(v5, (v9 = add(v9, (v13 = turn8(v13, (v1 = add3(v1, v5, m5)))))));
  v6 = turn12(v6, (v10 = add(v10, (v14 = turn16(v14, (v2 = add3(v2, v6, m8)))))));
  v6 = turn7(v6, (v10 = add(v10, (v14 = turn8(v14, (v2 = add3(v2, v6, m12)))))));
  v7 = turn12(v7, (v11 = add(v11, (v15 = turn16(v15, (v3 = add3(v3, v7, m15)))))));
  v7 = turn7(v7, (v11 = add(v11, (v15 = turn8(v15, (v3 = add3(v3, v7, m1)))))));
  v5 = turn12(v5, (v10 = add(v10, (v15 = turn16(v15, (v0 = add3(v0, v5, m13)))))));
  v5 = turn7(v5, (v10 = add(v10, (v15 = turn8(v15, (v0 = add3(v0, v5, m3)))))));
  v6 = turn12(v6, (v11 = add(v11, (v12 = turn16(v12, (v1 = add3(v1, v6, m0)))))));
  v6 = turn7(v6, (v11 = add(v11, (v12 = turn8(v12, (v1 = add3(v1, v6, m10)))))));
  v7 = turn12(v7, (v8 = add(v8, (v13 = turn16(v13, (v2 = add3(v2, v7, m2)))))));
  v7 = turn7(v7, (v8 = add(v8, (v13 = turn8(v13, (v2 = add3(v2, v7, m6)))))));
  v4 = turn12(v4, (v9 = add(v9, (v14 = turn16(v14, (v3 = add3(v3, v4, m4)))))));
  v4 = turn7(v4, (v9 = add(v9, (v14 = turn8(v14, (v3 = add3(v3, v4, m7)))))));

  // Round 7.
  v4 = turn12(v4, (v8 = add(v8, (v12 = turn16(v12, (v0 = add3(v0, v4, m11)))))));
  v4 = turn7(v4, (v8 = add(v8, (v12 = turn8(v12, (v0 = add3(v0, v4, m15)))))));
  v5 = turn12(v5, (v9 = add(v9, (v13 = turn16(v13, (v1 = add3(v1, v5, m5)))))));
  v5 = turn7(v5, (v9 = add(v9, (v13 = turn8(v13, (v1 = add3(v1, v5, m0)))))));
  v6 = turn12(v6, (v10 = add(v10, (v14 = turn16(v14, (v2 = add3(v2, v6, m1)))))));
  v6 = turn7(v6, (v10 = add(v10, (v14 = turn8(v14, (v2 = add3(v2, v6, m9)))))));
  v7 = turn12(v7, (v11 = add(v11, (v15 = turn16(v15, (v3 = add3(v3, v7, m8)))))));
  v7 = turn7(v7, (v11 = add(v11, (v15 = turn8(v15, (v3 = add3(v3, v7, m6)))))));
  v5 = turn12(v5, (v10 = add(v10, (v15 = turn16(v15, (v0 = add3(v0, v5, m14)))))));
  v5 = turn7(v5, (v10 = add(v10, (v15 = turn8(v15, (v0 = add3(v0, v5, m10)))))));
  v6 = turn12(v6, (v11 = add(v11, (v12 = turn16(v12, (v1 = add3(v1, v6, m2)))))));
  v6 = turn7(v6, (v11 = add(v11, (v12 = turn8(v12, (v1 = add3(v1, v6, m12)))))));
  v7 = turn12(v7, (v8 = add(v8, (v13 = turn16(v13, (v2 = add3(v2, v7, m3)))))));
  v7 = turn7(v7, (v8 = add(v8, (v13 = turn8(v13, (v2 = add3(v2, v7, m4)))))));
  v4 = turn12(v4, (v9 = add(v9, (v14 = turn16(v14, (v3 = add3(v3, v4, m7)))))));
  v4 = turn7(v4, (v9 = add(v9, (v14 = turn8(v14, (v3 = add3(v3, v4, m13)))))));

  v128.store(chains, v128.xor(v0, v8));
  v128.store(chains, v128.xor(v1, v9), 16);
  v128.store(chains, v128.xor(v2, v10), 32);
  v128.store(chains, v128.xor(v3, v11), 48);
  v128.store(chains, v128.xor(v4, v12), 64);
  v128.store(chains, v128.xor(v5, v13), 80);
  v128.store(chains, v128.xor(v6, v14), 96);
  v128.store(chains, v128.xor(v7, v15), 112);
}
