/** Entry of a worker thread that counts instructions of kernels. */
import { toPlainFailure } from '../../base/errors.js';
import type { Batch } from '../../engine/parallel/pool.js';
import { CountingLane, type CountJob, type KernelCount } from '../measurement/kernels/counting.js';

const lane = new CountingLane();

export default function runBatch(jobs: CountJob[]): Batch<readonly KernelCount[]> {
  try {
    return { ok: true, results: jobs.map((job) => lane.run(job)) };
  } catch (error) {
    return { ok: false, failure: toPlainFailure(error) };
  }
}
