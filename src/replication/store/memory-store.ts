/**
 * A store in memory: for tests, and as the plainest statement of what a store does. Nothing survives the process. A put keeps a copy; a get gives a view of it.
 */
import { checkKey, checkPrefix, checkRange } from './key.js';
import type { Range } from './key.js';
import type { ObjectInfo, PutMode, Store } from './store.js';

export class MemoryStore implements Store {
  readonly #objects = new Map<string, Uint8Array>();

  get(key: string, range?: Range): Promise<Uint8Array | undefined> {
    return attempt(() => {
      checkKey(key);
      if (range !== undefined) checkRange(range);
      const bytes = this.#objects.get(key);
      return range === undefined ? bytes : bytes?.subarray(range.offset, range.offset + range.length);
    });
  }

  put(key: string, bytes: Uint8Array, mode: PutMode): Promise<boolean> {
    return attempt(() => {
      checkKey(key);
      if (mode === 'create' && this.#objects.has(key)) return false;
      this.#objects.set(key, bytes.slice());
      return true;
    });
  }

  list(prefix: string): Promise<readonly ObjectInfo[]> {
    return attempt(() => {
      checkPrefix(prefix);
      return [...this.#objects.keys()]
        .filter((key) => key.startsWith(prefix))
        .sort()
        .map((key) => ({ key, bytes: this.#objects.get(key)?.length ?? 0 }));
    });
  }

  remove(key: string): Promise<void> {
    return attempt(() => {
      checkKey(key);
      this.#objects.delete(key);
    });
  }
}

/** What throws rejects, so that callers meet one kind of failure. */
function attempt<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}
