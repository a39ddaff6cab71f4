/**
 * The lanes of one run: the calling thread, and worker threads beside it. Given a number of workers, that many work, the calling thread among them; with
 * `auto` threads are started only for a piece of work that outweighs them. Results are the same either way.
 */
import { availableParallelism } from 'node:os';
import type { Clock } from '../../base/clock.js';
import { assert } from '../../base/errors.js';
import { createWasmKernels, type KernelBuild } from '../../kernels/load.js';
import { workspaceMemoryBytes, type Workspace } from '../../kernels/workspace.js';
import { ownWorkspace, type BorrowedWorkspace, type WorkspacePool } from '../../kernels/workspace-pool.js';
import { InlineExecutor, type Executor, type Turns } from '../parallel/executor.js';
import type { Done, Job, JobType, LaneSetup } from './jobs.js';
import { StrategyLane } from './lane.js';

/** Built code, from src as from dist: threads cannot run TypeScript. */
const workerModule = new URL('../../../dist/engine/strategy/worker.js', import.meta.url);

/**
 * Work below which one lane is nearly as fast: a thread costs some 50 ms of CPU to start and load, and as much to warm up, during which the calling
 * thread goes on; it has half of the rest.
 */
const threadsPayFromMs = 200;

export interface LaneOptions {
  /** How many lanes work; 1 is the calling thread. `auto`: as many as the machine has cores, where that pays. */
  readonly workers: number | 'auto';
  /** Upper limit for `auto`. */
  readonly workersMax?: number;
  readonly clock: Clock;
  /** By default `plain`; `metered` counts instructions, too. */
  readonly kernels?: KernelBuild;
  /**
   * Lends the calling thread's kernels and windows, of the same build; by default they are made for this run alone. Results are the same. With one worker such
   * a run settles in microtasks alone, unless it has a signal or a listener.
   */
  readonly workspaces?: WorkspacePool;
}

/** Kernels and windows for the calling thread. */
export function borrowWorkspace({ kernels = 'plain', workspaces }: LaneOptions): BorrowedWorkspace {
  if (workspaces === undefined) return ownWorkspace(createWasmKernels(kernels, workspaceMemoryBytes));
  assert(workspaces.build === kernels, 'kernels that are lent are of the build that was asked for');
  return workspaces.borrow();
}

export class Lanes {
  readonly #setup: LaneSetup;
  readonly #options: LaneOptions;
  readonly #turns: Turns;
  readonly #shared: (() => Workspace) | undefined;
  #borrowed: BorrowedWorkspace | undefined;
  #own: StrategyLane | undefined;
  #team: Executor<Job, Done> | undefined;

  /** `shared`: kernels and windows of the calling thread that a lane on it may use as well, since only one of both works at a time. */
  constructor(setup: LaneSetup, options: LaneOptions, turns: Turns, shared?: () => Workspace) {
    this.#setup = setup;
    this.#options = options;
    this.#turns = turns;
    this.#shared = shared;
  }

  /** Starts threads for work of `estimateMs`, where it pays. */
  async prepare(estimateMs: number): Promise<void> {
    const workers = this.#workersFor(estimateMs);
    if (workers > 1) this.#team ??= await this.#newTeam(workers);
  }

  /** Runs jobs in order. `estimateMs` is what one lane would need for them, roughly. */
  async *run<T extends JobType>(
    jobs: Iterable<Job<T>>,
    estimateMs: number,
  ): AsyncGenerator<Done<T>, void, void> {
    const workers = this.#workersFor(estimateMs);
    const executor =
      workers === 1
        ? new InlineExecutor(this.#ownLane(), this.#turns)
        : (this.#team ??= await this.#newTeam(workers));
    // A lane answers each job with the result of its type.
    yield* executor.run(jobs as Iterable<Job>) as AsyncGenerator<Done<T>, void, void>;
  }

  async close(): Promise<void> {
    this.#own?.close();
    await this.#team?.close();
    this.#borrowed?.giveBack();
  }

  #workersFor(estimateMs: number): number {
    const { workers, workersMax = Infinity } = this.#options;
    if (workers !== 'auto') return workers;
    const pays = this.#team !== undefined || estimateMs >= threadsPayFromMs;
    return pays ? Math.max(1, Math.min(availableParallelism(), workersMax)) : 1;
  }

  #ownLane(): StrategyLane {
    if (this.#own !== undefined) return this.#own;
    const workspace = this.#shared?.() ?? (this.#borrowed = borrowWorkspace(this.#options)).workspace;
    return (this.#own = new StrategyLane(this.#setup, workspace, this.#options.clock));
  }

  async #newTeam(workers: number): Promise<Executor<Job, Done>> {
    const { TeamExecutor } = await import('../parallel/team.js');
    return new TeamExecutor<Job, Done>({
      worker: workerModule,
      threads: workers - 1,
      setup: this.#setup,
      ownLane: () => this.#ownLane(),
      heldBytesOf,
    });
  }
}

/** What a result holds until its turn comes, roughly. */
function heldBytesOf(job: Job): number {
  return job.type === 'encode' ? job.literalsExpected : 16 * 1024;
}
