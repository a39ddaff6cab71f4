/**
 * A job of the laboratory as data: one configuration over pairs of snapshots on disk. Its exact outcome is a pure function of this
 * description (names of scratch files apart), so it may run in this process, in another, or on another machine.
 */
import type { InstructionReading, Reading } from '../../base/meter.js';
import type { KernelBuild } from '../../kernels/load.js';
import type { PackingName } from '../../engine/package/codecs.js';
import type { Strategy } from '../../engine/strategy/strategy.js';
import type { ExactMetric, SampledMetric } from './metric.js';
import type { OperationBytes } from './row.js';

/** Two successive snapshots on disk. */
export interface SnapshotPair {
  readonly workload: string;
  readonly basePath: string;
  readonly targetPath: string;
}

export interface Job {
  readonly configuration: string;
  readonly strategy: Strategy;
  readonly pairs: readonly SnapshotPair[];
  /** By default `plain`; with `metered` outcomes tell instructions. */
  readonly kernels?: KernelBuild;
  /** What the times of stages are of: the clock (the default), or with `cpu`, which wants one worker, CPU time of the process. */
  readonly stageTimes?: 'wall' | 'cpu';
  /** Worker threads of the measured diff. */
  readonly workers: number;
  /** Workloads whose diff is made once more with another number of workers, to compare the bytes. */
  readonly recheck: readonly string[];
  /** Whether the first pair is run once before it is measured. */
  readonly warmUp: boolean;
  /** An empty folder for packages and rebuilt targets; emptied again after each pair. */
  readonly scratchPath: string;
}

/** How a stream of a package is packed. */
export interface Packing {
  readonly codec: PackingName;
  readonly rawBytes: number;
}

/** What one configuration did on one pair. */
export interface Outcome {
  readonly workload: string;
  readonly exact: Readonly<Record<ExactMetric, number>>;
  readonly operationBytes: OperationBytes;
  /** Of streams that are not empty. */
  readonly packings: readonly Packing[];
  /** Of compression, as it was decided. */
  readonly level: number;
  readonly packageSha256: string;
  readonly counts: { readonly diff: Reading['counts']; readonly apply: Reading['counts'] };
  /** Absent where kernels count nothing. */
  readonly instructions?: { readonly diff: InstructionReading; readonly apply: InstructionReading };
  readonly sample: Readonly<Record<SampledMetric, number>>;
  readonly stageMs: { readonly diff: Reading['stageMs']; readonly apply: Reading['stageMs'] };
}
