/**
 * Where one entry is cut into blocks, by any chunker. A chunker here answers for one piece of one entry, "as if a cut lay at its first byte";
 * scan.ts puts pieces together into the sequential cuts of whole entries.
 */
import type { KernelInstance } from '../../kernels/abi.js';
import { contentChunkers } from './content-chunkers.js';
import type { ChunkerSpec } from './spec.js';

/**
 * How many bytes from a block's first one decide where it ends, where the entry does not end before: so much a piece must reach past a
 * region whose last block may begin at the region's last byte. 0 where blocks never straddle regions.
 */
export function overlapBytes(spec: ChunkerSpec): number {
  return spec.name === 'fixed' ? 0 : spec.maxBytes;
}

/**
 * Cuts `length` bytes at `data`. Writes ascending end offsets at `cuts` and returns their count. With `final` the end of data is the
 * end of the entry and becomes a cut; otherwise cutting stops where the next cut could depend on bytes that are not here, which is
 * never while overlapBytes(spec) remain.
 */
export function cutPiece(
  kernels: KernelInstance,
  spec: ChunkerSpec,
  data: number,
  length: number,
  final: boolean,
  cuts: number,
): number {
  return spec.name === 'fixed'
    ? cutFixed(kernels, spec.blockBytes, length, final, cuts)
    : contentChunkers[spec.name].cut(kernels.functions, data, length, final, spec, cuts);
}

function cutFixed(
  kernels: KernelInstance,
  blockBytes: number,
  length: number,
  final: boolean,
  cuts: number,
): number {
  const whole = Math.floor(length / blockBytes);
  const ends = new Uint32Array(kernels.memory.buffer, cuts, whole + 1);
  for (let i = 0; i < whole; i++) ends[i] = (i + 1) * blockBytes;
  if (!final || whole * blockBytes === length) return whole;
  ends[whole] = length;
  return whole + 1;
}
