/**
 * The chunkers that are compared, each with the sizes that belong to an average: ours as the engine sets them, the others as their
 * authors do (Widodo 2017, Udayashankar 2024 and 2025, DedupBench). What is asked of all of them is the average; what comes out is measured.
 */
import { cutPiece } from '../../../engine/chunk/chunker.js';
import type { KernelInstance } from '../../../kernels/abi.js';
import type { RivalFunctions, RivalInstance } from '../../../kernels/rivals.js';

export interface ChunkSizes {
  readonly minBytes: number;
  readonly averageBytes: number;
  readonly maxBytes: number;
}

/** A chunker that reads the data; `fixed` does not. */
export const contentChunkers = ['fastcdc', 'strided', 'ram', 'vram', 'seqcdc'] as const;
export const chunkerNames = ['fixed', ...contentChunkers] as const;
export type ChunkerName = (typeof chunkerNames)[number];

export function chunkSizes(chunker: ChunkerName, averageBytes: number): ChunkSizes {
  switch (chunker) {
    case 'fixed':
      return { minBytes: averageBytes, averageBytes, maxBytes: averageBytes };
    case 'ram':
    case 'vram':
      // The window alone decides how short a chunk can be.
      return { minBytes: averageBytes - 256, averageBytes, maxBytes: averageBytes * 4 };
    case 'seqcdc':
      return { minBytes: averageBytes / 2, averageBytes, maxBytes: averageBytes * 2 };
    case 'fastcdc':
    case 'strided':
      return { minBytes: averageBytes / 4, averageBytes, maxBytes: averageBytes * 4 };
  }
}

/** Fewest bytes of a chunk that does not end the data, over all chunkers of an average: sizes the window of cuts. */
export function chunkBytesMin(averageBytes: number): number {
  return averageBytes / 4;
}

/** Cuts `length` bytes at `data` of the chunker's own memory into `cuts` of the same. Returns the number of cuts. */
export function cutWith(
  chunker: ChunkerName,
  sizes: ChunkSizes,
  engine: KernelInstance,
  rivals: RivalInstance,
  { data, length, cuts }: { readonly data: number; readonly length: number; readonly cuts: number },
): number {
  const { minBytes, averageBytes, maxBytes } = sizes;
  switch (chunker) {
    case 'fixed':
      return cutPiece(engine, { name: 'fixed', blockBytes: averageBytes }, data, length, true, cuts);
    case 'fastcdc':
      return cutPiece(engine, { name: chunker, minBytes, averageBytes, maxBytes }, data, length, true, cuts);
    case 'strided':
      return engine.functions.strided(data, length, 1, minBytes, averageBytes, maxBytes, cuts);
    default:
      return rivals.functions[chunker](data, length, 1, minBytes, averageBytes, maxBytes, cuts);
  }
}

export function isRival(chunker: ChunkerName): chunker is keyof RivalFunctions & ChunkerName {
  return chunker === 'ram' || chunker === 'vram' || chunker === 'seqcdc';
}
