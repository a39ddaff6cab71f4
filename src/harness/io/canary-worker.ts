/** Entry of a worker thread that runs volumes of a fleet. */
import type { Batch } from '../../engine/parallel/pool.js';
import { FleetLane, type FleetJob, type FleetRow } from '../canary/lane.js';
import { readWorkPrices } from './work-prices.js';

let lane: FleetLane | undefined;

export default function runBatch(jobs: FleetJob[]): Promise<Batch<FleetRow>> {
  lane ??= new FleetLane(readWorkPrices().prices);
  return lane.batch(jobs);
}
