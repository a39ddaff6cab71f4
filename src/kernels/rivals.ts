/**
 * Kernels that others have published, built by us as well as we can, to be measured beside ours: `dist/kernels/rivals.wasm`, from
 * assembly/rivals. The engine never uses them. The laws of abi.ts hold for them, too; in place of a twin each has a plain reference in its tests.
 */
import type { InstructionCounter, LinearMemory } from './abi.js';
import { compileKernels, instantiateModule, modulePath, type KernelBuild } from './load.js';

/**
 * Cuts [data, data + length) as if a cut lay at `data`, and writes end offsets to `cuts` (room for length / min(minBytes, averageBytes - 256) + 1
 * u32; minBytes is at least 1). With `final` = 0 it stops where fewer than `maxBytes` remain, with `final` = 1 the end of data is a cut. min <= average <= max.
 * Returns the cut count.
 */
export type CutKernel = (
  data: number,
  length: number,
  final: number,
  minBytes: number,
  averageBytes: number,
  maxBytes: number,
  cuts: number,
) => number;

export interface RivalFunctions {
  /** Rapid Asymmetric Maximum (Widodo et al. 2017), a byte at a time. */
  readonly ram: CutKernel;
  /** The same cuts, 64 bytes a step (VectorCDC, Udayashankar et al. 2025). */
  readonly vram: CutKernel;
  /** SeqCDC (Udayashankar et al. 2024) in its increasing mode. */
  readonly seqcdc: CutKernel;

  /**
   * Indexes the base's windows of 64 bytes at multiples of `stepBytes` (fewer than 2^20 of them) in `table` of 2^tableBits u32; of windows
   * that share a slot the lowest stays.
   */
  readonly rollingGearIndex: (
    base: number,
    baseLength: number,
    stepBytes: number,
    table: number,
    tableBits: number,
  ) => void;

  /**
   * Looks for the indexed windows at every byte of the target. Writes triples of u32 {target offset, length, base offset}, verified and grown both
   * ways, ascending and not overlapping, of at least 64 bytes; `out` has room for targetLength / 64. Returns their count.
   */
  readonly rollingGearSearch: (
    base: number,
    baseLength: number,
    target: number,
    targetLength: number,
    stepBytes: number,
    table: number,
    tableBits: number,
    out: number,
  ) => number;
}

/** Names of all rivals, in the order of the interface. */
export const rivalNames = [
  'ram',
  'vram',
  'seqcdc',
  'rollingGearIndex',
  'rollingGearSearch',
] as const satisfies readonly (keyof RivalFunctions)[];

export interface RivalInstance extends LinearMemory, InstructionCounter {
  readonly functions: RivalFunctions;
}

/** A new instance with its own memory. Throws WorldError when the module was not built or cannot be read. */
export function createRivals(build: KernelBuild = 'plain'): RivalInstance {
  return instantiateModule<RivalFunctions>(compileKernels(modulePath('rivals', build)), rivalNames);
}
