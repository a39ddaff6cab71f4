/**
 * What one run of the engine holds: lanes that do its jobs, kernels and readers of the calling thread for what has to be done in sequence, the
 * meter that everything is counted on. Closed once, whatever happened.
 */
import { assert, throwIfCancelled } from '../../base/errors.js';
import { Meter } from '../../base/meter.js';
import { Arena } from '../../kernels/arena.js';
import { createWasmKernels } from '../../kernels/load.js';
import { Workspace, workspaceMemoryBytes } from '../../kernels/workspace.js';
import type { BorrowedWorkspace } from '../../kernels/workspace-pool.js';
import { fingerprints, Hasher } from '../fingerprint/fingerprint.js';
import type { ScanContext } from '../fingerprint/scan.js';
import type { ContentReader, Snapshot } from '../snapshot/snapshot.js';
import type { Job, JobTable, JobType, Side } from './jobs.js';
import { estimateDetectMs } from './estimate.js';
import { borrowWorkspace, Lanes, type LaneOptions } from './lanes.js';
import type { Strategy } from './strategy.js';

export interface RunOptions extends LaneOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly phase: 'detect' | 'encode';
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface RunSides {
  readonly base: Snapshot | undefined;
  readonly target: Snapshot;
  /** For each target entry the opposite base entry, or -1. */
  readonly pairs: Int32Array;
}

export class EngineRun {
  readonly meter: Meter;
  readonly hasher: Hasher;
  readonly sides: RunSides;
  readonly #strategy: Strategy;
  readonly #options: RunOptions;
  readonly #arena: Arena;
  readonly #lanes: Lanes;
  readonly #borrowed: BorrowedWorkspace | undefined;
  #workspace: Workspace | undefined;
  readonly #readers = new Map<Side, ContentReader>();
  readonly #totalBytes: number;
  #doneBytes = 0;

  constructor(sides: RunSides, strategy: Strategy, options: RunOptions) {
    const { base, target, pairs } = sides;
    this.sides = sides;
    this.#strategy = strategy;
    this.#options = options;
    const { clock, kernels = 'plain', workspaces, signal, onProgress } = options;
    this.#borrowed = workspaces && borrowWorkspace(options);
    this.#workspace = this.#borrowed?.workspace;
    this.#arena = this.#workspace?.arena ?? new Arena(createWasmKernels(kernels, workspaceMemoryBytes));
    this.meter = new Meter(clock, this.#arena.instance.instructions);
    this.hasher = new Hasher(fingerprints[strategy.fingerprint], this.#arena);
    const isWatched = workspaces === undefined || signal !== undefined || onProgress !== undefined;
    this.#lanes = new Lanes(
      { base: base?.source, target: target.source, pairs, strategy, kernels },
      options,
      isWatched ? 'each-job' : 'never',
      // Lanes count the instructions of their own kernels.
      kernels === 'metered' ? undefined : () => this.#ownWorkspace(),
    );
    this.#totalBytes = target.layout.totalBytes + (base?.layout.totalBytes ?? 0);
  }

  /** Has threads start, where work of `estimateMs`, by default detection, will have use for them: they load while the calling thread goes on. */
  async prepare(estimateMs = estimateDetectMs(this.#strategy, this.#totalBytes)): Promise<void> {
    await this.#lanes.prepare(estimateMs);
  }

  /**
   * Runs jobs on the lanes, in order; adds what they count; stops between them when cancelled. `estimateMs` says what one lane would
   * need, by default for detection.
   */
  async *run<T extends JobType>(
    jobs: Iterable<Job<T>>,
    estimateMs = estimateDetectMs(this.#strategy, this.#totalBytes),
  ): AsyncGenerator<JobTable[T]['result'], void, void> {
    throwIfCancelled(this.#options.signal);
    const passed: number[] = [];
    for await (const { result, reading } of this.#lanes.run(withBytes(jobs, passed), estimateMs)) {
      throwIfCancelled(this.#options.signal);
      this.meter.add(reading);
      this.#reportDetected(passed.shift() ?? 0);
      yield result;
    }
  }

  /** Kernels and a reader on the calling thread. */
  scanContext(side: Side): ScanContext {
    const snapshot = this.sides[side];
    assert(snapshot !== undefined, 'the content of this side is at hand');
    let reader = this.#readers.get(side);
    if (reader === undefined) {
      reader = snapshot.openReader();
      this.#readers.set(side, reader);
    }
    const { fingerprint } = this.hasher;
    const workspace = this.#ownWorkspace();
    return { workspace, reader, layout: snapshot.layout, fingerprint, meter: this.meter };
  }

  /** Windows of the calling thread; where threads do all scanning there are none. */
  #ownWorkspace(): Workspace {
    return (this.#workspace ??= new Workspace(this.#arena.instance, this.#arena));
  }

  reportEncoded(doneBytes: number): void {
    this.#options.onProgress?.({
      phase: 'encode',
      doneBytes,
      totalBytes: this.sides.target.layout.totalBytes,
    });
  }

  /** Throws CancelledError, or WorldError when a file of either side changed since it was listed. */
  assertUnchanged(): void {
    throwIfCancelled(this.#options.signal);
    this.sides.target.assertUnchanged();
    this.sides.base?.assertUnchanged();
  }

  async close(): Promise<void> {
    for (const reader of this.#readers.values()) reader.close();
    await this.#lanes.close();
    this.#borrowed?.giveBack();
  }

  #reportDetected(bytes: number): void {
    if (bytes === 0) return;
    this.#doneBytes += bytes;
    const totalBytes = this.#totalBytes;
    this.#options.onProgress?.({
      phase: 'detect',
      doneBytes: Math.min(this.#doneBytes, totalBytes),
      totalBytes,
    });
  }
}

/** Hands jobs on and notes of each how much it passes over, for those that know. */
function* withBytes<T extends JobType>(jobs: Iterable<Job<T>>, passed: number[]): Generator<Job<T>> {
  for (const job of jobs) {
    const sides = job.type === 'compare' || job.type === 'follow' ? 2 : 1;
    passed.push('region' in job ? job.region.length * sides : 0);
    yield job;
  }
}
