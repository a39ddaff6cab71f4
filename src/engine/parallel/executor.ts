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

/**
 * `each-job`: the event loop turns after each job, so that others get their turn and native memory is given back. `never`: no timer is involved, and
 * a run stays in the time of who drives it.
 */
export type Turns = 'each-job' | 'never';

/** Does the work on the calling thread. */
export class InlineExecutor<Job, Result> implements Executor<Job, Result> {
  readonly #lane: Lane<Job, Result>;
  readonly #turns: Turns;

  constructor(lane: Lane<Job, Result>, turns: Turns = 'each-job') {
    this.#lane = lane;
    this.#turns = turns;
  }

  async *run(jobs: Iterable<Job>): AsyncGenerator<Result, void, void> {
    for (const job of jobs) {
      yield this.#lane.run(job);
      if (this.#turns === 'each-job') await new Promise((resolve) => setImmediate(resolve));
    }
  }

  close(): Promise<void> {
    this.#lane.close();
    return Promise.resolve();
  }
}
