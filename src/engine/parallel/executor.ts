/**
 * Runs jobs and gives their results back in order, whoever does the work. A job is plain data and its result depends on the
 * job alone, so the number of workers decides how long it takes and nothing else.
 */

export interface Executor<Job, Result> {
  /** Results in the order of the jobs. Stops early, and leaves nothing running, when the consumer stops or an error is thrown. */
  run(jobs: Iterable<Job>): AsyncGenerator<Result, void, void>;
  close(): Promise<void>;
}

/** Something that does jobs one at a time on its own thread. */
export interface Lane<Job, Result> {
  run(job: Job): Result;
  close(): void;
}

/** Does the work on the calling thread, giving way to the event loop after each job. */
export class InlineExecutor<Job, Result> implements Executor<Job, Result> {
  readonly #lane: Lane<Job, Result>;

  constructor(lane: Lane<Job, Result>) {
    this.#lane = lane;
  }

  async *run(jobs: Iterable<Job>): AsyncGenerator<Result, void, void> {
    for (const job of jobs) {
      yield this.#lane.run(job);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  close(): Promise<void> {
    this.#lane.close();
    return Promise.resolve();
  }
}
