/**
 * `bench kernels`: speed of every kernel by block size, data and implementation, side by side in one run, and whether each target was met.
 *
 * Speeds are by CPU time. What is compared runs in interleaved rounds (measurement/kernels/race.ts); the figure is the median over
 * rounds, the range is over rounds, and a target's ratio is taken round by round. Ratios within one run mean something; figures of two
 * runs differ by 20 % on a quiet machine.
 */
import { join } from 'node:path';
import { present, throwIfCancelled } from '../base/errors.js';
import { createWasmKernels } from '../kernels/load.js';
import { createRivals } from '../kernels/rivals.js';
import { createTwinKernels } from '../kernels/twin/index.js';
import { cpuClock } from './io/clock.js';
import { captureEnvironment } from './io/environment.js';
import { b3sumEntrant, fileEntrant, writeBenchFile, xxhsumEntrant } from './io/peer-programs.js';
import { loadPeers } from './io/peers.js';
import { Scratch } from './io/scratch.js';
import { isFirstData, kernelCases } from './measurement/kernels/all.js';
import { Contents } from './measurement/kernels/content.js';
import { countCases } from './measurement/kernels/count.js';
import { encodedShares } from './measurement/kernels/encoded-shares.js';
import type { Peers } from './measurement/kernels/peers.js';
import { lapsOf, race, racesOf, type Entrant } from './measurement/kernels/race.js';
import { kernelSchemaName } from './report/kernel-results.js';
import type { KernelResults, KernelRow } from './report/kernel-results.js';
import { spread } from './statistics/summary.js';
import { judgeTargets, type Measured } from './tuning/kernel-targets.js';

export interface KernelBenchOptions {
  /** By default 4 KiB, 16 KiB, 64 KiB and 1 MiB. Powers of two from 1 KiB. */
  readonly blockBytes?: readonly number[];
  /** Size of the buffer that is passed over; by default 16 MiB. */
  readonly bytes?: number;
  /** By default 5. */
  readonly rounds?: number;
  /** CPU time that each implementation runs for in each round; by default 30. */
  readonly roundMs?: number;
  /** Kernels by name; by default all. */
  readonly kernels?: readonly string[];
  /** By default everything: each kind of data, and programs beside libraries. `brief` leaves both out, and is not set against targets. */
  readonly extent?: 'full' | 'brief';
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: {
    readonly done: number;
    readonly total: number;
    readonly kernel: string;
  }) => void;
}

type Resolved = Required<Omit<KernelBenchOptions, 'kernels' | 'signal' | 'onProgress'>> & {
  readonly isWanted: (kernel: string, data: string) => boolean;
};

/** Throws CancelledError, WorldError. Peers that are not installed are named in `absent`. */
export async function benchKernels(options: KernelBenchOptions = {}): Promise<KernelResults> {
  const { peers, absent } = await loadPeers();
  const resolved = resolve(options);
  const run = new Run(resolved, peers, options);
  try {
    for (const block of resolved.blockBytes) await run.measureBlock(block);
  } finally {
    run.close();
  }
  return {
    schema: kernelSchemaName,
    environment: captureEnvironment(),
    bytes: resolved.bytes,
    rounds: resolved.rounds,
    absent: [...absent, ...run.absent],
    rows: grouped(run.measured).map(rowOf),
    targets: resolved.extent === 'full' ? judgeTargets(run.measured, resolved.isWanted) : [],
  };
}

function resolve(options: KernelBenchOptions): Resolved {
  const KiB = 1024;
  const {
    blockBytes = [4 * KiB, 16 * KiB, 64 * KiB, 1024 * KiB],
    bytes = 16 * KiB * KiB,
    rounds = 5,
    roundMs = 30,
    extent = 'full',
    kernels,
  } = options;
  return {
    blockBytes,
    bytes: Math.max(bytes, ...blockBytes),
    rounds,
    roundMs,
    extent,
    isWanted: (kernel, data) =>
      (kernels?.includes(kernel) ?? true) && (extent === 'full' || isFirstData(kernel, data)),
  };
}

/** The file that is hashed is so many times as large as the buffer: 256 MiB by default. */
const filePerBuffer = 16;

class Run {
  readonly measured: Measured[] = [];
  readonly absent: string[] = [];
  readonly #options: Resolved;
  readonly #peers: Peers;
  readonly #callbacks: Pick<KernelBenchOptions, 'signal' | 'onProgress'>;
  readonly #contents = new Contents();
  #scratch: Scratch | undefined;
  #blocksDone = 0;

  constructor(options: Resolved, peers: Peers, callbacks: Pick<KernelBenchOptions, 'signal' | 'onProgress'>) {
    this.#options = options;
    this.#peers = peers;
    this.#callbacks = callbacks;
  }

  async measureBlock(blockBytes: number): Promise<void> {
    const { rounds, blockBytes: blocks } = this.#options;
    const counts = this.#counts(blockBytes);
    const shares = encodedShares(
      this.#peers,
      this.#contents,
      this.#sizes(blockBytes),
      this.#options.isWanted,
    );
    const races = racesOf(this.#entrants(blockBytes));
    for (const [index, entrants] of races.entries()) {
      const { signal, onProgress } = this.#callbacks;
      throwIfCancelled(signal);
      onProgress?.({
        done: this.#blocksDone * races.length + index,
        total: blocks.length * races.length,
        kernel: entrants[0]?.kernel ?? '',
      });
      for (const [place, speeds] of race(entrants, rounds).entries()) {
        const { kernel, implementation, data } = present(entrants[place], 'entrant');
        this.measured.push({
          kernel,
          implementation,
          data,
          blockBytes,
          speeds,
          encodedShare: shares.get(`${kernel}: ${implementation}: ${data}`) ?? null,
          wasmInstructionsPerByte:
            implementation === 'wasm' ? (counts.get(`${kernel}: ${data}`) ?? null) : null,
        });
      }
      await new Promise((next) => setImmediate(next));
    }
    this.#blocksDone++;
  }

  close(): void {
    this.#scratch?.remove();
  }

  #sizes(blockBytes: number): { readonly bytes: number; readonly blockBytes: number } {
    return { bytes: this.#options.bytes, blockBytes };
  }

  #entrants(blockBytes: number): Entrant[] {
    const { roundMs, extent, isWanted } = this.#options;
    const contestants = {
      wasm: createWasmKernels(),
      rivals: createRivals(),
      twin: createTwinKernels(),
      peers: this.#peers,
    };
    const cases = kernelCases(contestants, this.#sizes(blockBytes), this.#contents, isWanted);
    return [
      ...cases.map((item) => ({ ...item, lap: lapsOf(item, roundMs, cpuClock) })),
      ...(extent === 'full' ? this.#programs(blockBytes) : []),
    ];
  }

  /** Each where its target is: xxhsum at its own 16 KiB, b3sum at 64 KiB. */
  #programs(blockBytes: number): Entrant[] {
    const { isWanted, bytes } = this.#options;
    const orAbsent = (name: string, entrant: Entrant | undefined): Entrant[] => {
      if (entrant === undefined) this.absent.push(name);
      return entrant === undefined ? [] : [entrant];
    };
    if (blockBytes === 16_384 && isWanted('xxh3-128', 'one block in cache')) {
      return orAbsent('xxhsum', xxhsumEntrant(blockBytes));
    }
    if (blockBytes !== 65_536 || !isWanted('blake3', 'cached file')) return [];
    this.#scratch ??= new Scratch();
    const path = join(this.#scratch.path, 'file');
    const fileBytes = bytes * filePerBuffer;
    writeBenchFile(path, fileBytes, this.#contents.bytes('random', bytes));
    return [
      fileEntrant(createWasmKernels(), path, fileBytes, blockBytes),
      ...orAbsent('b3sum', b3sumEntrant(path, fileBytes)),
    ];
  }

  /** Instructions a byte by `kernel: data`. */
  #counts(blockBytes: number): ReadonlyMap<string, number> {
    const { bytes, isWanted } = this.#options;
    const counts = countCases(bytes, blockBytes, { contents: this.#contents, isWanted });
    return new Map(
      counts.map((count) => [`${count.kernel}: ${count.data}`, count.instructions / count.bytes]),
    );
  }
}

function rowOf({ speeds, ...names }: Measured): KernelRow {
  return { ...names, gigabytesPerSecond: spread(speeds), speeds: [...speeds] };
}

/** Rows of one kernel together, in the order in which they first came; in it by implementation. */
function grouped(rows: readonly Measured[]): Measured[] {
  const inOrderOf = (items: readonly Measured[], keyOf: (item: Measured) => string): Measured[][] => {
    const groups = new Map<string, Measured[]>();
    for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
    return [...groups.values()];
  };
  return inOrderOf(rows, ({ kernel }) => kernel).flatMap((of) =>
    inOrderOf(of, ({ implementation, data }) => `${implementation}: ${data}`).flat(),
  );
}
