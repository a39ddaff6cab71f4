/**
 * What CPU work costs in the simulated world: bytes a second and a start for each kind, from a file (workloads/calibration.json), so that results do
 * not depend on the machine that simulates.
 */
import { UsageError } from '../../base/errors.js';
import type { WorkKind } from '../../base/runtime.js';

export interface WorkCost {
  readonly bytesPerSecond: number;
  /** Spent once a call, in microseconds. */
  readonly startMicros: number;
}

export type Calibration = Readonly<Record<WorkKind, WorkCost>>;

/** Those of workloads/calibration.json, for runs that are given no others. */
export const usualCalibration: Calibration = {
  chunk: { bytesPerSecond: 1_600_000_000, startMicros: 11 },
  hash: { bytesPerSecond: 1_900_000_000, startMicros: 0 },
  diff: { bytesPerSecond: 2_500_000_000, startMicros: 220 },
  apply: { bytesPerSecond: 1_800_000_000, startMicros: 110 },
  compress: { bytesPerSecond: 160_000_000, startMicros: 0 },
  decompress: { bytesPerSecond: 930_000_000, startMicros: 0 },
};

const kinds: readonly WorkKind[] = ['chunk', 'hash', 'diff', 'apply', 'compress', 'decompress'];

/** Reads a parsed calibration file. Throws UsageError that names what is wrong. */
export function readCalibration(value: unknown): Calibration {
  const costs = isRecord(value) ? value['work'] : undefined;
  if (!isRecord(costs)) throw new UsageError("calibration: 'work' is missing");
  const read = (kind: WorkKind): WorkCost => {
    const cost = costs[kind];
    const bytesPerSecond = isRecord(cost) ? cost['bytesPerSecond'] : undefined;
    const startMicros = isRecord(cost) ? cost['startMicros'] : undefined;
    if (typeof bytesPerSecond !== 'number' || !(bytesPerSecond > 0))
      throw new UsageError(`calibration: work.${kind}.bytesPerSecond is no positive number`);
    if (typeof startMicros !== 'number' || !(startMicros >= 0))
      throw new UsageError(`calibration: work.${kind}.startMicros is no number of at least 0`);
    return { bytesPerSecond, startMicros };
  };
  return Object.fromEntries(kinds.map((kind) => [kind, read(kind)])) as Record<WorkKind, WorkCost>;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
