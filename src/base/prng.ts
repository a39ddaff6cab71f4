/**
 * Seeded random streams. One seed decides everything; a stream is forked by name, so that adding a consumer does not
 * shift the others.
 *
 * Source: xoroshiro128+ of pure-rand. Seeds and fork names are mixed with FNV-1a and the murmur3 finaliser first, since
 * neighbouring small seeds give correlated xoroshiro streams.
 */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export class Random {
  readonly #seed: number;
  readonly #generator: { next(): number };

  constructor(seed: number) {
    this.#seed = seed;
    this.#generator = xoroshiro128plus(mix(seed));
  }

  /** An independent stream that depends on this stream's seed and the name alone, not on what was drawn. */
  fork(name: string): Random {
    return new Random(mix(hashText(name, mix(this.#seed ^ 0x51ed270b))));
  }

  /** Uniform in [0, 2^32). */
  u32(): number {
    return this.#generator.next() >>> 0;
  }

  /** Uniform in [0, 1), 53 bits. */
  float(): number {
    return ((this.u32() >>> 5) * 67_108_864 + (this.u32() >>> 6)) / 9_007_199_254_740_992;
  }

  /** Uniform integer in [0, bound). The bias is below 2^-21 for bounds below 2^32. */
  below(bound: number): number {
    return Math.floor(this.float() * bound);
  }

  /** Uniform integer in [low, high]. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }

  /** Fills with uniform bytes. */
  fill(into: Uint8Array): void {
    let at = 0;
    for (; at + 4 <= into.length; at += 4) {
      const word = this.u32();
      into[at] = word;
      into[at + 1] = word >>> 8;
      into[at + 2] = word >>> 16;
      into[at + 3] = word >>> 24;
    }
    if (at < into.length) {
      for (let word = this.u32(); at < into.length; at++, word >>>= 8) into[at] = word;
    }
  }
}

/** Murmur3's 32-bit finaliser: every input bit reaches every output bit. */
export function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

/** FNV-1a over UTF-16 units, from a given start. */
function hashText(text: string, start: number): number {
  let h = start ^ 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h;
}
