/**
 * What a run counts and times, stage by stage. Counts are exact: the same inputs give the same counts on any machine
 * and with any number of workers. So are counts of instructions, where kernels count them (the metered build). Times come from the clock
 * that was passed in and are samples.
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
  /** Absent where kernels count nothing. */
  readonly instructions?: InstructionReading;
}

/** Executed WebAssembly instructions. */
export interface InstructionReading {
  readonly stages: Partial<Record<Stage, number>>;
  /** Outside of every stage. */
  readonly other: number;
  /** What each lane does once for itself; counted for one lane, so that the number of lanes does not show. */
  readonly eachLane: number;
}

export class Meter {
  readonly #clock: Clock;
  readonly #counts: Partial<Record<Counter, number>> = {};
  readonly #stageMs: Partial<Record<Stage, number>> = {};
  readonly #instructions: (() => number) | undefined;
  readonly #stageInstructions: Partial<Record<Stage, number>> = {};
  #otherInstructions = 0;
  #eachLaneInstructions = 0;
  /** Where the counter stood when everything before was attributed. */
  #attributed: number;
  #isForEachLane = false;
  /** The stage that runs, and since when. */
  #stage: Stage | undefined;
  #sinceMs = 0;

  /** `instructions` says how many the kernels have executed so far; without it none are counted. */
  constructor(clock: Clock, instructions?: () => number) {
    this.#clock = clock;
    this.#instructions = instructions;
    this.#attributed = instructions?.() ?? 0;
  }

  count(counter: Counter, amount: number): void {
    this.#counts[counter] = (this.#counts[counter] ?? 0) + amount;
  }

  /** Runs a synchronous piece of a stage and adds its duration. A moment belongs to one stage: what is timed inside the piece is not the piece's. */
  time<T>(stage: Stage, work: () => T): T {
    const outer = this.#enter(stage);
    try {
      return work();
    } finally {
      this.#enter(outer);
    }
  }

  /** Work that every lane does once for itself: its instructions are kept apart, since lanes may be more or fewer. */
  forEachLane<T>(work: () => T): T {
    this.#attribute();
    this.#isForEachLane = true;
    try {
      return work();
    } finally {
      this.#attribute();
      this.#isForEachLane = false;
    }
  }

  add(reading: Reading): void {
    addTo(this.#counts, reading.counts);
    addTo(this.#stageMs, reading.stageMs);
    if (reading.instructions === undefined) return;
    addTo(this.#stageInstructions, reading.instructions.stages);
    this.#otherInstructions += reading.instructions.other;
    this.#eachLaneInstructions = Math.max(this.#eachLaneInstructions, reading.instructions.eachLane);
  }

  reading(): Reading {
    this.#attribute();
    const reading = { counts: { ...this.#counts }, stageMs: { ...this.#stageMs } };
    if (this.#instructions === undefined) return reading;
    const instructions = {
      stages: { ...this.#stageInstructions },
      other: this.#otherInstructions,
      eachLane: this.#eachLaneInstructions,
    };
    return { ...reading, instructions };
  }

  /** Ends what runs, and returns it. */
  #enter(stage: Stage | undefined): Stage | undefined {
    const now = this.#clock.nowMs();
    const ended = this.#stage;
    if (ended !== undefined) this.#stageMs[ended] = (this.#stageMs[ended] ?? 0) + now - this.#sinceMs;
    this.#attribute(ended);
    this.#stage = stage;
    this.#sinceMs = now;
    return ended;
  }

  /** What was executed since the last time belongs to the stage, or to none. */
  #attribute(stage?: Stage): void {
    if (this.#instructions === undefined) return;
    const now = this.#instructions();
    const amount = now - this.#attributed;
    this.#attributed = now;
    if (this.#isForEachLane) this.#eachLaneInstructions += amount;
    else this.#addInstructions(stage, amount);
  }

  #addInstructions(stage: Stage | undefined, amount: number): void {
    if (stage === undefined) this.#otherInstructions += amount;
    else if (amount > 0) this.#stageInstructions[stage] = (this.#stageInstructions[stage] ?? 0) + amount;
  }
}

function addTo<Name extends Counter | Stage>(
  sums: Partial<Record<Name, number>>,
  amounts: Partial<Record<Name, number>>,
): void {
  for (const name in amounts) sums[name] = (sums[name] ?? 0) + (amounts[name] ?? 0);
}
