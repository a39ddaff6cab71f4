/**
 * How often keys were asked for lately: a count-min sketch of four rows of 4-bit counters, behind a doorkeeper that takes the first time, halved
 * after every so many increments, so that what was popular once is forgotten.
 *
 * Law: an estimate is at least the true count since the last halving (up to 16), or more where keys collide. No chance and no clock: the same calls
 * give the same estimates.
 * Source: Einziger, Friedman, Manes, TinyLFU: A Highly Efficient Cache Admission Policy (ACM Transactions on Storage 13(4), 2017), sections 3.2 to 3.4;
 * only the least of a key's counters grow (its "minimal increment").
 * Limits: hashes have 32 bits and no secret; who chooses keys can make them collide, which costs hits, never correctness.
 */
import { mix } from '../../base/prng.js';

/** More would let stale popularity stand for longer; the paper's W/C of 10. */
const incrementsPerEntry = 10;
/** A quarter of the doorkeeper is set after as many keys as entries: it errs for one key in 16. */
const doorBitsPerEntry = 8;
const counterMax = 15;
/** Odd constants that set the rows apart; the golden ratio's and three of xxHash's primes. */
const rowSeeds = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f] as const;

export class FrequencySketch {
  /** Eight counters a word; row after row. */
  readonly #words: Uint32Array;
  readonly #door: Uint32Array;
  readonly #countersPerRow: number;
  readonly #incrementsMax: number;
  #increments = 0;

  /** For a cache of about so many entries. */
  constructor(entries: number) {
    this.#countersPerRow = 2 ** Math.ceil(Math.log2(Math.max(64, entries)));
    this.#words = new Uint32Array((rowSeeds.length * this.#countersPerRow) / 8);
    this.#door = new Uint32Array((doorBitsPerEntry * this.#countersPerRow) / 32);
    this.#incrementsMax = incrementsPerEntry * this.#countersPerRow;
  }

  /** Counts one more request of the key with this hash. */
  increment(hash: number): void {
    if (!this.#passDoor(hash)) {
      const least = this.#least(hash);
      if (least < counterMax) {
        for (let row = 0; row < rowSeeds.length; row++) {
          const counter = this.#counterOf(hash, row);
          if (this.#read(counter) === least)
            this.#words[counter >>> 3] = (this.#words[counter >>> 3] ?? 0) + 2 ** ((counter & 7) * 4);
        }
      }
    }
    if (++this.#increments === this.#incrementsMax) this.#age();
  }

  /** 0 to 16. */
  estimate(hash: number): number {
    const [a, b] = this.#doorBits(hash);
    return this.#least(hash) + (this.#hasDoorBit(a) && this.#hasDoorBit(b) ? 1 : 0);
  }

  /** Halves all counters and forgets who came once. */
  #age(): void {
    for (let i = 0; i < this.#words.length; i++) this.#words[i] = ((this.#words[i] ?? 0) >>> 1) & 0x7777_7777;
    this.#door.fill(0);
    this.#increments = 0;
  }

  #least(hash: number): number {
    let least = counterMax;
    for (let row = 0; row < rowSeeds.length; row++)
      least = Math.min(least, this.#read(this.#counterOf(hash, row)));
    return least;
  }

  #counterOf(hash: number, row: number): number {
    const spread = mix(Math.imul(hash, rowSeeds[row] ?? 1)) >>> 0;
    return row * this.#countersPerRow + (spread & (this.#countersPerRow - 1));
  }

  #read(counter: number): number {
    return ((this.#words[counter >>> 3] ?? 0) >>> ((counter & 7) * 4)) & 15;
  }

  /** Whether the key is new to the doorkeeper, who knows it from now on. */
  #passDoor(hash: number): boolean {
    let isNew = false;
    for (const bit of this.#doorBits(hash)) {
      if (this.#hasDoorBit(bit)) continue;
      isNew = true;
      this.#door[bit >>> 5] = (this.#door[bit >>> 5] ?? 0) | (1 << (bit & 31));
    }
    return isNew;
  }

  #doorBits(hash: number): readonly [number, number] {
    const bits = this.#door.length * 32 - 1;
    return [mix(hash ^ 0x165667b1) & bits, mix(hash ^ 0x51ed270b) & bits];
  }

  #hasDoorBit(bit: number): boolean {
    return (((this.#door[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
  }
}

/** FNV-1a over UTF-16 units: the hash of a key. */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash;
}
