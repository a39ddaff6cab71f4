/**
 * The search for good configurations: screening, successive halving, and evolution against chance.
 *
 * 1. Screening: the profile's own strategy, everything that differs from it in one setting, and the likest point of every other family, on the cheapest workloads.
 * 2. Halving: what is among the best half on some workloads is tried on more, up to all of them. It is asynchronous, as ASHA is: whenever something may be promoted it is, else something new begins.
 * 3. New points come in turns from two arms: by chance, and by evolution (tournaments among the best, crossover, mutation). Each arm's work is counted, and what its points
 *    added to the hypervolume of the front. After a third of the work the arm that gained more for its work has most turns; at no time does evolution that is no better than chance.
 *
 * Laws: everything follows from the setup and the seed: figures that decide are exact or modelled, never measured. Work never exceeds the budget by more than one evaluation.
 * Sources: Li, Jamieson, Rostamizadeh et al., A System for Massively Parallel Hyperparameter Tuning (2020); Deb et al., NSGA-II (2002).
 */
import { present } from '../../../base/errors.js';
import { Random } from '../../../base/prng.js';
import type { Strategy } from '../../../engine/strategy/strategy.js';
import { crowdingDistances, dominanceRanks, hypervolume, type Point } from '../../statistics/dominance.js';
import {
  crossed,
  mutated,
  pointOf,
  randomPoint,
  strategyKey,
  strategyOf,
  variations,
  type SearchSpace,
  type SpacePoint,
} from './space.js';
import { likestPoints } from './likest.js';

export const origins = ['own', 'screening', 'chance', 'evolution'] as const;
export type Origin = (typeof origins)[number];

export interface Evaluation {
  /** Less is better in each; comparable within one rung. */
  readonly objectives: Point;
  /** Modelled milliseconds of CPU that this evaluation took beyond those of the rungs below. */
  readonly workMs: number;
}

export interface SearchSetup {
  readonly space: SearchSpace;
  /** Evaluated first, on all rungs, whether or not the space has it. */
  readonly own: Strategy;
  readonly seed: number;
  readonly budgetMs: number;
  /** Rungs 0 to rungCount - 1; each has the workloads of the one below, and more. */
  readonly rungCount: number;
  /** Of the objectives, in the sum by which one point is called the best. */
  readonly weights: readonly number[];
  /** How much worse than the own strategy, in each objective, something may be and still add to the hypervolume. */
  readonly reach: number;
  /** Points of the space that may not run are passed over. */
  readonly isAllowed: (strategy: Strategy) => boolean;
  readonly evaluate: (strategy: Strategy, rung: number) => Promise<Evaluation>;
  /** Called after each evaluation. */
  readonly onTrial?: (trial: Trial, spentMs: number) => void;
}

export interface Trial {
  readonly strategy: Strategy;
  readonly key: string;
  /** Undefined for an own strategy that lies outside the space. */
  readonly point: SpacePoint | undefined;
  readonly origin: Origin;
  /** By rung, as far as it came. */
  readonly objectives: readonly Point[];
  readonly workMs: number;
}

export interface Arm {
  readonly trials: number;
  readonly workMs: number;
  /** Hypervolume that its points added. */
  readonly gain: number;
}

export interface SearchOutcome {
  /** In the order in which they began. The first is the own strategy. */
  readonly trials: readonly Trial[];
  readonly arms: Readonly<Record<'chance' | 'evolution', Arm>>;
  /** Which arm had most turns at the end; undefined where the search ended before that was decided. */
  readonly leader: 'chance' | 'evolution' | undefined;
  readonly spentMs: number;
  /** Whether every point of the space was tried on all workloads. */
  readonly isExhausted: boolean;
}

/** One in so many goes up a rung. */
const halving = 2;
/** A rung with fewer gives no parents while a lower one has more. */
const parentsMin = 6;
/** Draws of a point that was not yet tried, before an arm gives up. */
const drawsMax = 200;
/** The arm that gained less has one turn in so many. */
const turnsOfOther = 5;
/** Of the work after the own strategy's, the share in which both arms have equal turns. */
const equalShare = 0.3;

export async function search(setup: SearchSetup): Promise<SearchOutcome> {
  return new Search(setup).run();
}

interface Running {
  readonly strategy: Strategy;
  readonly key: string;
  readonly point: SpacePoint | undefined;
  readonly origin: Origin;
  readonly objectives: Point[];
  workMs: number;
}

class Search {
  readonly #setup: SearchSetup;
  readonly #trials: Running[] = [];
  readonly #known = new Set<string>();
  readonly #random: Random;
  readonly #arms = {
    chance: { trials: 0, workMs: 0, gain: 0 },
    evolution: { trials: 0, workMs: 0, gain: 0 },
  };
  readonly #queue: SpacePoint[] = [];
  /** By rung, until something else comes as far. */
  readonly #orders: (readonly Running[] | undefined)[] = [];
  #leaderFromMs = 0;
  #spentMs = 0;
  #turn = 0;
  #volume = 0;
  #reference: Point = [];

  constructor(setup: SearchSetup) {
    this.#setup = setup;
    this.#random = new Random(setup.seed).fork('search');
  }

  async run(): Promise<SearchOutcome> {
    const { space, own, rungCount, budgetMs, reach } = this.#setup;
    const start = this.#begin(own, pointOf(space, own), 'own');
    for (let rung = 0; rung < rungCount; rung++) await this.#evaluate(start);
    this.#reference = (start.objectives.at(-1) ?? []).map((value) => value + reach);
    this.#volume = this.#frontVolume();
    this.#queue.push(...(start.point === undefined ? [] : variations(space, start.point).slice(1)));
    this.#queue.push(...likestPoints(space, own).filter(({ family }) => family !== start.point?.family));
    this.#leaderFromMs = this.#spentMs + (budgetMs - this.#spentMs) * equalShare;
    let isExhausted = false;
    while (this.#spentMs < budgetMs) {
      // With work left when nothing new is, what was left behind is tried on all workloads, too.
      const trial = this.#promotable() ?? this.#next() ?? this.#leftBehind();
      if (trial === undefined) {
        isExhausted = true;
        break;
      }
      await this.#evaluate(trial);
    }
    return {
      trials: this.#trials,
      arms: this.#arms,
      leader: this.#leader(),
      spentMs: this.#spentMs,
      isExhausted,
    };
  }

  #begin(strategy: Strategy, point: SpacePoint | undefined, origin: Origin): Running {
    const key = strategyKey(strategy);
    const trial: Running = { strategy, key, point, origin, objectives: [], workMs: 0 };
    this.#known.add(key);
    this.#trials.push(trial);
    if (origin === 'chance' || origin === 'evolution') this.#arms[origin].trials++;
    return trial;
  }

  #isNew(strategy: Strategy): boolean {
    return !this.#known.has(strategyKey(strategy)) && this.#setup.isAllowed(strategy);
  }

  async #evaluate(trial: Running): Promise<void> {
    const { evaluate, rungCount, onTrial } = this.#setup;
    const { objectives, workMs } = await evaluate(trial.strategy, trial.objectives.length);
    this.#orders[trial.objectives.length] = undefined;
    trial.objectives.push(objectives);
    trial.workMs += workMs;
    this.#spentMs += workMs;
    const { origin } = trial;
    const arm = origin === 'chance' || origin === 'evolution' ? this.#arms[origin] : undefined;
    if (arm !== undefined) arm.workMs += workMs;
    if (trial.objectives.length === rungCount && this.#reference.length > 0) {
      const volume = this.#frontVolume();
      if (arm !== undefined) arm.gain += volume - this.#volume;
      this.#volume = volume;
    }
    onTrial?.(trial, this.#spentMs);
  }

  #frontVolume(): number {
    const points = this.#finished(this.#setup.rungCount - 1).map(({ objectives }) =>
      present(objectives.at(-1), 'objectives'),
    );
    return hypervolume(points, this.#reference);
  }

  /** All that came at least as far as a rung. */
  #finished(rung: number): Running[] {
    return this.#trials.filter(({ objectives }) => objectives.length > rung);
  }

  /** The best trial that is among the better half of its rung and was not taken further yet; of the highest rung that has one. */
  #promotable(): Running | undefined {
    for (let rung = this.#setup.rungCount - 2; rung >= 0; rung--) {
      const order = this.#ordered(rung);
      const better = order.slice(0, Math.floor(order.length / halving));
      const found = better.find(({ objectives }) => objectives.length === rung + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #leftBehind(): Running | undefined {
    return this.#trials.find(({ objectives }) => objectives.length < this.#setup.rungCount);
  }

  /** The best of a rung first: by the profile's own sum the first, then by ranks, and within a rank the loneliest. */
  #ordered(rung: number): readonly Running[] {
    const known = this.#orders[rung];
    if (known !== undefined) return known;
    const order = this.#order(rung);
    this.#orders[rung] = order;
    return order;
  }

  #order(rung: number): Running[] {
    const trials = this.#finished(rung);
    const points = trials.map(({ objectives }) => present(objectives[rung], 'objectives'));
    const ranks = dominanceRanks(points);
    const crowding = trials.map(() => 0);
    for (let rank = 0; rank <= Math.max(...ranks); rank++) {
      const members = [...ranks.keys()].filter((i) => ranks[i] === rank);
      const distances = crowdingDistances(members.map((i) => present(points[i], 'point')));
      members.forEach((i, k) => (crowding[i] = distances[k] ?? 0));
    }
    const at = (values: readonly number[], i: number): number => present(values[i], 'trial');
    const order = [...trials.keys()].sort(
      (a, b) => at(ranks, a) - at(ranks, b) || compare(at(crowding, b), at(crowding, a)) || a - b,
    );
    const sums = points.map((point) => this.#sum(point));
    const best = order.reduce(
      (least, i) => (at(sums, i) < at(sums, least) ? i : least),
      present(order[0], 'trial'),
    );
    return [best, ...order.filter((i) => i !== best)].map((i) => present(trials[i], 'trial'));
  }

  #sum(point: Point): number {
    return point.reduce((sum, value, i) => sum + value * present(this.#setup.weights[i], 'weight'), 0);
  }

  /** Something new: of the screening while there is any, then of the arm whose turn it is, then of the other. */
  #next(): Running | undefined {
    const { space } = this.#setup;
    for (let point = this.#queue.shift(); point !== undefined; point = this.#queue.shift()) {
      const strategy = strategyOf(space, point);
      if (this.#isNew(strategy)) return this.#begin(strategy, point, 'screening');
    }
    const turn = this.#turn++;
    const leader = this.#leader();
    const other = { chance: 'evolution', evolution: 'chance' } as const;
    const isChance = turn % 2 === 0;
    const arm =
      leader === undefined
        ? isChance
          ? 'chance'
          : 'evolution'
        : turn % turnsOfOther === 0
          ? other[leader]
          : leader;
    for (const origin of [arm, other[arm]]) {
      for (let draw = 0; draw < drawsMax; draw++) {
        const point = origin === 'chance' ? randomPoint(space, this.#random) : this.#child();
        const strategy = strategyOf(space, point);
        if (this.#isNew(strategy)) return this.#begin(strategy, point, origin);
      }
    }
    return undefined;
  }

  /** In turns a step from a good point to a neighbour that was not tried, and a child of two good points. */
  #child(): SpacePoint {
    const { space } = this.#setup;
    const parent = this.#parent();
    if (this.#random.below(2) === 0) {
      const fresh = variations(space, parent).filter((point) => this.#isNew(strategyOf(space, point)));
      if (fresh.length > 0) return present(fresh[this.#random.below(fresh.length)], 'variation');
    }
    return mutated(space, crossed(parent, this.#parent(), this.#random), this.#random);
  }

  /** Drawn from the best of the highest rung that enough have reached: the better of two among its better quarter. */
  #parent(): SpacePoint {
    const { rungCount, space } = this.#setup;
    for (let rung = rungCount - 1; rung >= 0; rung--) {
      const order = this.#ordered(rung).filter(({ point }) => point !== undefined);
      if (order.length < parentsMin && rung > 0) continue;
      const among = Math.min(order.length, Math.max(parentsMin, Math.ceil(order.length / 4)));
      const place = Math.min(this.#random.below(Math.max(1, among)), this.#random.below(Math.max(1, among)));
      const point = order[place]?.point;
      if (point !== undefined) return point;
    }
    return randomPoint(space, this.#random);
  }

  /** The arm that gained more for its work; chance, unless evolution is the better. Undefined while both have equal turns. */
  #leader(): 'chance' | 'evolution' | undefined {
    if (this.#spentMs < this.#leaderFromMs) return undefined;
    const { chance, evolution } = this.#arms;
    const worth = ({ gain, workMs }: Arm): number => (workMs === 0 ? 0 : gain / workMs);
    return worth(evolution) > worth(chance) ? 'evolution' : 'chance';
  }
}

/** As a sort wants it, infinities included. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
