/**
 * What a machine believes the time to be: off by a skew, running fast or slow, and set anew in jumps. Virtual time itself is exact; this is
 * what code gets that asks for the time of day.
 */
export interface ClockOptions {
  /** Ahead of true time at the start. */
  readonly skewMs: number;
  /** Runs fast by so many millionths; a good crystal is within 20, a bad one within 200. */
  readonly driftPpm: number;
}

export const exactClock: ClockOptions = { skewMs: 0, driftPpm: 0 };

/** True time of virtual time 0: 2026-01-01, so that times look like times. */
export const epochMs = Date.UTC(2026, 0, 1);

export class WallClock {
  #rate: number;
  #fromMs = 0;
  #offsetMs: number;

  constructor({ skewMs, driftPpm }: ClockOptions) {
    this.#rate = driftPpm / 1e6;
    this.#offsetMs = skewMs;
  }

  /** Milliseconds since 1970 as the machine believes at virtual time `nowMs`. */
  read(nowMs: number): number {
    return Math.floor(epochMs + nowMs + this.#offsetMs + (nowMs - this.#fromMs) * this.#rate);
  }

  /** Somebody sets the clock: it goes on from `byMs` later or earlier. */
  jump(nowMs: number, byMs: number): void {
    this.#rebase(nowMs);
    this.#offsetMs += byMs;
  }

  drift(nowMs: number, ppm: number): void {
    this.#rebase(nowMs);
    this.#rate = ppm / 1e6;
  }

  /** As a time service does: the clock is right again, whatever it said before. */
  correct(nowMs: number): void {
    this.#fromMs = nowMs;
    this.#offsetMs = 0;
    this.#rate = 0;
  }

  #rebase(nowMs: number): void {
    this.#offsetMs += (nowMs - this.#fromMs) * this.#rate;
    this.#fromMs = nowMs;
  }
}
