/**
 * The pieces in which a target range is rebuilt: runs of whole leaves of at most 1 MiB, so that memory is bounded however large a segment
 * or an operation is. Pieces depend on the layout alone.
 */
import { DataError } from '../../base/errors.js';
import { leafBytes, regionLeavesMax } from '../../base/limits.js';
import type { Layout } from '../snapshot/layout.js';

/** Measured best for reads and writes; a multiple of the leaf. */
export const pieceBytesMax = 2 ** 20;

export interface Piece {
  readonly address: number;
  readonly length: number;
  readonly firstLeaf: number;
  /** Ends of the piece's leaves, relative to its address. */
  readonly leafEnds: Uint32Array;
}

/** Throws DataError with `what` in front unless the range begins and ends on leaf borders. */
export function* piecesOf(layout: Layout, address: number, length: number, what: string): Generator<Piece> {
  const end = address + length;
  const firstLeaf = leafBorder(layout, address);
  const endLeaf = leafBorder(layout, end);
  if (firstLeaf === undefined || endLeaf === undefined) {
    throw new DataError(`${what} does not begin and end on leaf borders`);
  }
  for (let leaf = firstLeaf, at = address; leaf < endLeaf;) {
    const leafEnds = layout.leafCuts(leaf, Math.min(endLeaf - leaf, leavesIn(layout, leaf, at)));
    yield { address: at, length: leafEnds.at(-1) ?? 0, firstLeaf: leaf, leafEnds };
    at += leafEnds.at(-1) ?? 0;
    leaf += leafEnds.length;
  }
}

/** The leaf that begins at `address`, the leaf count at the end, undefined in the middle of a leaf. */
function leafBorder(layout: Layout, address: number): number | undefined {
  if (address === layout.totalBytes) return layout.leafCount;
  const leaf = layout.leafAt(address);
  return layout.leafAddress(leaf) === address ? leaf : undefined;
}

/** How many leaves from `leaf` on, which begins at `address`, fit a piece. */
function leavesIn(layout: Layout, leaf: number, address: number): number {
  let low = pieceBytesMax / leafBytes;
  let high = Math.min(regionLeavesMax, layout.leafCount - leaf);
  if (high <= low) return high;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (layout.leafAddress(leaf + middle) - address <= pieceBytesMax) low = middle;
    else high = middle - 1;
  }
  return low;
}
