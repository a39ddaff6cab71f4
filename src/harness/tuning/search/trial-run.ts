/**
 * The trials of a search over workloads: which rung has which, what a configuration's objectives are there, and what trying it costs.
 *
 * Law: objectives and work follow from figures alone. What exceeds a limit of the profile counts as worse by as much in every objective, so that the search turns away from it.
 */
import { present } from '../../../base/errors.js';
import type { Profile } from '../../../engine/profile/profile.js';
import type { Strategy } from '../../../engine/strategy/strategy.js';
import type { WorkloadRecord } from '../../measurement/row.js';
import type { Point } from '../../statistics/dominance.js';
import { logMean, logScore, modelledObjectives, type Figures, type ModelledObjective } from '../figures.js';
import type { Evaluation } from './search.js';
import { strategyKey } from './space.js';

const MiB = 2 ** 20;

/** With how many workloads, cheapest first, each rung works: a quarter, a half, all; fewer rungs where there are few. */
export function rungSizes(workloadCount: number): number[] {
  const sizes = [Math.ceil(workloadCount / 4), Math.ceil(workloadCount / 2), workloadCount];
  return sizes.filter((size, i) => size > (sizes[i - 1] ?? 0));
}

export class TrialRun {
  readonly #profile: Profile;
  readonly #workloads: readonly WorkloadRecord[];
  readonly #rungs: readonly number[];
  readonly #objectives: readonly ModelledObjective[];
  readonly #figures = new Map<string, Figures[]>();
  readonly #figuresOf: (strategy: Strategy, key: string, workload: string) => Promise<Figures>;

  /** `figuresOf` tries a configuration on a workload, or knows what came of it. */
  constructor(
    profile: Profile,
    workloads: readonly WorkloadRecord[],
    figuresOf: (strategy: Strategy, key: string, workload: string) => Promise<Figures>,
  ) {
    this.#profile = profile;
    this.#workloads = workloads;
    this.#rungs = rungSizes(workloads.length);
    this.#objectives = modelledObjectives(profile.objectives);
    this.#figuresOf = figuresOf;
  }

  get rungs(): readonly number[] {
    return this.#rungs;
  }

  get objectives(): readonly ModelledObjective[] {
    return this.#objectives;
  }

  async evaluate(strategy: Strategy, rung: number): Promise<Evaluation> {
    const key = strategyKey(strategy);
    const all = this.#figures.get(key) ?? [];
    this.#figures.set(key, all);
    let workMs = 0;
    for (const { name } of this.#workloads.slice(all.length, present(this.#rungs[rung], 'rung'))) {
      const figures = await this.#figuresOf(strategy, key, name);
      all.push(figures);
      workMs += figures.diffMs + figures.applyMs;
    }
    return { objectives: this.#objectivesOf(all), workMs };
  }

  /** Of the workloads that a configuration has come to, in their order. */
  figures(strategy: Strategy): readonly Figures[] {
    return this.#figures.get(strategyKey(strategy)) ?? [];
  }

  /** The logarithm of the score over these figures. */
  logScore(figures: readonly Figures[], link = this.#profile.link): number {
    return logScore(figures, this.#objectives, link);
  }

  /** By how much, as a logarithm, figures exceed the profile's limits of CPU and exchange; 0 where they keep them. */
  excess(figures: readonly Figures[]): number {
    const { cpuMsPerMiBMax = Infinity, exchangeBytesPerMiBMax = Infinity } = this.#profile.limits;
    const seen = this.#workloads.slice(0, figures.length);
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    const targetMiB = sum(seen.map(({ targetBytes }) => targetBytes)) / MiB;
    const baseMiB = sum(seen.map(({ baseBytes }) => baseBytes)) / MiB;
    const over = (value: number, limit: number): number =>
      value > limit ? Math.log(value / Math.max(limit, 1e-9)) : 0;
    return (
      over(sum(figures.map(({ diffMs }) => diffMs)) / targetMiB, cpuMsPerMiBMax) +
      over(sum(figures.map(({ exchangeBytes }) => exchangeBytes)) / baseMiB, exchangeBytesPerMiBMax)
    );
  }

  #objectivesOf(figures: readonly Figures[]): Point {
    const excess = this.excess(figures);
    return this.#objectives.map(({ metric }) => logMean(figures, metric, this.#profile.link) + excess);
  }
}
