/**
 * Runs volumes of the fleet on the calling thread, in the order in which they are asked for.
 *
 * Law: what comes of a job follows from the job alone, unless the side that it runs is not deterministic.
 */
import { newEquipment } from '../../simulator/run/equipment.js';
import type { Equipment } from '../../simulator/run/equipment.js';
import { toPlainFailure } from '../../base/errors.js';
import type { Batch } from '../../engine/parallel/pool.js';
import type { WorkPrices } from '../tuning/work-prices.js';
import { fleetVolume } from './fleet.js';
import type { Problem } from './gates.js';
import { runMixed } from './mixed-run.js';
import type { Side } from './side.js';
import { runVolume, type VolumeRun } from './volume-run.js';

/** Plain data, to cross a thread border. */
export interface FleetJob {
  readonly fleetSeed: number;
  readonly number: number;
  /** Which runs this volume all the way. */
  readonly side: Side;
  /** Where given, the volume also goes from this side to the other one and back. */
  readonly mixedWith?: Side;
}

export interface FleetRow {
  readonly run: VolumeRun;
  readonly mixed: readonly Problem[];
}

export class FleetLane {
  readonly #equipment: Equipment = newEquipment();
  readonly #prices: WorkPrices;

  constructor(prices: WorkPrices) {
    this.#prices = prices;
  }

  async row({ fleetSeed, number, side, mixedWith }: FleetJob): Promise<FleetRow> {
    const volume = fleetVolume(fleetSeed, number);
    const run = await runVolume(volume, side, this.#equipment, this.#prices);
    const mixed =
      mixedWith === undefined ? [] : await runMixed(volume, mixedWith, side, this.#equipment, this.#prices);
    return { run, mixed };
  }

  /** As a thread gets them. */
  async batch(jobs: readonly FleetJob[]): Promise<Batch<FleetRow>> {
    try {
      const results: FleetRow[] = [];
      for (const job of jobs) results.push(await this.row(job));
      return { ok: true, results };
    } catch (error) {
      return { ok: false, failure: toPlainFailure(error) };
    }
  }
}
