/**
 * One thread's kernels and the windows that its jobs use: region data, cuts, digests. Windows are reserved when first
 * needed, so a job pays only for what it touches; together they stay near 40 MiB whatever the image's size.
 */
import { blockBytesMax, blockBytesMin, regionBytes, regionLeavesMax } from '../base/limits.js';
import type { KernelInstance } from './abi.js';
import { Arena, type Window } from './arena.js';

/** Region plus the longest block that may reach over its end. */
export const dataWindowBytes = regionBytes + blockBytesMax;

/** Most blocks that one region is cut into: each is of the minimum size or ends its entry. */
export const regionBlocksMax = dataWindowBytes / blockBytesMin + regionLeavesMax;

const digestBytesMax = 32;

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
} as const;
export type WindowName = keyof typeof windowBytes;

export class Workspace {
  readonly arena: Arena;
  readonly #windows = new Map<WindowName, Window>();

  constructor(instance: KernelInstance) {
    this.arena = new Arena(instance);
  }

  get kernels(): KernelInstance {
    return this.arena.instance;
  }

  window(name: WindowName): Window {
    let window = this.#windows.get(name);
    if (window === undefined) {
      window = this.arena.reserve(windowBytes[name]);
      this.#windows.set(name, window);
    }
    return window;
  }

  /** Puts cuts into their window and returns it. */
  loadCuts(cuts: Uint32Array): Window {
    const window = this.window('cuts');
    window.u32(cuts.length).set(cuts);
    return window;
  }
}
