/**
 * A store that fails, waits, loses and damages by chance: for tests of what stands above it, and the simulator. Each kind of operation draws from its own stream, and
 * every call draws the same number of values, so that changing one probability leaves the other faults where they were.
 *
 * What keeps the law of store.ts: errors, before or after the operation took effect, and delays. What breaks it, so that those above must notice: `lostPut` (true was said, nothing was
 * kept), `shortRead`, `bitFlip`.
 */
import { WorldError } from '../../base/errors.js';
import type { Random } from '../../base/prng.js';
import type { Runtime } from '../../base/runtime.js';
import { checkKey, checkPrefix } from './key.js';
import type { Range } from './key.js';
import type { ObjectInfo, PutMode, Store } from './store.js';

/** Probabilities from 0 to 1; what is left out is 0. */
export interface OperationFaults {
  /** WorldError; nothing happened. */
  readonly errorBefore?: number;
  /** WorldError; the operation took effect. */
  readonly errorAfter?: number;
  /** Waits up to `delayMsMax` before the operation, uniformly. */
  readonly delay?: number;
  readonly delayMsMax?: number;
}

export interface StoreFaults {
  readonly get?: OperationFaults & { readonly shortRead?: number; readonly bitFlip?: number };
  readonly put?: OperationFaults & { readonly lostPut?: number };
  readonly list?: OperationFaults;
  readonly remove?: OperationFaults;
}

/** What one call draws: five numbers in [0, 1). */
interface Draw {
  readonly before: number;
  readonly after: number;
  readonly delay: number;
  readonly own: number;
  readonly extent: number;
}

export class FaultyStore implements Store {
  readonly #inner: Store;
  readonly #runtime: Pick<Runtime, 'sleep'>;
  readonly #faults: StoreFaults;
  readonly #streams: Readonly<Record<keyof StoreFaults, Random>>;

  constructor(inner: Store, runtime: Pick<Runtime, 'sleep'>, random: Random, faults: StoreFaults) {
    this.#inner = inner;
    this.#runtime = runtime;
    this.#faults = faults;
    this.#streams = {
      get: random.fork('get'),
      put: random.fork('put'),
      list: random.fork('list'),
      remove: random.fork('remove'),
    };
  }

  async get(key: string, range?: Range): Promise<Uint8Array | undefined> {
    checkKey(key);
    const { shortRead = 0, bitFlip = 0 } = this.#faults.get ?? {};
    return this.#perform('get', key, async ({ own, extent }) => {
      const bytes = await this.#inner.get(key, range);
      if (bytes === undefined || bytes.length === 0) return bytes;
      if (own < shortRead) return bytes.subarray(0, Math.floor(extent * bytes.length));
      return own < shortRead + bitFlip ? flipped(bytes, Math.floor(extent * bytes.length * 8)) : bytes;
    });
  }

  async put(key: string, bytes: Uint8Array, mode: PutMode): Promise<boolean> {
    checkKey(key);
    const { lostPut = 0 } = this.#faults.put ?? {};
    return this.#perform('put', key, ({ own }) =>
      own < lostPut ? Promise.resolve(true) : this.#inner.put(key, bytes, mode),
    );
  }

  async list(prefix: string): Promise<readonly ObjectInfo[]> {
    checkPrefix(prefix);
    return this.#perform('list', prefix, () => this.#inner.list(prefix));
  }

  async remove(key: string): Promise<void> {
    checkKey(key);
    return this.#perform('remove', key, () => this.#inner.remove(key));
  }

  async #perform<T>(kind: keyof StoreFaults, what: string, work: (draw: Draw) => Promise<T>): Promise<T> {
    const stream = this.#streams[kind];
    const draw = {
      before: stream.float(),
      after: stream.float(),
      delay: stream.float(),
      own: stream.float(),
      extent: stream.float(),
    };
    const { errorBefore = 0, errorAfter = 0, delay = 0, delayMsMax = 0 } = this.#faults[kind] ?? {};
    // The draw below `delay` is itself uniform below `delay`: the length needs no draw of its own.
    if (draw.delay < delay) await this.#runtime.sleep((draw.delay / delay) * delayMsMax);
    if (draw.before < errorBefore) throw new WorldError(`${kind} of '${what}' failed`);
    const result = await work(draw);
    if (draw.after < errorAfter) throw new WorldError(`${kind} of '${what}' took effect, and failed`);
    return result;
  }
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const damaged = bytes.slice();
  const at = bit >> 3;
  damaged[at] = (damaged[at] ?? 0) ^ (1 << (bit & 7));
  return damaged;
}
