/** Tries a strategy on a pair of snapshots, as a search sees it: bytes are exact, checked byte for byte, work is modelled from exact counts; what it took of this machine is told beside. */
import { UsageError } from '../base/errors.js';
import { openSnapshot } from '../engine/snapshot/open.js';
import type { Strategy } from '../engine/strategy/strategy.js';
import { describeConfiguration } from './experiment/built-in.js';
import type { PreparedPair } from './io/pairs.js';
import { runJob } from './io/run-job.js';
import type { Job } from './measurement/job.js';
import type { Figures } from './tuning/figures.js';
import { workOf } from './tuning/work-model.js';
import type { WorkPrices } from './tuning/work-prices.js';

export interface TriedStrategy {
  readonly figures: Figures;
  /** Sampled: of the diff and the apply. */
  readonly cpuMs: number;
}

/** `scratchPath`: an empty folder; left empty. Throws DataError where a delta is not exact, CancelledError. */
export async function tryStrategy(
  strategy: Strategy,
  { pair, record }: PreparedPair,
  prices: WorkPrices,
  scratchPath: string,
  signal?: AbortSignal,
): Promise<TriedStrategy> {
  const files = {
    base: openSnapshot(pair.basePath).layout.entryCount,
    target: openSnapshot(pair.targetPath).layout.entryCount,
  };
  const job: Job = {
    configuration: describeConfiguration(strategy).id,
    strategy,
    pairs: [pair],
    workers: 1,
    recheck: [],
    warmUp: false,
    scratchPath,
  };
  for await (const outcome of runJob(job, signal)) {
    const { packageBytes, exchangeBytes, exchangeTrips } = outcome.exact;
    const figures = {
      workload: record.name,
      packageBytes,
      exchangeBytes,
      exchangeTrips,
      ...workOf(prices, strategy, outcome, files),
      packageSha256: outcome.packageSha256,
    };
    return { figures, cpuMs: outcome.sample.diffCpuMs + outcome.sample.applyCpuMs };
  }
  throw new UsageError(`workload ${record.name} has no pair of snapshots`);
}
