/** Threads that run the volumes of a fleet; one worker is this thread. */
import { FleetLane, type FleetJob, type FleetRow } from '../canary/lane.js';
import type { FleetExecutor } from '../canary/stage-run.js';
import { readWorkPrices } from './work-prices.js';

/** Built code, from src as from dist: threads cannot run TypeScript. */
const workerModule = new URL('../../../dist/harness/io/canary-worker.js', import.meta.url);

/** A volume takes some 50 ms, sending a batch 0.3 ms. */
const batchVolumes = 2;

export async function fleetExecutor(workers: number): Promise<FleetExecutor> {
  if (workers === 1) return new HereExecutor();
  const { PoolExecutor } = await import('../../engine/parallel/pool.js');
  return new PoolExecutor<FleetJob, FleetRow>({
    worker: workerModule,
    workers,
    setup: {},
    batchOf: () => batchVolumes,
  });
}

class HereExecutor implements FleetExecutor {
  readonly #lane = new FleetLane(readWorkPrices().prices);

  async *run(jobs: Iterable<FleetJob>): AsyncGenerator<FleetRow, void, void> {
    for (const job of jobs) yield await this.#lane.row(job);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
