/** The lanes of one run: inline for one worker, a pool of threads for more. Threads start with the first job. */
import type { Clock } from '../../base/clock.js';
import { createWasmKernels } from '../../kernels/load.js';
import { InlineExecutor, type Executor } from '../parallel/executor.js';
import type { Done, Job, JobType, LaneSetup } from './jobs.js';
import { StrategyLane } from './lane.js';

/** Built code, from src as from dist: threads cannot run TypeScript. */
const workerModule = new URL('../../../dist/engine/strategy/worker.js', import.meta.url);

/** Regions of a task: amortises 0.3 ms of messaging over some 8 ms of work. */
const regionsInTask = 4;

export class Lanes {
  readonly #setup: LaneSetup;
  readonly #workers: number;
  readonly #clock: Clock;
  #regions: Executor<Job, Done> | undefined;

  constructor(setup: LaneSetup, options: { readonly workers: number; readonly clock: Clock }) {
    this.#setup = setup;
    this.#workers = options.workers;
    this.#clock = options.clock;
  }

  async *run<T extends JobType>(jobs: Iterable<Job<T>>): AsyncGenerator<Done<T>, void, void> {
    this.#regions ??= await this.#start();
    // A lane answers each job with the result of its type.
    yield* this.#regions.run(jobs as Iterable<Job>) as AsyncGenerator<Done<T>, void, void>;
  }

  async close(): Promise<void> {
    await this.#regions?.close();
  }

  async #start(): Promise<Executor<Job, Done>> {
    if (this.#workers <= 1)
      return new InlineExecutor(new StrategyLane(this.#setup, createWasmKernels(), this.#clock));
    const { PoolExecutor } = await import('../parallel/pool.js');
    return new PoolExecutor<Job, Done>({
      worker: workerModule,
      workers: this.#workers,
      setup: this.#setup,
      batchOf: (job) => (job.type === 'encode' ? 1 : regionsInTask),
    });
  }
}
