/**
 * The score of a configuration for a profile: over all workloads and objectives, the weighted geometric mean of the ratio to the best
 * eligible configuration. 1 means best at everything everywhere; 2 means on the whole twice the best. Ratios, because bytes and
 * milliseconds do not add; a geometric mean, so that twice as good here balances twice as bad there.
 *
 * Differences that nobody would feel must not decide, so a value below its floor counts as the floor.
 */
import { assert, present } from '../../base/errors.js';
import { objectiveMetrics } from '../../engine/profile/profile.js';
import type { LinkModel, Objective, ObjectiveMetric } from '../../engine/profile/profile.js';
import type { Row } from '../measurement/row.js';
import { weightedGeometricMean } from '../statistics/summary.js';
import { bytesSent, sampledMedian } from '../statistics/values.js';
import { rowTimeToSyncMs } from './link-model.js';

/** Scores closer than this are called equal: repeated runs on a quiet machine differ by as much. */
export const equalScoreRatio = 1.03;

/** Below these a difference is not felt. */
export const objectiveFloors: Readonly<Record<ObjectiveMetric, number>> = {
  // Ten segments of 1,460 bytes: TCP's initial window (RFC 6928) carries them in the first round trip.
  bytesSent: 14_600,
  timeToSyncMs: 10,
  cpuMs: 10,
  applyMs: 10,
  peakMemoryBytes: 2 ** 20,
};

export function objectiveValue(row: Row, metric: ObjectiveMetric, link: LinkModel): number {
  switch (metric) {
    case 'bytesSent':
      return bytesSent(row);
    case 'timeToSyncMs':
      return rowTimeToSyncMs(row, link);
    case 'cpuMs':
      return sampledMedian(row, 'diffCpuMs');
    case 'peakMemoryBytes':
      return sampledMedian(row, 'diffPeakBytes');
    case 'applyMs':
      return sampledMedian(row, 'applyWallMs');
  }
}

/** How one row compares with the best eligible row of its workload, by one objective. */
export interface ObjectiveRatio {
  readonly metric: ObjectiveMetric;
  readonly weight: number;
  readonly workload: string;
  readonly value: number;
  readonly bestValue: number;
  /** The configuration that is best here. */
  readonly best: string;
  /** max(value, floor) / max(bestValue, floor): at least 1. */
  readonly ratio: number;
}

export interface Score {
  readonly configuration: string;
  readonly score: number;
  readonly ratios: readonly ObjectiveRatio[];
}

/**
 * Scores configurations against each other, best first; ties keep the given order. `rowsOf` gives each configuration's rows: all
 * configurations must have the same workloads.
 */
export function rank(
  configurations: readonly string[],
  rowsOf: (configuration: string) => readonly Row[],
  objectives: readonly Objective[],
  link: LinkModel,
): Score[] {
  const weighed = objectives.filter(({ weight }) => weight > 0);
  assert(weighed.length > 0, 'a profile has an objective');
  const best = new Map<string, { value: number; configuration: string }>();
  const key = (metric: ObjectiveMetric, workload: string): string =>
    `${objectiveMetrics.indexOf(metric)} ${workload}`;
  for (const configuration of configurations) {
    for (const row of rowsOf(configuration)) {
      for (const { metric } of weighed) {
        const value = objectiveValue(row, metric, link);
        const known = best.get(key(metric, row.workload));
        if (known === undefined || value < known.value) {
          best.set(key(metric, row.workload), { value, configuration });
        }
      }
    }
  }
  const scores = configurations.map((configuration): Score => {
    const ratios = rowsOf(configuration).flatMap((row) =>
      weighed.map(({ metric, weight }): ObjectiveRatio => {
        const value = objectiveValue(row, metric, link);
        const top = present(best.get(key(metric, row.workload)), 'best value');
        const floor = objectiveFloors[metric];
        return {
          metric,
          weight,
          workload: row.workload,
          value,
          bestValue: top.value,
          best: top.configuration,
          ratio: Math.max(value, floor) / Math.max(top.value, floor),
        };
      }),
    );
    return {
      configuration,
      score: weightedGeometricMean(ratios.map(({ ratio, weight }) => ({ value: ratio, weight }))),
      ratios,
    };
  });
  return scores.sort((a, b) => a.score - b.score);
}
