/**
 * `bench prices`: what a unit of each kind of work costs on this machine, for the model that `tune` decides by (tuning/work-model.ts).
 *
 * Strategies are drawn by chance from everything that a profile could ask for, half of them adaptive, each on a workload at a size drawn by chance. What a run counts follows from the
 * seed; its CPU time, part by part, is the least of some rounds, taken by the CPU clock of this process, so that other work on the machine counts only by what it does to caches.
 * Packages that are no part of snapdelta are left out, as they may be missing.
 */
import { present, throwIfCancelled } from '../base/errors.js';
import type { Stage } from '../base/meter.js';
import { Random } from '../base/prng.js';
import { loadProfile } from '../engine/profile/read.js';
import { openSnapshot } from '../engine/snapshot/open.js';
import type { Strategy } from '../engine/strategy/strategy.js';
import { describeConfiguration } from './experiment/built-in.js';
import { captureEnvironment } from './io/environment.js';
import { preparePairs, type PreparedPair } from './io/pairs.js';
import { runJob } from './io/run-job.js';
import { Scratch } from './io/scratch.js';
import { listWorkloads } from './io/workload-files.js';
import type { Job, Outcome } from './measurement/job.js';
import { fitPrices, type PricedRun } from './tuning/fit-prices.js';
import { profileSpace } from './tuning/search/profile-space.js';
import { randomPoint, strategyOf, type SearchSpace } from './tuning/search/space.js';
import { workAmounts } from './tuning/work-model.js';
import { parts, workPricesSchemaName, type Part, type WorkPricesFile } from './tuning/work-prices.js';

export interface PriceBenchOptions {
  /** By default 450. */
  readonly runs?: number;
  /** Of each run; by default 2. */
  readonly rounds?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: {
    readonly done: number;
    readonly total: number;
    readonly what: string;
  }) => void;
}

/** Of the sizes in the definitions. */
const scales = [0.06, 0.25, 0.6] as const;

/** Throws DataError (a delta that is not exact), WorldError, CancelledError. With 450 runs some four minutes. */
export async function benchPrices(options: PriceBenchOptions = {}): Promise<WorkPricesFile> {
  const { runs = 450, rounds = 2, seed = 1, signal, onProgress } = options;
  const scratch = new Scratch();
  try {
    const pairs = await preparedPairs(scratch, signal);
    const folder = scratch.newFolder('run');
    const random = new Random(seed).fork('prices');
    const spaces = drawnSpaces();
    const priced: PricedRun[] = [];
    for (let done = 0; done < runs; done++) {
      throwIfCancelled(signal);
      const space = present(spaces[random.below(spaces.length)], 'space');
      const strategy = strategyOf(space, randomPoint(space, random));
      const pair = present(pairs[random.below(pairs.length)], 'pair');
      const what = `${describeConfiguration(strategy).id} on ${pair.record.name}`;
      onProgress?.({ done, total: runs, what });
      priced.push(await pricedRun(strategy, pair, rounds, folder, signal));
    }
    return {
      schema: workPricesSchemaName,
      environment: captureEnvironment(),
      options: { seed, runs, rounds },
      ...fitPrices(priced),
    };
  } finally {
    scratch.remove();
  }
}

/** Two, each as likely: the adaptive strategy, and every strategy. */
function drawnSpaces(): readonly SearchSpace[] {
  // This profile's features forbid nothing.
  const profile = loadProfile('live-replication');
  const values = {
    fingerprint: ['xxh3-128', 'blake3', 'sha256'],
    codec: ['stored', 'lz4', 'deflate', 'auto', 'zstd'],
    deflate: ['native', 'portable'],
  };
  return [profileSpace(profile, { strategies: ['adaptive'], values }), profileSpace(profile, { values })];
}

async function preparedPairs(scratch: Scratch, signal: AbortSignal | undefined): Promise<PreparedPair[]> {
  const workloads = listWorkloads()
    .filter(({ definition }) => definition.from !== 'packages')
    .map(({ name }) => name);
  const pairs: PreparedPair[] = [];
  for (const scale of scales) {
    const folder = scratch.newFolder('workloads');
    const choices = { workloads, scale, ...(signal === undefined ? {} : { signal }) };
    pairs.push(...(await preparePairs(folder, choices, () => undefined)));
  }
  return pairs;
}

async function pricedRun(
  strategy: Strategy,
  { pair }: PreparedPair,
  rounds: number,
  scratchPath: string,
  signal: AbortSignal | undefined,
): Promise<PricedRun> {
  const job: Job = {
    configuration: describeConfiguration(strategy).id,
    strategy,
    pairs: [pair],
    stageTimes: 'cpu',
    workers: 1,
    recheck: [],
    warmUp: false,
    scratchPath,
  };
  const outcomes: Outcome[] = [];
  for (let round = 0; round < rounds; round++) {
    for await (const outcome of runJob(job, signal)) outcomes.push(outcome);
  }
  const files = {
    base: openSnapshot(pair.basePath).layout.entryCount,
    target: openSnapshot(pair.targetPath).layout.entryCount,
  };
  const times = outcomes.map(timesOf);
  const leastOf = (part: Part): number => Math.min(...times.map((time) => time[part]));
  return {
    amounts: workAmounts(strategy, present(outcomes[0], 'outcome'), files),
    paidMs: Object.fromEntries(parts.map((part) => [part, leastOf(part)])) as Record<Part, number>,
  };
}

/** CPU milliseconds of each part: of the stages that have prices of their own, and of all else. */
function timesOf({ stageMs, sample }: Outcome): Record<Part, number> {
  const stageOf = (part: Part): Stage => part.split(' ')[1] as Stage;
  const times = {} as Record<Part, number>;
  for (const side of ['diff', 'apply'] as const) {
    let otherMs = side === 'diff' ? sample.diffCpuMs : sample.applyCpuMs;
    for (const part of parts.filter((one) => one.startsWith(side) && !one.endsWith('other'))) {
      times[part] = stageMs[side][stageOf(part)] ?? 0;
      otherMs -= times[part];
    }
    times[`${side} other`] = Math.max(0, otherMs);
  }
  return times;
}
