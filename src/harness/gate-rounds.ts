/**
 * A gate that measures: exact figures of both sides once, then interleaved rounds until every metric is decided.
 *
 * Each round starts a process for either side anew, so that what a process happens to be given (memory, compiled code) is part of the
 * noise and not of the difference; both on one core, since cores differ. In it each task runs in slots `A B B A A B B A`, where a coin says which side is A; a side's figure
 * is its least CPU time, which bursts of other work touch last. docs/gate.md says why this is exact.
 */
import { present, throwIfCancelled } from '../base/errors.js';
import type { Random } from '../base/prng.js';
import { GateLane, type Contestant } from './io/gate-lane.js';
import { onOneCore } from './io/cores.js';
import type { GateTask, Lap } from './measurement/gate-task.js';
import { formatBytes } from '../base/units.js';
import type { Measure } from './verdict/measure.js';
import type { PairedSeries } from './verdict/rounds.js';

export interface Contest {
  readonly baseline: Contestant;
  readonly candidate: Contestant;
}

export interface RoundsOptions {
  readonly random: Random;
  /** Judges wall time as well. */
  readonly isWallJudged?: boolean;
  readonly signal?: AbortSignal;
}

const sides = ['baseline', 'candidate'] as const;
type Side = (typeof sides)[number];

/** CPU time of a slot that is aimed at; shorter ones are lost in the clock, longer ones meet more bursts. */
const slotMs = 2;
const passesMax = 10_000;
/** The first of two sides; twice, so that either has four slots. */
const slotOrder = [0, 1, 1, 0, 0, 1, 1, 0] as const;

/** `fastcdc/text/16 KiB`, `database-pages/diff`. */
export function taskName(task: GateTask): string {
  if (task.kind === 'kernel') return `${task.kernel}/${task.data}/${formatBytes(task.blockBytes)}`;
  return `${task.name}/${task.kind}`;
}

/** Exact figures of one side. */
export async function countMeasures(contestant: Contestant, signal?: AbortSignal): Promise<Measure[]> {
  const lane = await GateLane.open(contestant, signal);
  try {
    const measures: Measure[] = [];
    for (const [place, task] of contestant.tasks.entries()) {
      if (lane.absent.includes(place)) continue;
      for (const { name, unit, value } of await lane.count(place)) {
        const metric = `${taskName(task)}/${name}`;
        measures.push({ metric, unit, direction: 'less', kind: 'exact', values: [value] });
      }
    }
    return measures;
  } finally {
    lane.close();
  }
}

/** Rounds as they are asked for, and all figures so far. */
export class Rounds {
  readonly #contest: Contest;
  readonly #options: RoundsOptions;
  readonly #coin: Random;
  readonly #passes = new Map<number, number>();
  readonly #series: { readonly place: number; readonly clock: keyof Lap; readonly values: Values }[];
  #count = 0;

  constructor(contest: Contest, options: RoundsOptions) {
    this.#contest = contest;
    this.#options = options;
    this.#coin = options.random.fork('coin');
    const clocks: (keyof Lap)[] = options.isWallJudged === true ? ['cpuMs', 'wallMs'] : ['cpuMs'];
    this.#series = contest.candidate.tasks.flatMap((_task, place) =>
      clocks.map((clock) => ({ place, clock, values: { baseline: [], candidate: [] } })),
    );
  }

  get count(): number {
    return this.#count;
  }

  /** In the order of tasks, each task's CPU time before its wall time; those of the rounds in which they were wanted. Tasks that one side does not know have none. */
  get series(): PairedSeries[] {
    return this.#series
      .filter(({ values }) => values.baseline.length > 0)
      .map(({ place, clock, values }) => ({
        metric: this.#metricOf({ place, clock }),
        unit: 'ms',
        direction: 'less',
        baseline: [...values.baseline],
        candidate: [...values.candidate],
      }));
  }

  /** One more round of those metrics; of a task none of which is wanted nothing is measured. */
  run(isWanted: (metric: string) => boolean = () => true): Promise<void> {
    const places = this.#series.filter((one) => isWanted(this.#metricOf(one))).map(({ place }) => place);
    return onOneCore(() => this.#runOnce(new Set(places)));
  }

  async #runOnce(places: ReadonlySet<number>): Promise<void> {
    const { signal } = this.#options;
    const isBaselineFirst = this.#toss();
    const opening = (isBaselineFirst ? sides : [...sides].reverse()).map(async (side) => ({
      side,
      lane: await GateLane.open(this.#contest[side], signal),
    }));
    const opened = await Promise.allSettled(opening);
    const lanes = new Map<Side, GateLane>();
    for (const one of opened) if (one.status === 'fulfilled') lanes.set(one.value.side, one.value.lane);
    try {
      for (const one of opened) if (one.status === 'rejected') throw one.reason;
      const [baseline, candidate] = sides.map((side) => present(lanes.get(side), 'lane'));
      await this.#runTasks(places, present(baseline, 'lane'), present(candidate, 'lane'));
      this.#count++;
    } finally {
      for (const lane of lanes.values()) lane.close();
    }
  }

  async #runTasks(places: ReadonlySet<number>, baseline: GateLane, candidate: GateLane): Promise<void> {
    const absent = new Set([...baseline.absent, ...candidate.absent]);
    const found = new Map<number, Record<Side, Lap>>();
    for (const place of places) {
      throwIfCancelled(this.#options.signal);
      if (!absent.has(place)) found.set(place, await this.#runTask(place, { baseline, candidate }));
    }
    for (const { place, clock, values } of this.#series) {
      const laps = found.get(place);
      if (laps === undefined) continue;
      for (const side of sides) values[side].push(laps[side][clock]);
    }
  }

  /** CPU and wall time of a pass on either side, each the least of its slots. */
  async #runTask(place: number, lanes: Record<Side, GateLane>): Promise<Record<Side, Lap>> {
    const order: readonly [Side, Side] = this.#toss() ? ['baseline', 'candidate'] : ['candidate', 'baseline'];
    const passes = await this.#passesOf(place, order, lanes);
    const least = {
      baseline: { cpuMs: Infinity, wallMs: Infinity },
      candidate: { cpuMs: Infinity, wallMs: Infinity },
    };
    for (const slot of slotOrder) {
      const side = order[slot];
      const { cpuMs, wallMs } = await lanes[side].lap(place, passes);
      least[side] = {
        cpuMs: Math.min(least[side].cpuMs, cpuMs / passes),
        wallMs: Math.min(least[side].wallMs, wallMs / passes),
      };
    }
    return least;
  }

  /** As many for both sides, found once; in later rounds a lap of either warms it. */
  async #passesOf(
    place: number,
    order: readonly [Side, Side],
    lanes: Record<Side, GateLane>,
  ): Promise<number> {
    const known = this.#passes.get(place);
    let passes = known ?? 1;
    if (known === undefined) {
      // A first pass is cold, and any may meet a burst: the least of three laps says how long a lap is, and laps grow until it suffices.
      for (let factor = 2; factor >= 1.5 && passes < passesMax;) {
        const laps: number[] = [];
        for (let lap = 0; lap < 3; lap++) laps.push((await lanes[order[0]].lap(place, passes)).cpuMs);
        factor = Math.min(10, slotMs / Math.max(1e-3, Math.min(...laps)));
        if (factor >= 1.5) passes = Math.min(passesMax, Math.ceil(passes * factor));
      }
      this.#passes.set(place, passes);
    }
    for (const side of order) await lanes[side].lap(place, passes);
    return passes;
  }

  #metricOf({ place, clock }: { readonly place: number; readonly clock: keyof Lap }): string {
    return `${taskName(present(this.#contest.candidate.tasks[place], 'task'))}/${clock}`;
  }

  #toss(): boolean {
    return this.#coin.below(2) === 0;
  }
}

type Values = Record<Side, number[]>;
