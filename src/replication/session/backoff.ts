/**
 * How long to wait before the next attempt: exponential, with full jitter, so that many who failed at once do not come back at once.
 *
 * Law: the n-th wait since the last progress is uniform in [leastMs, leastMs + min(mostMs - leastMs, baseMs * 2^n)], n from 0.
 * Source: Brooker, Exponential Backoff And Jitter (AWS Architecture Blog, 2015), "full jitter"; the least wait keeps a draw near 0 from hammering.
 */
import type { Random } from '../../base/prng.js';

export interface BackoffOptions {
  readonly leastMs?: number;
  readonly baseMs?: number;
  readonly mostMs?: number;
}

/** Beyond 2^30 every sensible bound is reached. */
const doublingsMax = 30;

export class Backoff {
  readonly #random: Random;
  readonly #leastMs: number;
  readonly #baseMs: number;
  readonly #mostMs: number;
  #attempts = 0;

  constructor(random: Random, { leastMs = 10, baseMs = 100, mostMs = 30_000 }: BackoffOptions = {}) {
    this.#random = random;
    this.#leastMs = leastMs;
    this.#baseMs = baseMs;
    this.#mostMs = mostMs;
  }

  /** Attempts that failed since the last progress. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Milliseconds to wait, drawn anew at each call. */
  nextMs(): number {
    const spreadMs = Math.min(
      this.#mostMs - this.#leastMs,
      this.#baseMs * 2 ** Math.min(this.#attempts, doublingsMax),
    );
    this.#attempts++;
    return this.#leastMs + this.#random.float() * spreadMs;
  }

  /** Something went through: the next failure is a first one. */
  progress(): void {
    this.#attempts = 0;
  }
}
