/**
 * A store that remembers whole objects in a cache that is bounded by bytes. The cache may forget anything at any time: that costs a read, never an answer.
 *
 * Law: what is remembered is what the store has. A put or a remove makes reads of that key that are under way unfit for remembering, when it begins and when it ends; bytes that were put are
 * remembered only where no other change of the key was under way. A failed change leaves nothing remembered.
 * Limits: a range of an object that is not remembered is read as a range, and not remembered. What is there can be remembered, not that nothing is.
 */
import { checkKey, checkRange } from './key.js';
import type { Range } from './key.js';
import type { ObjectInfo, PutMode, Store } from './store.js';

/** Keeps some of what it was given. Bytes are shared, never written into. */
export interface ByteCache {
  get(key: string): Uint8Array | undefined;
  set(key: string, bytes: Uint8Array): void;
  delete(key: string): void;
}

interface Reading {
  readonly bytes: Promise<Uint8Array | undefined>;
  isStale: boolean;
}

export class CachingStore implements Store {
  readonly #inner: Store;
  readonly #cache: ByteCache;
  readonly #readings = new Map<string, Reading>();
  /** Changes under way, by key, and whether any two of them met. */
  readonly #changes = new Map<string, { underWay: number; isAlone: boolean }>();

  constructor(inner: Store, cache: ByteCache) {
    this.#inner = inner;
    this.#cache = cache;
  }

  async get(key: string, range?: Range): Promise<Uint8Array | undefined> {
    checkKey(key);
    if (range !== undefined) checkRange(range);
    const known = this.#cache.get(key);
    if (known !== undefined)
      return range === undefined ? known : known.subarray(range.offset, range.offset + range.length);
    return range === undefined ? this.#read(key) : this.#inner.get(key, range);
  }

  async put(key: string, bytes: Uint8Array, mode: PutMode): Promise<boolean> {
    checkKey(key);
    const kept = bytes.slice();
    return this.#change(
      key,
      () => this.#inner.put(key, bytes, mode),
      (isWritten) => isWritten && this.#cache.set(key, kept),
    );
  }

  list(prefix: string): Promise<readonly ObjectInfo[]> {
    return this.#inner.list(prefix);
  }

  async remove(key: string): Promise<void> {
    checkKey(key);
    await this.#change(
      key,
      () => this.#inner.remove(key),
      () => undefined,
    );
  }

  /** Readers of one key share one read, unless it has become stale. */
  async #read(key: string): Promise<Uint8Array | undefined> {
    const begun = this.#readings.get(key);
    if (begun?.isStale === false) return begun.bytes;
    const reading: Reading = { bytes: this.#inner.get(key), isStale: this.#changes.has(key) };
    this.#readings.set(key, reading);
    try {
      const bytes = await reading.bytes;
      if (bytes !== undefined && !reading.isStale) this.#cache.set(key, bytes);
      return bytes;
    } finally {
      if (this.#readings.get(key) === reading) this.#readings.delete(key);
    }
  }

  async #change<T>(key: string, change: () => Promise<T>, remember: (result: T) => unknown): Promise<T> {
    const state = this.#changes.get(key) ?? { underWay: 0, isAlone: true };
    this.#changes.set(key, state);
    state.isAlone = state.underWay++ === 0;
    this.#forget(key);
    try {
      const result = await change();
      this.#end(key, state);
      if (state.isAlone) remember(result);
      return result;
    } catch (error) {
      this.#end(key, state);
      throw error;
    }
  }

  #end(key: string, state: { underWay: number }): void {
    if (--state.underWay === 0) this.#changes.delete(key);
    this.#forget(key);
  }

  #forget(key: string): void {
    this.#cache.delete(key);
    const reading = this.#readings.get(key);
    if (reading !== undefined) reading.isStale = true;
  }
}
