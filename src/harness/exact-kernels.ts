/**
 * `bench kernels --exact`: executed WebAssembly instructions of every kernel that is built here, ours and rivals, on every kind of data, on
 * one thread or several. The same on every machine, to the last instruction; docs/exact-cost.md says what that tells and what it does not.
 */
import { throwIfCancelled } from '../base/errors.js';
import { InlineExecutor, type Executor } from '../engine/parallel/executor.js';
import { builtKernelNames } from './measurement/kernels/own.js';
import { CountingLane, type CountJob, type KernelCount } from './measurement/kernels/counting.js';
import { exactKernelSchemaName, type ExactKernelResults } from './report/exact-kernel-results.js';

/** Built code, from src as from dist: threads cannot run TypeScript. */
const workerModule = new URL('../../dist/harness/io/count-worker.js', import.meta.url);

const KiB = 1024;

export interface ExactKernelOptions {
  /** By default 4 KiB, 16 KiB, 64 KiB and 1 MiB. Powers of two from 1 KiB. */
  readonly blockBytes?: readonly number[];
  /** Size of the buffer that is passed over; by default 4 MiB, and at least a block. */
  readonly bytes?: number;
  /** Kernels by name; by default all. */
  readonly kernels?: readonly string[];
  /** Threads; by default 1, the calling one. */
  readonly workers?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** Throws CancelledError. */
export async function countKernels(options: ExactKernelOptions = {}): Promise<ExactKernelResults> {
  const { workers = 1, signal, onProgress } = options;
  const jobs = jobsOf(options);
  const executor = await newExecutor(workers);
  const counts: KernelCount[] = [];
  let done = 0;
  try {
    throwIfCancelled(signal);
    for await (const found of executor.run(jobs)) {
      throwIfCancelled(signal);
      counts.push(...found);
      onProgress?.({ done: ++done, total: jobs.length });
    }
  } finally {
    await executor.close();
  }
  return {
    schema: exactKernelSchemaName,
    rows: counts.map((count) => ({ ...count, instructionsPerByte: perByte(count) })),
  };
}

/** Kernel by kernel, each at every block size. */
function jobsOf({ blockBytes, bytes = 4 * KiB * KiB, kernels }: ExactKernelOptions): CountJob[] {
  const blocks = blockBytes ?? [4 * KiB, 16 * KiB, 64 * KiB, 1024 * KiB];
  const names = builtKernelNames.filter((name) => kernels?.includes(name) ?? true);
  return names.flatMap((kernel) =>
    blocks.map((block) => ({ kernel, blockBytes: block, bytes: Math.max(bytes, block) })),
  );
}

async function newExecutor(workers: number): Promise<Executor<CountJob, readonly KernelCount[]>> {
  if (workers === 1) return new InlineExecutor(new CountingLane());
  const { PoolExecutor } = await import('../engine/parallel/pool.js');
  return new PoolExecutor({ worker: workerModule, workers, setup: undefined, batchOf: () => 1 });
}

function perByte({ instructions, bytes }: KernelCount): number {
  return Math.round((instructions / bytes) * 10_000) / 10_000;
}
