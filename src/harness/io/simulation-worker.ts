/** Entry of a worker thread that runs seeds of the simulator. */
import { workerData } from 'piscina';
import { toPlainFailure } from '../../base/errors.js';
import type { Batch } from '../../engine/parallel/pool.js';
import { SimulationLane } from '../simulate/lane.js';
import type { SimulationSetup } from '../simulate/lane.js';
import type { SeedRow } from '../simulate/row.js';

/** `backwards`: the last seed of a batch first, so that what a run leaves behind in its thread shows when compared with another thread. */
export interface WorkerSetup extends SimulationSetup {
  readonly order: 'forwards' | 'backwards';
}

let lane: SimulationLane | undefined;

export default async function runBatch(seeds: number[]): Promise<Batch<SeedRow>> {
  try {
    const setup = workerData as WorkerSetup;
    lane ??= new SimulationLane(setup);
    const rows: SeedRow[] = [];
    for (const seed of setup.order === 'forwards' ? seeds : [...seeds].reverse())
      rows.push(await lane.row(seed));
    return { ok: true, results: setup.order === 'forwards' ? rows : rows.reverse() };
  } catch (error) {
    return { ok: false, failure: toPlainFailure(error) };
  }
}
