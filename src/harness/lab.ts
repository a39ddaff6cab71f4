/**
 * The laboratory: every built-in configuration and every shipped profile's own over every workload, each delta applied and compared
 * byte for byte, measured, judged by profile, and left as results.json.
 *
 * Order: in each round every configuration runs once over all workloads, in a process of its own; every other round goes backwards, so
 * that a machine that slows down meanwhile does not favour one end. Exact figures must be equal in all rounds. A run that breaks leaves a
 * results.json with what it had (`complete` is false).
 */
import { join } from 'node:path';
import { UsageError, throwIfCancelled } from '../base/errors.js';
import { benchKernels } from './bench-kernels.js';
import { laboratoryConfigurations } from './experiment/built-in.js';
import { realClock } from './io/clock.js';
import { captureEnvironment } from './io/environment.js';
import { requireWritable } from './io/output-file.js';
import { preparePairs, type PreparedPair } from './io/pairs.js';
import { writeResults } from './io/result-file.js';
import { listWorkloads } from './io/workload-files.js';
import { runIsolated, type Isolation } from './io/runner.js';
import { Scratch } from './io/scratch.js';
import type { Job, Outcome } from './measurement/job.js';
import { Tally } from './measurement/tally.js';
import { assembleLab } from './report/assemble-lab.js';
import type { LabResults } from './report/lab-results.js';

export interface LabOptions {
  /** Where results.json is written; made when missing. */
  readonly outPath: string;
  /** Fewer and smaller workloads, one round, fewer second diffs: under half a minute. */
  readonly quick?: boolean;
  /** Size of synthetic and recorded workloads relative to their definitions; by default 1, or 0.25 when quick. */
  readonly scale?: number;
  /** At most so many rounds; by default 2, or 1 when quick. */
  readonly roundsMax?: number;
  /** No round is begun that would probably end later than this after the start; by default 90 s. The first always runs. */
  readonly budgetMs?: number;
  /** Workload definitions; by default the built-in ones. */
  readonly workloadFile?: string;
  /** Names of workloads; by default all, or when quick all but the largest. */
  readonly workloads?: readonly string[];
  /** Names or paths of profiles; by default the shipped ones. */
  readonly profiles?: readonly string[];
  /** How many configurations are measured at once, each on one thread; by default 2 where there are two cores. */
  readonly jobs?: number;
  /** By default `process`: each configuration in a fresh process. */
  readonly isolation?: Isolation;
  /** Whether to measure the kernels too; by default so. */
  readonly kernels?: boolean;
  readonly signal?: AbortSignal;
}

export type LabEvent =
  | { readonly type: 'preparing'; readonly workload: string; readonly done: number; readonly total: number }
  | { readonly type: 'absent'; readonly workload: string; readonly reason: string }
  | {
      readonly type: 'measuring';
      readonly round: number;
      readonly configuration: string;
      readonly done: number;
      readonly total: number;
    }
  | { readonly type: 'kernels'; readonly kernel: string; readonly done: number; readonly total: number }
  | { readonly type: 'finished'; readonly resultsPath: string; readonly elapsedMs: number };

/** These take half of a quick run's time: two traces over images that cannot shrink further, and a release of hundreds of files. */
const slowWorkloads = ['pgbench', 'sqlite-tpcc', 'npm-release'];

function quickWorkloads(file: string | undefined): string[] {
  return listWorkloads(file)
    .map(({ name }) => name)
    .filter((name) => !slowWorkloads.includes(name));
}

/** Threads of measured diffs. On snapshots this small starting threads would cost more than they give. */
const workers = 1;

/**
 * Runs the laboratory and returns what it also wrote to `outPath`/results.json. Throws DataError when a delta did not give the
 * target, NondeterminismError when two runs differ in anything exact, UsageError, WorldError, CancelledError.
 */
export async function runLab(
  options: LabOptions,
  onEvent: (event: LabEvent) => void = () => undefined,
): Promise<LabResults> {
  const startMs = realClock.nowMs();
  const { outPath, quick = false, signal } = options;
  const { scale = quick ? 0.25 : 1, roundsMax = quick ? 1 : 2, budgetMs = 90_000 } = options;
  if (!(scale > 0 && roundsMax >= 1)) throw new UsageError('scale and rounds must be positive');
  // By need, as the command line does: the program without the laboratory never loads YAML and its schemas.
  const { loadProfile, shippedProfileNames } = await import('../engine/profile/read.js');
  const profiles = (options.profiles ?? shippedProfileNames()).map((name) => loadProfile(name));
  const configurations = laboratoryConfigurations(profiles, quick);
  const resultsPath = join(outPath, 'results.json');
  requireWritable(resultsPath);
  const scratch = new Scratch();
  try {
    const environment = captureEnvironment();
    const jobs = options.jobs ?? Math.min(2, environment.cores);
    const chosen =
      quick && options.workloads === undefined ? { workloads: quickWorkloads(options.workloadFile) } : {};
    const pairs = await preparePairs(
      join(scratch.path, 'workloads'),
      { ...options, ...chosen, scale },
      onEvent,
    );
    if (pairs.length === 0) throw new UsageError('the laboratory has no workload to run');
    const tally = new Tally();
    const state: { rounds: number; kernels: LabResults['kernels'] } = { rounds: 0, kernels: [] };
    const results = (complete: boolean): LabResults =>
      assembleLab({
        complete,
        environment,
        options: { quick, scale, rounds: Math.max(state.rounds, 1), workers, jobs },
        configurations,
        profiles,
        workloads: pairs.map(({ record }) => record),
        rows: tally.rows(),
        kernels: state.kernels,
      });
    let roundMsMax = 0;
    const isTime = (): boolean => realClock.nowMs() - startMs + roundMsMax <= budgetMs;
    while (state.rounds < roundsMax && (state.rounds === 0 || isTime())) {
      const roundStartMs = realClock.nowMs();
      const round = state.rounds;
      const order = round % 2 === 0 ? configurations : [...configurations].reverse();
      let done = round * order.length * pairs.length;
      const total = roundsMax * order.length * pairs.length;
      await inParallel(order, jobs, async ({ id, strategy }, index) => {
        throwIfCancelled(signal);
        const job: Job = {
          configuration: id,
          strategy,
          pairs: pairs.map(({ pair }) => pair),
          workers,
          recheck: round === 0 ? rechecked(pairs, index, quick) : [],
          warmUp: true,
          scratchPath: scratch.newFolder('job'),
        };
        onEvent({ type: 'measuring', round: round + 1, configuration: id, done, total });
        const onOutcome = (outcome: Outcome): void => {
          tally.add(id, workers, outcome);
          onEvent({ type: 'measuring', round: round + 1, configuration: id, done: ++done, total });
        };
        await runIsolated(job, options.isolation ?? 'process', onOutcome, signal);
        writeResults(resultsPath, results(false));
      });
      state.rounds++;
      roundMsMax = Math.max(roundMsMax, realClock.nowMs() - roundStartMs);
    }
    if (options.kernels !== false) state.kernels = await laboratoryKernels(quick, signal, onEvent);
    const final = results(true);
    writeResults(resultsPath, final);
    onEvent({ type: 'finished', resultsPath, elapsedMs: realClock.nowMs() - startMs });
    return final;
  } finally {
    scratch.remove();
  }
}

/** Works on at most `width` items at once, begun in order. The first failure stops what was not begun, and is thrown when all that was has ended. */
async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const queue = [...items.entries()];
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      try {
        await work(next[1], next[0]);
      } catch (failure) {
        failures.push(failure);
        queue.length = 0;
      }
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  if (failures.length > 0) throw failures[0];
}

/**
 * Which workloads are diffed again, with another number of workers: one in three (when quick, one) for each configuration, shifted so
 * that all workloads have their turn.
 */
function rechecked(pairs: readonly PreparedPair[], configurationIndex: number, quick: boolean): string[] {
  const step = quick ? pairs.length : 3;
  return pairs
    .filter((_, index) => index % step === configurationIndex % step)
    .map(({ pair }) => pair.workload);
}

async function laboratoryKernels(
  quick: boolean,
  signal: AbortSignal | undefined,
  onEvent: (event: LabEvent) => void,
): Promise<LabResults['kernels']> {
  const KiB = 1024;
  const { rows } = await benchKernels({
    blockBytes: quick ? [4 * KiB, 64 * KiB] : [4 * KiB, 16 * KiB, 64 * KiB],
    bytes: quick ? 4 * KiB * KiB : 16 * KiB * KiB,
    rounds: 3,
    roundMs: quick ? 4 : 12,
    extent: 'brief',
    onProgress: (progress) => onEvent({ type: 'kernels', ...progress }),
    ...(signal === undefined ? {} : { signal }),
  });
  return rows;
}
