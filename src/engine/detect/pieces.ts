/**
 * Pieces: what a region's job has in the cache at a time. A piece of the target and the opposite bytes of the base are read, hashed and compared
 * before the next ones are read, so that every byte crosses the memory bus once: both pieces together take a MiB, a second-level cache's size.
 *
 * Law: a piece is a run of whole leaves of its region, so that leaf digests and base leaves are told piece by piece.
 */
import { present } from '../../base/errors.js';
import { hashCuts, readTarget, type ScanContext } from '../fingerprint/scan.js';
import type { Layout, Region } from '../snapshot/layout.js';

/** Of 128, 256, 512 KiB, 1 and 4 MiB, two of the least CPU time over images of 256 MiB (reading included): of them the smaller. */
export const pieceBytes = 512 * 1024;

export interface Piece {
  readonly address: number;
  readonly length: number;
  readonly firstLeaf: number;
  readonly leafCount: number;
}

export function* piecesOf(layout: Layout, region: Region): Generator<Piece> {
  const ends = layout.leafCuts(region.firstLeaf, region.leafCount);
  let start = 0;
  let first = 0;
  for (let leaf = 0; leaf < ends.length; leaf++) {
    const end = present(ends[leaf], 'leaf end');
    const next = leaf + 1 < ends.length ? present(ends[leaf + 1], 'leaf end') : Infinity;
    if (next - start <= pieceBytes) continue;
    yield {
      address: region.address + start,
      length: end - start,
      firstLeaf: region.firstLeaf + first,
      leafCount: leaf + 1 - first,
    };
    start = end;
    first = leaf + 1;
  }
}

/** Reads a piece into the window `target` and returns its leaf digests. */
export function readPiece(context: ScanContext, piece: Piece): Uint8Array {
  readTarget(context, piece.address, piece.length);
  return hashCuts(context, 'target', context.layout.leafCuts(piece.firstLeaf, piece.leafCount));
}
