/**
 * A hybrid logical clock: readings that follow the machine's clock closely and never contradict cause and effect.
 *
 * Law: a reading is later than every reading given and every time received before, and less than `skewMsMax` ahead of the machine's clock. A
 * time that is further ahead is refused and leaves no trace, so that one bad clock cannot drag all others along. If the machine's own
 * clock was ahead and is put right, what it gave lies ahead by more than anybody accepts; then, and only then, readings begin again
 * from the machine's clock and may be earlier than those. Order between a writer's versions does not depend on it: vectors order them.
 *
 * Source: Kulkarni, Demirbas, Madappa, Avva, Leone, Logical Physical Clocks (2014), algorithm HLC; the bound is theirs, too (section 4.2).
 */
import { isPlanted } from '../../base/planted.js';
import { hybridCounterMax, skewMsMax } from './limits.js';
import type { HybridTime } from './version.js';

export type Received =
  | { readonly state: 'accepted' }
  /** The time lies `aheadMs` ahead of this machine's clock; in `retryMs` it will not be too far, if both clocks run on. */
  | { readonly state: 'refused'; readonly aheadMs: number; readonly retryMs: number };

export interface HybridClockOptions {
  /** The last reading before a restart, if it was kept. */
  readonly last?: HybridTime;
  /** Milliseconds. */
  readonly skewMsMax?: number;
}

export class HybridClock {
  readonly #wall: { wallMs(): number };
  readonly #skewMsMax: number;
  #last: HybridTime;

  constructor(wall: { wallMs(): number }, options: HybridClockOptions = {}) {
    this.#wall = wall;
    this.#skewMsMax = options.skewMsMax ?? skewMsMax;
    this.#last = options.last ?? { wallMs: 0, counter: 0 };
  }

  /** The latest reading given or time received. */
  get last(): HybridTime {
    return this.#last;
  }

  /** A time for an event of ours. */
  now(): HybridTime {
    const wallMs = this.#wallMs();
    const isOursAhead = this.#last.wallMs - wallMs > this.#skewMsMax;
    this.#last = isOursAhead || wallMs > this.#last.wallMs ? { wallMs, counter: 0 } : after(this.#last);
    return this.#last;
  }

  /** Takes note of a time that came from elsewhere: readings from now on are later. */
  receive(time: HybridTime): Received {
    const aheadMs = time.wallMs - this.#wallMs();
    const isTooFar = aheadMs > this.#skewMsMax && !isPlanted('far-future-accepted');
    if (isTooFar) return { state: 'refused', aheadMs, retryMs: aheadMs - this.#skewMsMax };
    const { wallMs, counter } = this.#last;
    if (time.wallMs > wallMs || (time.wallMs === wallMs && time.counter > counter)) this.#last = time;
    return { state: 'accepted' };
  }

  /** Whole milliseconds since 1970, whatever the machine believes. */
  #wallMs(): number {
    return Math.max(0, Math.floor(this.#wall.wallMs()));
  }
}

/** The least time after this one. */
function after({ wallMs, counter }: HybridTime): HybridTime {
  return counter < hybridCounterMax ? { wallMs, counter: counter + 1 } : { wallMs: wallMs + 1, counter: 0 };
}
