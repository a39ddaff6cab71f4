/**
 * Counting distinct things in bounded memory: a key is kept when its hash lies below a threshold, and the threshold is halved whenever too
 * many are kept. The count is exact until then, and an estimate after: kept / share.
 *
 * Source: fixed-size spatial sampling (SHARDS; Waldspurger, Park, Garthwaite, Ahmad, FAST 2015). With n kept the standard error of a count of
 * equal things is about 1 / sqrt(n).
 */
import { hash } from '../content/draws.js';

const twoTo32 = 4_294_967_296;

export class DistinctSample<Value> {
  readonly #kept = new Map<number, Value>();
  readonly #keptMax: number;
  #threshold = twoTo32;

  constructor(keptMax: number) {
    this.#keptMax = keptMax;
  }

  /** Of all keys, how many are kept: 1 while counts are exact. */
  get share(): number {
    return this.#threshold / twoTo32;
  }

  get keptCount(): number {
    return this.#kept.size;
  }

  /** The value of a safe integer, made when it is new; undefined where the key is not in the sample. */
  at(key: number, make: () => Value): Value | undefined {
    const found = this.#kept.get(key);
    if (found !== undefined) return found;
    if (!this.#isSampled(key)) return undefined;
    if (this.#kept.size >= this.#keptMax) {
      this.#threshold /= 2;
      for (const kept of this.#kept.keys()) if (!this.#isSampled(kept)) this.#kept.delete(kept);
      return this.at(key, make);
    }
    const value = make();
    this.#kept.set(key, value);
    return value;
  }

  values(): Iterable<Value> {
    return this.#kept.values();
  }

  #isSampled(key: number): boolean {
    return this.#threshold === twoTo32 || hash(sampleSeed, key) >>> 0 < this.#threshold;
  }
}

const sampleSeed = 0x5eed;
