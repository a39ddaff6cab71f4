/**
 * What a configuration does on a workload, as a search sees it: bytes and round trips are exact, work is modelled from exact counts (work-model.ts), so that the same search goes
 * the same way on every machine.
 */
import { z } from 'zod';
import type { LinkModel, Objective, ObjectiveMetric } from '../../engine/profile/profile.js';
import { transferMs } from './link-model.js';
import { objectiveFloors } from './score.js';

const count = z.int().nonnegative();

export const figuresSchema = z.strictObject({
  workload: z.string(),
  packageBytes: count,
  exchangeBytes: count,
  exchangeTrips: count,
  diffMs: z.number().nonnegative().describe('modelled CPU of the diff, one worker'),
  applyMs: z.number().nonnegative().describe('modelled CPU of the apply'),
  packageSha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Figures = z.infer<typeof figuresSchema>;

/** Peak memory is not modelled: it is measured of what is recommended. */
export type ModelledMetric = Exclude<ObjectiveMetric, 'peakMemoryBytes'>;

export interface ModelledObjective {
  readonly metric: ModelledMetric;
  readonly weight: number;
}

/** A profile's objectives without memory, their weights summing to 1 again. */
export function modelledObjectives(objectives: readonly Objective[]): ModelledObjective[] {
  const modelled = objectives.filter(
    (objective): objective is ModelledObjective =>
      objective.metric !== 'peakMemoryBytes' && objective.weight > 0,
  );
  const sum = modelled.reduce((total, { weight }) => total + weight, 0);
  return modelled.map(({ metric, weight }) => ({ metric, weight: weight / sum }));
}

export function figureOf(figures: Figures, metric: ModelledMetric, link: LinkModel): number {
  const { packageBytes, exchangeBytes, exchangeTrips, diffMs, applyMs } = figures;
  const bytes = packageBytes + exchangeBytes;
  switch (metric) {
    case 'bytesSent':
      return bytes;
    case 'cpuMs':
      return diffMs;
    case 'applyMs':
      return applyMs;
    case 'timeToSyncMs':
      // As link-model.ts, with work in place of wall time: one worker, nothing to wait for.
      return (
        diffMs + (1 + exchangeTrips) * link.roundTripMs + transferMs(bytes, link.bitsPerSecond) + applyMs
      );
  }
}

/** The logarithm of the geometric mean over workloads, values below what is felt counting as that (score.ts). */
export function logMean(all: readonly Figures[], metric: ModelledMetric, link: LinkModel): number {
  const floor = objectiveFloors[metric];
  return (
    all.reduce((sum, figures) => sum + Math.log(Math.max(floor, figureOf(figures, metric, link))), 0) /
    all.length
  );
}

/** The logarithm of the score, up to a constant that all configurations share: less is better, and a difference of 0.03 is 3 %. */
export function logScore(
  all: readonly Figures[],
  objectives: readonly ModelledObjective[],
  link: LinkModel,
): number {
  return objectives.reduce((sum, { metric, weight }) => sum + weight * logMean(all, metric, link), 0);
}
