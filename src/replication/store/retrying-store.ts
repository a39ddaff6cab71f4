/**
 * A store that tries again when the world failed (WorldError), after delays that a backoff names, until it gives up and the last failure is thrown. Other failures are thrown at once.
 *
 * Law: a `create` that failed may have taken effect. When a later attempt meets an object with the same bytes it is taken for our own and the answer is true: whoever else created it meant
 * the same. With other bytes the answer is false.
 */
import { WorldError } from '../../base/errors.js';
import type { Runtime } from '../../base/runtime.js';
import type { Range } from './key.js';
import type { ObjectInfo, PutMode, Store } from './store.js';

/** The delays of one operation, in order; undefined: give up. */
export interface Backoff {
  nextMs(): number | undefined;
}

export class RetryingStore implements Store {
  readonly #inner: Store;
  readonly #runtime: Pick<Runtime, 'sleep'>;
  readonly #backoff: () => Backoff;

  /** `backoff` makes a new one for each operation. */
  constructor(inner: Store, runtime: Pick<Runtime, 'sleep'>, backoff: () => Backoff) {
    this.#inner = inner;
    this.#runtime = runtime;
    this.#backoff = backoff;
  }

  get(key: string, range?: Range): Promise<Uint8Array | undefined> {
    return this.#attempt(() => this.#inner.get(key, range));
  }

  put(key: string, bytes: Uint8Array, mode: PutMode): Promise<boolean> {
    return this.#attempt(async (failures) => {
      if (await this.#inner.put(key, bytes, mode)) return true;
      if (failures === 0) return false;
      const there = await this.#inner.get(key);
      return there !== undefined && areEqual(there, bytes);
    });
  }

  list(prefix: string): Promise<readonly ObjectInfo[]> {
    return this.#attempt(() => this.#inner.list(prefix));
  }

  remove(key: string): Promise<void> {
    return this.#attempt(() => this.#inner.remove(key));
  }

  async #attempt<T>(work: (failures: number) => Promise<T>): Promise<T> {
    let backoff: Backoff | undefined;
    for (let failures = 0; ; failures++) {
      try {
        return await work(failures);
      } catch (error) {
        if (!(error instanceof WorldError)) throw error;
        backoff ??= this.#backoff();
        const delayMs = backoff.nextMs();
        if (delayMs === undefined) throw error;
        await this.#runtime.sleep(delayMs);
      }
    }
  }
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
