/**
 * `bench calibration`: what the replication code's CPU work costs on this machine, for worlds that are simulated (simulator/process/calibration.ts). Each kind of work is done as
 * the coder and the stores do it, on two sizes; a line through both gives its start and its rate.
 *
 * A time is CPU time of this process, the least of some rounds: what else the machine does can only add to it. A short piece of work is repeated until a round takes 5 ms. All kinds
 * take turns in each round, so that a busy moment spoils one round of all rather than all of one.
 */
import { throwIfCancelled } from '../base/errors.js';
import type { WorkKind } from '../base/runtime.js';
import { memorySnapshot } from '../engine/snapshot/memory.js';
import { fingerprints, Hasher } from '../engine/fingerprint/fingerprint.js';
import { compress, decompress } from '../engine/package/codecs.js';
import { Arena } from '../kernels/arena.js';
import { createWasmKernels } from '../kernels/load.js';
import { EngineCoder } from '../replication/coding/coder.js';
import type { Calibration, WorkCost } from '../simulator/process/calibration.js';
import { cpuClock } from './io/cpu-clock.js';
import { captureEnvironment } from './io/environment.js';
import { freshSourceOf, sourceOf } from './measurement/data-kinds.js';
import type { Environment } from './measurement/environment.js';

/** A calibration file: read by `simulate --calibration`, which looks at `work` alone. */
export interface CalibrationFile {
  readonly version: 1;
  readonly environment: Environment;
  readonly work: Calibration;
}

export interface CalibrationBenchOptions {
  /** By default 15. */
  readonly rounds?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** One kind of work on one size. */
interface Task {
  /** As it is told to Runtime.work(). */
  readonly bytes: number;
  readonly run: () => unknown;
}

/** A small segment, and the largest. */
const sizes = [64 * 1024, 4 * 1024 * 1024] as const;
const roundMsMin = 5;
/** Of pages of a database, one edit of 200 bytes in each 64 KiB. */
const editEveryBytes = 65_536;
const editBytes = 200;

/** Throws CancelledError. Takes some 10 s. */
export async function benchCalibration(options: CalibrationBenchOptions = {}): Promise<CalibrationFile> {
  const { rounds = 15, signal, onProgress } = options;
  const pairs = await Promise.all(sizes.map(tasksOf));
  const [small, large] = pairs;
  if (small === undefined || large === undefined) throw new RangeError('two sizes');
  const kinds = Object.keys(small) as WorkKind[];
  const least = new Map<Task, number>();
  for (let round = 0; round < rounds; round++) {
    onProgress?.({ done: round, total: rounds });
    for (const task of pairs.flatMap((tasks) => kinds.map((kind) => tasks[kind]))) {
      throwIfCancelled(signal);
      least.set(task, Math.min(least.get(task) ?? Infinity, await millisecondsOf(task)));
    }
  }
  const costOf = (kind: WorkKind): WorkCost => {
    const [a, b] = [small[kind], large[kind]];
    return lineThrough([a.bytes, least.get(a) ?? 0], [b.bytes, least.get(b) ?? 0]);
  };
  const work = Object.fromEntries(kinds.map((kind) => [kind, costOf(kind)])) as Record<WorkKind, WorkCost>;
  return { version: 1, environment: captureEnvironment(), work };
}

/** CPU milliseconds of one run. */
async function millisecondsOf({ run }: Task): Promise<number> {
  const started = cpuClock.nowMs();
  for (let count = 1; ; count++) {
    await run();
    const spent = cpuClock.nowMs() - started;
    if (spent >= roundMsMin) return spent / count;
  }
}

/** The cost whose line goes through two points of bytes and milliseconds; two digits are as much as such a measurement knows. */
export function lineThrough(
  [smallBytes, smallMs]: readonly [number, number],
  [largeBytes, largeMs]: readonly [number, number],
): WorkCost {
  // A larger piece of work takes longer; should noise say otherwise, the start is what there is.
  const msPerByte = Math.max(largeMs - smallMs, 1e-3) / (largeBytes - smallBytes);
  return {
    bytesPerSecond: Number((1000 / msPerByte).toPrecision(2)),
    startMicros: Number((Math.max(0, smallMs - smallBytes * msPerByte) * 1000).toPrecision(2)),
  };
}

/** Every kind of work on images of a size, done once. */
async function tasksOf(size: number): Promise<Readonly<Record<WorkKind, Task>>> {
  const told = { bytes: 0 };
  const work = (_kind: WorkKind, bytes: number): Promise<void> => {
    told.bytes = bytes;
    return Promise.resolve();
  };
  const kernels = createWasmKernels();
  const coder = new EngineCoder({ work }, kernels);
  const hasher = new Hasher(fingerprints.blake3, new Arena(kernels));
  const base = new Uint8Array(size);
  sourceOf('pages', 1).fill(0, base);
  const target = base.slice();
  for (let at = 0; at < size; at += editEveryBytes)
    freshSourceOf('pages', 1).fill(at, target.subarray(at, at + editBytes));
  const snapshot = memorySnapshot('image', [{ path: '', bytes: target }]);
  const cut = { chunker: { name: 'fixed', blockBytes: 65_536 }, fingerprint: 'blake3' } as const;
  const encoded = await coder.encode(base, target);
  const packed = compress('zstd', 3, target, 'portable') ?? target;
  const asTold = async (run: () => Promise<unknown>): Promise<Task> => {
    await run();
    return { bytes: told.bytes, run };
  };
  return {
    chunk: await asTold(() => coder.manifestOf(snapshot, cut, 'volume')),
    hash: { bytes: size, run: () => hasher.digest(target) },
    diff: await asTold(() => coder.encode(base, target)),
    apply: await asTold(() => coder.decode(base, encoded, size)),
    compress: { bytes: size, run: () => compress('zstd', 3, target, 'portable') },
    decompress: { bytes: size, run: () => decompress('zstd', packed, size) },
  };
}
