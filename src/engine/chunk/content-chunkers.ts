/**
 * Content-defined chunkers by the name that manifests and packages carry: one table, which everything else reads. They share their
 * settings, their place in manifests and the way in which pieces are put together (fingerprint/stitch.ts); a new one is an entry here, a kernel, and what
 * the compiler then asks for (a rate in strategy/estimate.ts, a colour in charts).
 *
 * Law: where a chunk ends is a function of the `maxBytes` bytes from its first one, or of fewer where the entry ends; no chunker looks behind its
 * longest chunk.
 */
import type { KernelFunctions } from '../../kernels/abi.js';

/** Sizes of content-defined chunks: 0 < min <= average <= max. */
export interface ChunkSizes {
  readonly minBytes: number;
  readonly averageBytes: number;
  readonly maxBytes: number;
}

interface ContentChunker {
  /** averageBytes is a power of two from here ... */
  readonly averageBytesMin: number;
  /** ... to here. */
  readonly averageBytesMax: number;
  /** Cuts as chunker.ts says of cutPiece. */
  cut(
    kernels: KernelFunctions,
    data: number,
    length: number,
    final: boolean,
    sizes: ChunkSizes,
    cuts: number,
  ): number;
}

const KiB = 1024;

export const contentChunkers = {
  /** FastCDC 2020 (assembly/fastcdc.ts). */
  fastcdc: {
    averageBytesMin: KiB,
    averageBytesMax: 1024 * KiB,
    cut: (kernels, data, length, final, { minBytes, averageBytes, maxBytes }, cuts) =>
      kernels.fastcdc(data, length, final ? 1 : 0, minBytes, averageBytes, maxBytes, 0, 0, cuts),
  },
  /** The two-stage SIMD chunker (docs/formats/strided-v1.md). Cuts are judged by bytes before them. */
  strided: {
    averageBytesMin: KiB,
    averageBytesMax: 1024 * KiB,
    cut: (kernels, data, length, final, { minBytes, averageBytes, maxBytes }, cuts) =>
      kernels.strided(data, length, final ? 1 : 0, minBytes, averageBytes, maxBytes, cuts),
  },
} as const satisfies Readonly<Record<string, ContentChunker>>;

export type ContentChunkerName = keyof typeof contentChunkers;
export const contentChunkerNames = Object.keys(contentChunkers) as readonly ContentChunkerName[];

export function isContentChunkerName(name: string): name is ContentChunkerName {
  return Object.hasOwn(contentChunkers, name);
}
