/** The real world's time and chance, for the parts that are written against `Runtime`. CPU work takes the time that it takes. */
import { setTimeout } from 'node:timers/promises';
import { CancelledError } from '../../base/errors.js';
import type { Random } from '../../base/prng.js';
import type { Runtime } from '../../base/runtime.js';

export class RealRuntime implements Runtime {
  readonly random: Random;

  /** `random` serves for jitter and the like, never for keys. */
  constructor(random: Random) {
    this.random = random;
  }

  nowMs(): number {
    return performance.now();
  }

  wallMs(): number {
    return Date.now();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    try {
      await setTimeout(ms, undefined, signal === undefined ? {} : { signal });
    } catch (cause) {
      throw new CancelledError('cancelled', { cause });
    }
  }

  work(): Promise<void> {
    return Promise.resolve();
  }
}
