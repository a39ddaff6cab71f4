/**
 * What a run counts and times, stage by stage. Counts are exact: the same inputs give the same counts on any machine
 * and with any number of workers. Times come from the clock that was passed in and are samples.
 *
 * A meter is plain data plus a clock, so a worker can measure on its own and send its reading home to be added.
 */
import type { Clock } from './clock.js';

/** The stages of a diff or an apply, in the order in which bytes flow. */
export const stages = [
  'read',
  'chunk',
  'hash',
  'detect',
  'delta',
  'compress',
  'package',
  'unpack',
  'decompress',
  'apply',
  'verify',
  'write',
] as const;
export type Stage = (typeof stages)[number];

/** Exact counters. Units are in the names; a counter without a unit counts things. */
export const counters = [
  'bytesRead',
  'bytesHashed',
  'bytesCompared',
  'bytesChunked',
  'bytesSearched',
  'blocks',
  'blocksRecut',
  'blocksCompared',
  'probes',
  'bytesDeltaEncoded',
  'bytesCompressed',
  'segments',
  'operations',
  'bytesOut',
  'bytesWritten',
] as const;
export type Counter = (typeof counters)[number];

/** Plain data: structured-cloneable, addable. */
export interface Reading {
  readonly counts: Partial<Record<Counter, number>>;
  readonly stageMs: Partial<Record<Stage, number>>;
}

export class Meter {
  readonly #clock: Clock;
  readonly #counts = new Map<Counter, number>();
  readonly #stageMs = new Map<Stage, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  count(counter: Counter, amount: number): void {
    this.#counts.set(counter, (this.#counts.get(counter) ?? 0) + amount);
  }

  /** Runs a synchronous piece of a stage and adds its duration. Pieces must not nest: a moment belongs to one stage. */
  time<T>(stage: Stage, work: () => T): T {
    const start = this.#clock.nowMs();
    try {
      return work();
    } finally {
      this.#stageMs.set(stage, (this.#stageMs.get(stage) ?? 0) + this.#clock.nowMs() - start);
    }
  }

  add(reading: Reading): void {
    for (const name of counters) {
      const amount = reading.counts[name];
      if (amount !== undefined) this.count(name, amount);
    }
    for (const stage of stages) {
      const ms = reading.stageMs[stage];
      if (ms !== undefined) this.#stageMs.set(stage, (this.#stageMs.get(stage) ?? 0) + ms);
    }
  }

  reading(): Reading {
    return { counts: Object.fromEntries(this.#counts), stageMs: Object.fromEntries(this.#stageMs) };
  }
}
