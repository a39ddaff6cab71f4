/**
 * Chunkers by the name that manifests carry: where one entry is cut into blocks. A chunker here answers for one piece of one entry,
 * "as if a cut lay at its first byte"; scan.ts puts pieces together into the sequential cuts of whole entries.
 */
import { unreachable } from '../../base/errors.js';
import type { KernelInstance } from '../../kernels/abi.js';
import type { ChunkerSpec } from './spec.js';

/** How far a block that begins in a region may reach past its end: 0 where blocks never straddle regions. */
export function overlapBytes(spec: ChunkerSpec): number {
  return spec.name === 'fixed' ? 0 : spec.maxBytes;
}

/**
 * Cuts `length` bytes at `data`. Writes ascending end offsets at `cuts` and returns their count. With `final` the end of data is the
 * end of the entry and becomes a cut; otherwise cutting stops where the next cut could depend on bytes that are not here.
 */
export function cutPiece(
  kernels: KernelInstance,
  spec: ChunkerSpec,
  data: number,
  length: number,
  final: boolean,
  cuts: number,
): number {
  switch (spec.name) {
    case 'fixed':
      return cutFixed(kernels, spec.blockBytes, length, final, cuts);
    case 'fastcdc': {
      const { minBytes, averageBytes, maxBytes } = spec;
      return kernels.functions.fastcdc(
        data,
        length,
        final ? 1 : 0,
        minBytes,
        averageBytes,
        maxBytes,
        0,
        0,
        cuts,
      );
    }
    default:
      return unreachable(spec);
  }
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
