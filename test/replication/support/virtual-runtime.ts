/** A Runtime whose time passes only when nothing else can happen: tests of an hour take a millisecond. */
import { CancelledError } from '../../../src/base/errors.js';
import { Random } from '../../../src/base/prng.js';
import type { Runtime } from '../../../src/base/runtime.js';

interface Sleeper {
  readonly atMs: number;
  readonly order: number;
  wake(): void;
}

/** One clock for all runtimes of a test. */
export class VirtualTime {
  nowMs = 0;
  #sleepers: Sleeper[] = [];
  #count = 0;

  /** What one part of the test sees; `skewMs` is added to its wall clock. */
  runtime(seed: number, skewMs = 0): Runtime {
    return {
      nowMs: () => this.nowMs,
      wallMs: () => 1_700_000_000_000 + this.nowMs + skewMs,
      sleep: (ms, signal) => this.sleep(ms, signal),
      work: () => Promise.resolve(),
      random: new Random(seed),
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(new CancelledError('cancelled'));
        return;
      }
      const sleeper: Sleeper = { atMs: this.nowMs + ms, order: this.#count++, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener(
        'abort',
        () => {
          this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
          reject(new CancelledError('cancelled'));
        },
        { once: true },
      );
    });
  }

  /** Lets everything happen until `promise` settles; time jumps to the next sleeper whenever nothing else is left to do. Throws when nobody sleeps either. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    const state = { isSettled: false };
    const settled = (): void => {
      state.isSettled = true;
    };
    promise.then(settled, settled);
    for (;;) {
      await allMicrotasks();
      if (state.isSettled) return promise;
      if (!this.#wakeNext()) throw new Error('deadlock: nothing is left that could settle the promise');
    }
  }

  /** Lets everything happen that happens until `ms` from now. */
  async pass(ms: number): Promise<void> {
    const until = this.nowMs + ms;
    for (;;) {
      await allMicrotasks();
      if (!this.#sleepers.some(({ atMs }) => atMs <= until) || !this.#wakeNext()) break;
    }
    this.nowMs = until;
  }

  #wakeNext(): boolean {
    const [first] = this.#sleepers.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
    if (first === undefined) return false;
    this.#sleepers.shift();
    this.nowMs = Math.max(this.nowMs, first.atMs);
    first.wake();
    return true;
  }
}

/** Turns of the event loop that the engine takes for a small diff, with room: it gives way after each of its jobs. */
const turns = 24;

async function allMicrotasks(): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
