/**
 * Runs jobs on the calling thread and on threads beside it (node:worker_threads). All of them have the list of the next jobs and claim one
 * after another (claims.ts): the calling thread begins at once, whoever has loaded joins, and none waits while there is a job. What one more thread
 * costs is its start, some 50 ms of CPU that the calling thread does not wait for.
 *
 * Law: no thread is stopped while it loads its modules. Node 20 aborts the whole process when a thread is terminated there
 * (v8::Module::IsGraphAsync, reached through require of an ES module), and a short run may end before its threads have started.
 *
 * Limits: a job of the calling thread blocks its event loop, as all jobs do where there is one thread. Results wait for their turn; `heldBytesOf` bounds
 * what they hold meanwhile.
 */
import { Worker } from 'node:worker_threads';
import { fromPlainFailure } from '../../base/errors.js';
import { claim, claimNext, newClaims, type Listed } from './claims.js';
import type { Executor, Lane } from './executor.js';
import type { Outcome, ThreadData } from './team-thread.js';

export interface TeamOptions<Job, Result> {
  /** URL of a module that calls serveTeam(). */
  readonly worker: URL;
  /** Threads beside the calling one. */
  readonly threads: number;
  /** Structured-cloneable; each thread makes its lane from it. */
  readonly setup: unknown;
  /** The calling thread's lane, which stays the caller's to close. Made when its first job is due. */
  readonly ownLane: () => Lane<Job, Result>;
  /** What a job's result holds until it is taken, roughly. */
  readonly heldBytesOf: (job: Job) => number;
}

/** Jobs that were begun or may be, from the oldest whose result was not taken. A thread has enough of them while the calling one is busy for long. */
const underWayMax = 64;
/** What their results may hold; two jobs for each thread are under way whatever they hold. */
const heldBytesMax = 4 * 1024 * 1024;

/** What a job leaves behind is dropped soon: a larger nursery would only hold more of it. */
const resourceLimits = { maxYoungGenerationSizeMb: 6 };

export class TeamExecutor<Job, Result> implements Executor<Job, Result> {
  readonly #options: TeamOptions<Job, Result>;
  readonly #claims = newClaims(underWayMax);
  readonly #threads: readonly Worker[];
  /** Settled for each thread when it has loaded its modules, or ended. */
  readonly #loaded: readonly Promise<void>[];
  readonly #outcomes = new Map<number, Outcome<Result>>();
  #nextNumber = 0;
  /** Why a thread ended that nobody stopped. */
  #ended: Error | undefined;
  #onArrival: () => void = () => undefined;

  constructor(options: TeamOptions<Job, Result>) {
    this.#options = options;
    const workerData: ThreadData = { setup: options.setup, claims: this.#claims };
    this.#threads = Array.from(
      { length: options.threads },
      () => new Worker(options.worker, { workerData, resourceLimits }),
    );
    this.#loaded = this.#threads.map(hasLoaded);
    for (const thread of this.#threads) this.#listenTo(thread);
  }

  async *run(jobs: Iterable<Job>): AsyncGenerator<Result, void, void> {
    const source = jobs[Symbol.iterator]();
    /** Jobs from the oldest whose result was not taken, and those of them that nobody else is known to have begun. */
    const underWay: Listed<Job>[] = [];
    const open: Listed<Job>[] = [];
    try {
      this.#list(source, underWay, open);
      for (let first = underWay[0]; first !== undefined; first = underWay[0]) {
        const outcome = this.#outcomes.get(first.number);
        if (outcome === undefined) {
          await this.#work(open);
          continue;
        }
        this.#outcomes.delete(first.number);
        underWay.shift();
        if (!outcome.ok) throw fromPlainFailure(outcome.failure);
        yield outcome.result;
        this.#list(source, underWay, open);
      }
    } finally {
      // Nobody waits for these any more.
      for (const { number } of underWay) claim(this.#claims, number);
    }
  }

  async close(): Promise<void> {
    // Idle threads do not keep the process alive, and it has to last until they may be stopped.
    for (const thread of this.#threads) thread.ref();
    await Promise.all(this.#loaded);
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  /** Lists as many jobs as may be under way, here and for every thread. */
  #list(source: Iterator<Job>, underWay: Listed<Job>[], open: Listed<Job>[]): void {
    let heldBytes = underWay.reduce((bytes, job) => bytes + job.heldBytes, 0);
    const atLeast = 2 * (this.#threads.length + 1);
    const listed: Listed<Job>[] = [];
    for (let count = underWay.length; count < underWayMax; count++) {
      if (count >= atLeast && heldBytes >= heldBytesMax) break;
      const next = source.next();
      if (next.done === true) break;
      const job = next.value;
      const held = this.#options.heldBytesOf(job);
      heldBytes += held;
      listed.push({ number: this.#nextNumber++, job, heldBytes: held });
    }
    if (listed.length === 0) return;
    underWay.push(...listed);
    open.push(...listed);
    for (const thread of this.#threads) thread.postMessage(listed);
  }

  /** Does a job that nobody has begun; where there is none, waits for a thread. */
  async #work(open: Listed<Job>[]): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended;
    const own = claimNext(this.#claims, open);
    if (own === undefined) {
      await this.#arrival();
      return;
    }
    this.#outcomes.set(own.number, { ok: true, result: this.#options.ownLane().run(own.job) });
    // Results arrive, others get their turn, and native memory is given back.
    await new Promise((resolve) => setImmediate(resolve));
  }

  async #arrival(): Promise<void> {
    for (const thread of this.#threads) thread.ref();
    await new Promise<void>((resolve) => (this.#onArrival = resolve));
    for (const thread of this.#threads) thread.unref();
  }

  #listenTo(thread: Worker): void {
    thread.unref();
    thread.on('message', (message: { readonly number: number; readonly outcome: Outcome<Result> } | null) => {
      if (message !== null) this.#outcomes.set(message.number, message.outcome);
      this.#onArrival();
    });
    const onEnded = (why: Error): void => {
      this.#ended ??= why;
      this.#onArrival();
    };
    thread.on('error', onEnded);
    thread.on('exit', (code) => onEnded(new Error(`a worker thread ended with code ${code}`)));
  }
}

/** The first message of a thread says that its modules are loaded. */
function hasLoaded(thread: Worker): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['message', 'error', 'exit']) thread.once(event, () => resolve());
  });
}
