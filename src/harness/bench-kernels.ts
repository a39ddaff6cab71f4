/**
 * `bench kernels`: speed of every kernel by block size and implementation, side by side in one process. tinybench times the passes.
 *
 * Implementations of one kernel run in interleaved rounds, each round starting with another one, so that a machine that changes its speed
 * does so to all of them. The figure is the median over rounds of each round's median pass; the range is over rounds. Ratios within one
 * run mean something; figures of two runs differ by 20 % on a quiet machine.
 */
import { Bench } from 'tinybench';
import { throwIfCancelled } from '../base/errors.js';
import { createWasmKernels } from '../kernels/load.js';
import { createTwinKernels } from '../kernels/twin/index.js';
import { captureEnvironment } from './io/environment.js';
import { loadPeers } from './io/peers.js';
import { kernelCases } from './measurement/kernels/all.js';
import { Contents } from './measurement/kernels/content.js';
import type { PeerCase, Peers } from './measurement/kernels/peers.js';
import { kernelSchemaName } from './report/kernel-results.js';
import type { KernelResults, KernelRow } from './report/kernel-results.js';
import { spread } from './statistics/summary.js';

export interface KernelBenchOptions {
  /** By default 4 KiB, 16 KiB, 64 KiB and 1 MiB. Powers of two from 1 KiB. */
  readonly blockBytes?: readonly number[];
  /** Size of the buffer that is passed over; by default 16 MiB. */
  readonly bytes?: number;
  /** By default 5. */
  readonly rounds?: number;
  /** How long each implementation runs in each round; by default 40. */
  readonly roundMs?: number;
  /** Kernels by name; by default all. */
  readonly kernels?: readonly string[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: {
    readonly done: number;
    readonly total: number;
    readonly kernel: string;
  }) => void;
}

interface ResolvedOptions {
  readonly blockBytes: readonly number[];
  readonly bytes: number;
  readonly rounds: number;
  readonly roundMs: number;
}

/** Throws CancelledError. Peers that are not installed are named in `absent`. */
export async function benchKernels(options: KernelBenchOptions = {}): Promise<KernelResults> {
  const { peers, absent } = await loadPeers();
  const resolved = resolve(options);
  return {
    schema: kernelSchemaName,
    environment: captureEnvironment(),
    bytes: resolved.bytes,
    rounds: resolved.rounds,
    absent,
    rows: await measureKernels(resolved, peers, options),
  };
}

function resolve(options: KernelBenchOptions): ResolvedOptions {
  const KiB = 1024;
  const {
    blockBytes = [4 * KiB, 16 * KiB, 64 * KiB, 1024 * KiB],
    bytes = 16 * KiB * KiB,
    rounds = 5,
    roundMs = 40,
  } = options;
  return { blockBytes, bytes: Math.max(bytes, ...blockBytes), rounds, roundMs };
}

async function measureKernels(
  { blockBytes, bytes, rounds, roundMs }: ResolvedOptions,
  peers: Peers,
  { kernels, signal, onProgress }: KernelBenchOptions,
): Promise<KernelRow[]> {
  const rows: KernelRow[] = [];
  const isWanted = (kernel: string): boolean => kernels?.includes(kernel) ?? true;
  const contents = new Contents();
  let done = 0;
  for (const block of blockBytes) {
    const [wasm, twin] = [createWasmKernels(), createTwinKernels()];
    const cases = kernelCases(wasm, twin, peers, bytes, block, contents, isWanted);
    const names = [...new Set(cases.map(({ kernel }) => kernel))];
    for (const kernel of names) {
      throwIfCancelled(signal);
      onProgress?.({ done: done++, total: names.length * blockBytes.length, kernel });
      const rivals = cases.filter((item) => item.kernel === kernel);
      for (const { rival, speeds } of race(rivals, rounds, roundMs)) {
        rows.push({
          kernel,
          implementation: rival.implementation,
          blockBytes: block,
          data: rival.data,
          gigabytesPerSecond: spread(speeds),
          wasmInstructionsPerByte: null,
        });
      }
      await new Promise((next) => setImmediate(next));
    }
  }
  return grouped(rows);
}

/** Rows of one kernel and implementation together, in the order in which they first came. */
function grouped(rows: readonly KernelRow[]): KernelRow[] {
  const groups = new Map<string, KernelRow[]>();
  for (const row of rows) {
    const key = `${row.kernel}\n${row.implementation}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].flat();
}

function race(
  rivals: readonly PeerCase[],
  rounds: number,
  roundMs: number,
): { rival: PeerCase; speeds: number[] }[] {
  const entries = rivals.map((rival) => ({ rival, speeds: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    const start = round % entries.length;
    const bench = new Bench({
      time: roundMs,
      iterations: 3,
      // The first round warms everything up; later ones continue.
      warmup: round === 0,
      warmupTime: roundMs / 2,
      warmupIterations: 2,
    });
    const running = [...entries.slice(start), ...entries.slice(0, start)];
    for (const { rival } of running) bench.add(`${rival.implementation} ${rival.data}`, rival.pass);
    for (const [index, task] of bench.runSync().entries()) {
      const entry = running[index];
      if (entry === undefined) continue;
      if (task.result.state === 'errored') throw task.result.error;
      if (task.result.state !== 'completed') continue;
      entry.speeds.push(entry.rival.bytes / 1e6 / task.result.latency.p50);
    }
  }
  return entries;
}
