/**
 * One thread's kernels and the windows that its jobs use: region data, cuts, digests. All windows are reserved at once, so
 * that memory does not grow, and no view of it is detached, while a job runs. Together they are some 54 MiB whatever the image's size; the
 * system commits a page only when it is touched.
 */
import { blockBytesMax, blockBytesMin, operationsMax, regionBytes, regionLeavesMax } from '../base/limits.js';
import { stepWords, type KernelInstance } from './abi.js';
import { Arena, windowPaddingMax, type Window } from './arena.js';

/** Region plus the longest block that may reach over its end. */
export const dataWindowBytes = regionBytes + blockBytesMax;

/** Most blocks that one region is cut into: each is of the minimum size or ends its entry. */
export const regionBlocksMax = dataWindowBytes / blockBytesMin + regionLeavesMax;

const digestBytesMax = 32;

/** Base pieces laid end to end, and the records of one encoding against them. */
export const gatheredWindowBytes = 512 * 1024;
export const gatheredRecordsMax = 16 * 1024;
/** State of an operation writer (assembly/delta-write.ts). */
const writerBytes = 88;

/** Steps of a run of changes (assembly/delta-each.ts): where every other block of 4 KiB changed, 256 KiB have 64. */
export const stepsMax = 512;

/** Ranges of the base that one window may be gathered from. */
const baseRangesMax = 4096;

const windowBytes = {
  target: dataWindowBytes,
  base: dataWindowBytes,
  cuts: regionBlocksMax * 4,
  digests: regionBlocksMax * digestBytesMax,
  sums: regionBlocksMax * 4,
  counts: 256 * 4,
  literals: dataWindowBytes,
  differences: dataWindowBytes,
  records: 128 * 1024 * 12,
  table: 4 << 18,
  pairs: regionBlocksMax * 8,
  gathered: gatheredWindowBytes,
  gatheredRecords: gatheredRecordsMax * 12,
  writer: writerBytes,
  parts: 12 * baseRangesMax,
  instructions: operationsMax,
  lengths: dataWindowBytes,
  addresses: dataWindowBytes,
  steps: stepsMax * stepWords * 4,
} as const;
/** What the memory of kernels begins with that get a workspace: its windows, constants, and some small windows beside them. */
export const workspaceMemoryBytes =
  2 ** 21 + Object.values(windowBytes).reduce((sum, bytes) => sum + bytes + windowPaddingMax, 0);
export type WindowName = keyof typeof windowBytes;

export class Workspace {
  readonly arena: Arena;
  readonly #windows: Readonly<Record<WindowName, Window>>;

  /** In an arena of its own, or in one that holds other windows already. */
  constructor(instance: KernelInstance, arena = new Arena(instance)) {
    arena.prepare(Object.values(windowBytes));
    const reserve = (name: WindowName): Window => arena.reserve(windowBytes[name]);
    this.arena = arena;
    this.#windows = {
      target: reserve('target'),
      base: reserve('base'),
      cuts: reserve('cuts'),
      digests: reserve('digests'),
      sums: reserve('sums'),
      counts: reserve('counts'),
      literals: reserve('literals'),
      differences: reserve('differences'),
      records: reserve('records'),
      table: reserve('table'),
      pairs: reserve('pairs'),
      gathered: reserve('gathered'),
      gatheredRecords: reserve('gatheredRecords'),
      writer: reserve('writer'),
      parts: reserve('parts'),
      instructions: reserve('instructions'),
      lengths: reserve('lengths'),
      addresses: reserve('addresses'),
      steps: reserve('steps'),
    };
  }

  get kernels(): KernelInstance {
    return this.arena.instance;
  }

  window(name: WindowName): Window {
    return this.#windows[name];
  }

  /** Puts cuts into their window and returns it. */
  loadCuts(cuts: Uint32Array): Window {
    const window = this.window('cuts');
    window.u32(cuts.length).set(cuts);
    return window;
  }
}
