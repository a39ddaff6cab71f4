/**
 * Long synchronous work in steps: stops between them when cancelled, and lets the event loop go round now and then where somebody could notice (a
 * signal or a progress listener). Without either no timer is involved, so a simulated run stays in its own time.
 */
import { throwIfCancelled } from '../../base/errors.js';

/** Bytes of work between two turns of the event loop: about 10 ms. */
const turnBytes = 16 * 2 ** 20;

export class Pace {
  readonly #signal: AbortSignal | undefined;
  readonly #isWatched: boolean;
  #bytes = 0;

  constructor(signal: AbortSignal | undefined, isWatched: boolean) {
    this.#signal = signal;
    this.#isWatched = isWatched || signal !== undefined;
  }

  /** Runs `work`, which yields the bytes of each step, to its end. */
  async drive<T>(work: Generator<number, T, void>, onStep?: (bytes: number) => void): Promise<T> {
    for (;;) {
      throwIfCancelled(this.#signal);
      const step = work.next();
      if (step.done === true) return step.value;
      onStep?.(step.value);
      this.#bytes += step.value;
      if (!this.#isWatched || this.#bytes < turnBytes) continue;
      this.#bytes = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
