/** Entry of a worker thread that runs seeds of the simulator. */
import { workerData } from 'piscina';
import type { Batch } from '../../engine/parallel/pool.js';
import { BatchRunner } from '../simulate/batches.js';
import type { SimulationSetup } from '../simulate/lane.js';
import type { SeedRow } from '../simulate/row.js';

let runner: BatchRunner | undefined;

export default function runBatch(seeds: number[]): Promise<Batch<SeedRow>> {
  runner ??= new BatchRunner(workerData as SimulationSetup, 'forwards');
  return runner.run(seeds);
}
