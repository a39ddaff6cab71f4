/**
 * Cheap random words for content: word i of a stream is mix(start + i * step), where start and the odd step are hashes of (seed, a, b).
 *
 * `Random` of base/prng.ts decides what happens (which page, which edit); this decides bytes, a hundred times as many. A
 * stream can start anywhere at no cost, which is what filling a snapshot in pieces needs. Start and step together are 63 bits: with one
 * fixed step, two of the million cells of a 4 GiB image would often run into each other's words and make it deduplicate.
 *
 * Source: the counter form of SplitMix (Steele, Lea, Flood 2014) with murmur3's finaliser. Not for secrets.
 */
import { mix } from '../../base/prng.js';

const golden = 0x9e3779b9;
const twoTo32 = 4_294_967_296;

/** Start and step of the stream named by (seed, a, b); a and b are non-negative safe integers. */
export class Draws {
  #state: number;
  readonly #step: number;

  constructor(seed: number, a: number, b = 0) {
    const key = hash(seed, a, b);
    this.#state = mix(key ^ 0x3c6ef372);
    this.#step = mix(key + golden + Math.imul(a | 0, 0x85ebca77) + Math.imul(b | 0, 0xc2b2ae3d)) | 1;
  }

  /** Uniform in [0, 2^32). */
  u32(): number {
    const word = mix(this.#state) >>> 0;
    this.#state = (this.#state + this.#step) | 0;
    return word;
  }

  /** Uniform integer in [0, bound), bound at most 2^32; the bias is below bound / 2^32. */
  below(bound: number): number {
    return Math.floor((this.u32() * bound) / twoTo32);
  }

  /** Uniform integer in [low, high]. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** In [0, bound), small values far more often: the product of two uniform draws, as word frequencies and hot pages have it. */
  skewed(bound: number): number {
    return Math.floor((this.below(bound) * this.u32()) / twoTo32);
  }

  /** Fills [from, to) of `view` with uniform words, little-endian on every platform. */
  fill(view: DataView, from: number, to: number): void {
    let state = this.#state;
    const step = this.#step;
    let at = from;
    for (; at + 4 <= to; at += 4) {
      view.setUint32(at, mix(state), true);
      state = (state + step) | 0;
    }
    if (at < to) {
      for (let word = mix(state); at < to; at++, word >>>= 8) view.setUint8(at, word & 0xff);
      state = (state + step) | 0;
    }
    this.#state = state;
  }
}

/** 32 bits that depend on every bit of the seed and of a and b (safe integers). */
export function hash(seed: number, a: number, b = 0): number {
  let h = mix(seed ^ golden);
  h = mix(h + (a | 0));
  h = mix(h + Math.floor(a / twoTo32) + golden);
  return mix(Math.imul(h, 5) + (b | 0) + 0x7f4a7c15);
}
