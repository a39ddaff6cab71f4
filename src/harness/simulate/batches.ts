/** Seeds in batches, as threads and processes get them: plain data in and out. */
import { toPlainFailure } from '../../base/errors.js';
import type { Batch } from '../../engine/parallel/pool.js';
import { SimulationLane } from './lane.js';
import type { SimulationSetup } from './lane.js';
import type { SeedRow } from './row.js';

/** `backwards`: the last seed of a batch first, so that what a run leaves behind in its process shows when compared with another one. */
export type BatchOrder = 'forwards' | 'backwards';

export class BatchRunner {
  readonly #lane: SimulationLane;
  readonly #order: BatchOrder;

  constructor(setup: SimulationSetup, order: BatchOrder) {
    this.#lane = new SimulationLane(setup);
    this.#order = order;
  }

  /** Rows in the order of the seeds. */
  async run(seeds: readonly number[]): Promise<Batch<SeedRow>> {
    try {
      const rows: SeedRow[] = [];
      for (const seed of this.#order === 'forwards' ? seeds : [...seeds].reverse())
        rows.push(await this.#lane.row(seed));
      return { ok: true, results: this.#order === 'forwards' ? rows : rows.reverse() };
    } catch (error) {
      return { ok: false, failure: toPlainFailure(error) };
    }
  }
}
