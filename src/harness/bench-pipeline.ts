/**
 * `bench pipeline`: one configuration over one or several workloads, in this process, as often as asked: every stage in time, every count,
 * each delta applied and compared byte for byte. With a CPU profile on request.
 */
import { join } from 'node:path';
import { UsageError } from '../base/errors.js';
import type { KernelBuild } from '../kernels/load.js';
import type { Strategy } from '../engine/strategy/strategy.js';
import { describeConfiguration } from './experiment/built-in.js';
import { configurationRecord } from './experiment/configuration.js';
import { withCpuProfile } from './io/cpu-profile.js';
import { captureEnvironment } from './io/environment.js';
import { preparePairs, type PairChoices, type PairEvent, type PreparedPair } from './io/pairs.js';
import { runJob } from './io/run-job.js';
import { Scratch } from './io/scratch.js';
import { metricDescriptors } from './measurement/metric.js';
import { Tally } from './measurement/tally.js';
import { pipelineSchemaName, type PipelineResults } from './report/pipeline-results.js';

export interface PipelineBenchOptions extends Omit<PairChoices, 'scale'> {
  readonly strategy: Strategy;
  /** Size of synthetic and recorded workloads, relative to their definitions; by default 1. */
  readonly scale?: number;
  /** Size of synthetic and recorded workloads in bytes, in place of `scale`. */
  readonly sizeBytes?: number;
  /** By default 1, on the calling thread: the only number whose CPU profile shows all of the work. */
  readonly workers?: number;
  /** By default 5. */
  readonly rounds?: number;
  /** By default `plain`; `metered` counts instructions and takes a little longer. */
  readonly kernels?: KernelBuild;
  /** Where to write a .cpuprofile of all measured rounds. */
  readonly cpuProfilePath?: string;
}

export type PipelineEvent =
  | PairEvent
  | { readonly type: 'measuring'; readonly workload: string; readonly done: number; readonly total: number };

/** Throws what the laboratory throws: DataError, NondeterminismError, UsageError, WorldError, CancelledError. */
export async function benchPipeline(
  options: PipelineBenchOptions,
  onEvent: (event: PipelineEvent) => void = () => undefined,
): Promise<PipelineResults> {
  const { strategy, scale = 1, rounds = 5, cpuProfilePath } = options;
  if (!(rounds >= 1)) throw new UsageError(`rounds: ${rounds} is less than 1`);
  const scratch = new Scratch();
  try {
    const pairs = await preparePairs(join(scratch.path, 'workloads'), { ...options, scale }, onEvent);
    const configuration = describeConfiguration(strategy);
    const tally = new Tally();
    const measure = (): Promise<void> =>
      measureRounds(options, pairs, configuration.id, scratch, tally, onEvent);
    await (cpuProfilePath === undefined ? measure() : withCpuProfile(cpuProfilePath, measure));
    return {
      schema: pipelineSchemaName,
      environment: captureEnvironment(),
      metrics: [...metricDescriptors],
      workloads: pairs.map(({ record }) => record),
      configuration: configurationRecord(configuration),
      rounds,
      rows: tally.rows(),
    };
  } finally {
    scratch.remove();
  }
}

async function measureRounds(
  { strategy, workers = 1, rounds = 5, kernels = 'plain', signal }: PipelineBenchOptions,
  pairs: readonly PreparedPair[],
  configuration: string,
  scratch: Scratch,
  tally: Tally,
  onEvent: (event: PipelineEvent) => void,
): Promise<void> {
  const total = rounds * pairs.length;
  let done = 0;
  for (let round = 0; round < rounds; round++) {
    const job = {
      configuration,
      strategy,
      pairs: pairs.map(({ pair }) => pair),
      workers,
      recheck: [],
      kernels,
      // Counts need none.
      warmUp: round === 0 && kernels === 'plain',
      scratchPath: scratch.newFolder('round'),
    };
    for await (const outcome of runJob(job, signal)) {
      tally.add(configuration, workers, outcome);
      onEvent({ type: 'measuring', workload: outcome.workload, done: ++done, total });
    }
  }
}
