/**
 * Runs jobs on worker threads (piscina). Each worker builds its own lane from the setup: own kernels, own file handles. A task costs
 * some 0.3 ms of messaging, so jobs travel in batches; at most two batches a worker are under way, which bounds memory.
 *
 * Law: no worker is stopped while it loads its modules. Node 20 aborts the whole process when a thread is terminated there
 * (v8::Module::IsGraphAsync, reached through require of an ES module), and a short run ends before its last workers have started.
 */
import type { Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { fromPlainFailure, type PlainFailure } from '../../base/errors.js';
import type { Executor } from './executor.js';

export interface PoolOptions<Job> {
  /** URL of a module whose default export runs a batch: `(jobs: Job[]) => Batch<Result>`. */
  readonly worker: URL;
  readonly workers: number;
  /** Structured-cloneable; each worker finds it in `piscina.workerData`. */
  readonly setup: unknown;
  /** How many jobs like this one travel in one task. */
  readonly batchOf: (job: Job) => number;
}

/** What a worker sends home: errors do not survive the crossing as themselves. */
export type Batch<Result> =
  { readonly ok: true; readonly results: Result[] } | { readonly ok: false; readonly failure: PlainFailure };

export class PoolExecutor<Job, Result> implements Executor<Job, Result> {
  readonly #pool: Piscina<Job[], Batch<Result>>;
  readonly #options: PoolOptions<Job>;
  /** Settled for each worker when it has loaded its modules, or ended. */
  readonly #loaded: readonly Promise<void>[];

  constructor(options: PoolOptions<Job>) {
    this.#options = options;
    this.#pool = new Piscina<Job[], Batch<Result>>({
      filename: options.worker.href,
      minThreads: options.workers,
      maxThreads: options.workers,
      workerData: options.setup,
    });
    // Of a worker without a task, which fails no job; one that has a task rejects it.
    this.#pool.on('error', () => undefined);
    this.#loaded = this.#pool.threads.map(hasLoaded);
  }

  async *run(jobs: Iterable<Job>): AsyncGenerator<Result, void, void> {
    const batches = inBatches(jobs, this.#options.batchOf)[Symbol.iterator]();
    const underWay: Promise<Batch<Result>>[] = [];
    const refill = (): void => {
      while (underWay.length < this.#options.workers * 2) {
        const next = batches.next();
        if (next.done === true) return;
        const task = this.#pool.run(next.value);
        // The consumer may stop before this one is awaited; its failure is then of no interest.
        task.catch(() => undefined);
        underWay.push(task);
      }
    };
    refill();
    for (let task = underWay.shift(); task !== undefined; task = underWay.shift()) {
      const batch = await task;
      if (!batch.ok) throw fromPlainFailure(batch.failure);
      yield* batch.results;
      refill();
    }
  }

  async close(): Promise<void> {
    // Idle workers do not keep the process alive, and it has to last until they may be stopped.
    for (const thread of this.#pool.threads) thread.ref();
    await Promise.all(this.#loaded);
    await this.#pool.destroy();
  }
}

/** The first message of a worker says that its modules are loaded. */
function hasLoaded(thread: Worker): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['message', 'error', 'exit']) thread.once(event, () => resolve());
  });
}

function* inBatches<T>(items: Iterable<T>, sizeFor: (item: T) => number): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length >= sizeFor(item)) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
