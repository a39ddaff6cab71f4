/** Entry of a worker thread: builds its lane from the pool's setup and runs batches of jobs. */
import { workerData } from 'piscina';
import { toPlainFailure } from '../../base/errors.js';
import { createWasmKernels } from '../../kernels/load.js';
import type { Batch } from '../parallel/pool.js';
import type { Done, Job, LaneSetup } from './jobs.js';
import { StrategyLane } from './lane.js';

let lane: StrategyLane | undefined;

export default function runBatch(jobs: Job[]): Batch<Done> {
  try {
    lane ??= newLane(workerData as LaneSetup);
    const results: Done[] = [];
    for (const job of jobs) results.push(lane.run(job));
    return { ok: true, results };
  } catch (error) {
    return { ok: false, failure: toPlainFailure(error) };
  }
}

function newLane(setup: LaneSetup): StrategyLane {
  return new StrategyLane(setup, createWasmKernels(setup.kernels), { nowMs: () => performance.now() });
}
