/** How entries are cut into blocks. Blocks never span entries; each file entry is cut on its own, from its first byte. */
import { blockBytesMax, blockBytesMin } from '../../base/limits.js';
import {
  contentChunkerNames,
  contentChunkers,
  type ChunkSizes,
  type ContentChunkerName,
} from './content-chunkers.js';

export type ChunkerSpec =
  | { readonly name: 'fixed'; readonly blockBytes: number }
  | ({ readonly name: ContentChunkerName } & ChunkSizes);

/** Pieces cut by rules of their own (mixed.ts). */
export interface MixedSpec {
  readonly name: 'mixed';
  /** The size of the blocks that change in place; other sizes follow from it. */
  readonly blockBytes: number;
  /** The rule of each piece of 4 MiB of each file, in order. */
  readonly rules: Uint8Array;
}

/** How the blocks of a manifest were cut. */
export type Cutting = ChunkerSpec | MixedSpec;

/** Names of all chunkers. */
export const chunkerNames: readonly ChunkerSpec['name'][] = ['fixed', ...contentChunkerNames];

/** Length of the longest block. */
export function longestBlockBytes(spec: ChunkerSpec): number {
  return spec.name === 'fixed' ? spec.blockBytes : spec.maxBytes;
}

/** Length of the shortest block before an entry's last. */
export function shortestBlockBytes(spec: ChunkerSpec): number {
  return spec.name === 'fixed' ? spec.blockBytes : spec.minBytes;
}

/** Why no chunker cuts so, as words behind "the chunker"; undefined for sizes that one takes. Kernels trust sizes that passed here. */
export function chunkerProblem(spec: ChunkerSpec): string | undefined {
  if (spec.name === 'fixed') {
    // Powers of two tile regions, so that no block lies in two.
    return powerOfTwoProblem('blockBytes', spec.blockBytes, blockBytesMin, blockBytesMax);
  }
  const { minBytes, averageBytes, maxBytes } = spec;
  const { averageBytesMin, averageBytesMax } = contentChunkers[spec.name];
  if (![minBytes, maxBytes].every(Number.isInteger)) return `sizes ${minBytes}, ${maxBytes} are not whole`;
  if (minBytes < blockBytesMin || minBytes > averageBytes || averageBytes > maxBytes) {
    return `sizes ${minBytes}, ${averageBytes}, ${maxBytes} do not ascend from ${blockBytesMin}`;
  }
  if (maxBytes > blockBytesMax) return `maxBytes ${maxBytes} is above ${blockBytesMax}`;
  return powerOfTwoProblem('averageBytes', averageBytes, averageBytesMin, averageBytesMax);
}

function powerOfTwoProblem(name: string, value: number, least: number, most: number): string | undefined {
  if (value >= least && value <= most && Number.isInteger(Math.log2(value))) return undefined;
  return `${name} ${value} is not a power of two from ${least} to ${most}`;
}
