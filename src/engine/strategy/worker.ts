/** Entry of a worker thread: builds its lane from the pool's setup and runs batches of jobs. */
import { workerData } from 'piscina';
import { toPlainFailure } from '../../base/errors.js';
import { createWasmKernels } from '../../kernels/load.js';
import { Workspace } from '../../kernels/workspace.js';
import type { Batch } from '../parallel/pool.js';
import type { Done, Job, LaneSetup } from './jobs.js';
import { StrategyLane } from './lane.js';

let lane: StrategyLane | undefined;

/** Gives way to the event loop after each job, as the calling thread does: there the native memory that was collected is given back. */
export default async function runBatch(jobs: Job[]): Promise<Batch<Done>> {
  try {
    lane ??= newLane(workerData as LaneSetup);
    const results: Done[] = [];
    for (const job of jobs) {
      results.push(lane.run(job));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { ok: true, results };
  } catch (error) {
    return { ok: false, failure: toPlainFailure(error) };
  }
}

function newLane(setup: LaneSetup): StrategyLane {
  const workspace = new Workspace(createWasmKernels(setup.kernels));
  return new StrategyLane(setup, workspace, { nowMs: () => performance.now() });
}
