/**
 * Gathers outcomes into rows: exact figures must be the same in every round, samples line up. Two rounds that differ in anything exact
 * are a NondeterminismError.
 */
import { NondeterminismError } from '../../base/errors.js';
import type { Outcome } from './job.js';
import { sampledMetrics } from './metric.js';
import type { Row } from './row.js';

export class Tally {
  readonly #outcomes = new Map<string, { configuration: string; workers: number; rounds: Outcome[] }>();

  add(configuration: string, workers: number, outcome: Outcome): void {
    const key = `${configuration}\n${outcome.workload}`;
    const known = this.#outcomes.get(key);
    if (known === undefined) {
      this.#outcomes.set(key, { configuration, workers, rounds: [outcome] });
      return;
    }
    const [first] = known.rounds;
    const changed = first === undefined ? undefined : firstChange(first, outcome);
    if (changed !== undefined) {
      throw new NondeterminismError(`${configuration} on ${outcome.workload}: two runs differ in ${changed}`);
    }
    known.rounds.push(outcome);
  }

  /** Rows in the order in which their first outcome came. */
  rows(): Row[] {
    return [...this.#outcomes.values()].flatMap(({ configuration, workers, rounds }) => {
      const [first] = rounds;
      return first === undefined ? [] : [row(configuration, workers, first, rounds)];
    });
  }
}

function row(configuration: string, workers: number, first: Outcome, rounds: readonly Outcome[]): Row {
  const { workload, exact, operationBytes, packageSha256, counts, instructions } = first;
  return {
    workload,
    configuration,
    workers,
    exact,
    operationBytes,
    packageSha256,
    counts,
    ...(instructions === undefined ? {} : { instructions }),
    samples: Object.fromEntries(
      sampledMetrics.map(({ name }) => [name, rounds.map(({ sample }) => sample[name])]),
    ) as Row['samples'],
    stageMs: {
      diff: lineUp(rounds.map(({ stageMs }) => stageMs.diff)),
      apply: lineUp(rounds.map(({ stageMs }) => stageMs.apply)),
    },
  };
}

/** One array of samples for each stage; a stage that a round did not enter took 0 ms in it. */
function lineUp(readings: readonly Outcome['stageMs']['diff'][]): Row['stageMs']['diff'] {
  const names = new Set(readings.flatMap((reading) => Object.keys(reading) as (keyof typeof reading)[]));
  return Object.fromEntries([...names].map((name) => [name, readings.map((reading) => reading[name] ?? 0)]));
}

const exactFields = ['packageSha256', 'exact', 'operationBytes', 'counts', 'instructions'] as const;

function firstChange(first: Outcome, next: Outcome): string | undefined {
  return exactFields.find(
    (field) => JSON.stringify(sorted(first[field])) !== JSON.stringify(sorted(next[field])),
  );
}

/** Objects with their keys in order, so that equal contents give equal text. */
function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, sorted(item)]);
}
