/**
 * The state of a small file system on an image of 4 KiB blocks: who owns which block, and the metadata blocks drawn from it.
 *
 * Block 0 is the superblock; then come the bitmap blocks (one bit a block), the inode table (16 inodes of 256 bytes a block),
 * and data. A removed file leaves its bytes in its blocks, as real file systems do, and only its bits and its inode are
 * cleared. Blocks never written are zero. Layout in the manner of ext4, not ext4: it is made to be compared, not mounted.
 */
import type { PieceTable } from './piece-table.js';

export const blockBytes = 4096;
const inodeBytes = 256;
const inodesPerBlock = blockBytes / inodeBytes;
const bitsPerBlock = blockBytes * 8;
const superMagic = 0xef53;

/** Content as it was written at one place, at one time; never changed, since stale blocks go on showing it. */
export interface Extent {
  readonly firstBlock: number;
  readonly content: PieceTable;
}

export interface Inode {
  /** Index into the extents. */
  readonly extent: number;
  readonly mode: number;
  /** Index of the snapshot that wrote it last. */
  readonly touched: number;
}

export interface Geometry {
  readonly blocks: number;
  readonly firstInodeBlock: number;
  readonly firstDataBlock: number;
  readonly inodesMax: number;
}

/** One inode for each four blocks (16 KiB), as mke2fs does by default. */
export function geometryOf(blocks: number): Geometry {
  const bitmapBlocks = Math.ceil(blocks / bitsPerBlock);
  const inodeBlocks = Math.ceil(blocks / 4 / inodesPerBlock);
  return {
    blocks,
    firstInodeBlock: 1 + bitmapBlocks,
    firstDataBlock: 1 + bitmapBlocks + inodeBlocks,
    inodesMax: inodeBlocks * inodesPerBlock,
  };
}

export function blocksOf(bytes: number): number {
  return Math.ceil(bytes / blockBytes);
}

/** One moment of the file system. `owner` gives for each block the extent whose bytes it shows, or -1; `used` whether it is allocated. */
export interface FileSystemState {
  readonly geometry: Geometry;
  readonly extents: readonly Extent[];
  readonly owner: Int32Array;
  readonly used: Uint8Array;
  readonly inodes: readonly (Inode | undefined)[];
  readonly index: number;
}

/** Draws block `block` of the image into all of `into`. */
export function drawBlock(state: FileSystemState, block: number, into: Uint8Array, view: DataView): void {
  into.fill(0);
  const { geometry } = state;
  if (block === 0) drawSuperblock(state, view);
  else if (block < geometry.firstInodeBlock) drawBitmap(state, (block - 1) * bitsPerBlock, into);
  else if (block < geometry.firstDataBlock)
    drawInodes(state, (block - geometry.firstInodeBlock) * inodesPerBlock, view);
  else {
    const extent = state.extents[state.owner[block] ?? -1];
    if (extent === undefined) return;
    const offset = (block - extent.firstBlock) * blockBytes;
    extent.content.fill(offset, into.subarray(0, Math.min(blockBytes, extent.content.length - offset)));
  }
}

function drawSuperblock(state: FileSystemState, view: DataView): void {
  const { geometry, used, inodes, index } = state;
  let free = 0;
  for (const bit of used) if (bit === 0) free++;
  view.setUint32(0, geometry.inodesMax, true);
  view.setUint32(4, geometry.blocks, true);
  view.setUint32(12, free, true);
  view.setUint32(
    16,
    geometry.inodesMax - inodes.reduce((count, inode) => (inode ? count + 1 : count), 0),
    true,
  );
  view.setUint32(20, geometry.firstDataBlock, true);
  view.setUint32(44, 1_767_225_600 + index * 86_400, true);
  view.setUint16(52, index + 1, true);
  view.setUint16(56, superMagic, true);
}

function drawBitmap(state: FileSystemState, first: number, into: Uint8Array): void {
  const end = Math.min(state.used.length, first + bitsPerBlock);
  for (let block = first; block < end; block++) {
    if (state.used[block] === 1)
      into[(block - first) >>> 3] = (into[(block - first) >>> 3] ?? 0) | (1 << (block & 7));
  }
}

function drawInodes(state: FileSystemState, first: number, view: DataView): void {
  for (let slot = 0; slot < inodesPerBlock; slot++) {
    const inode = state.inodes[first + slot];
    const extent = state.extents[inode?.extent ?? -1];
    if (inode === undefined || extent === undefined) continue;
    const at = slot * inodeBytes;
    const size = extent.content.length;
    const seconds = 1_767_225_600 + inode.touched * 86_400 + first + slot;
    view.setUint16(at, 0x8000 | inode.mode, true);
    view.setUint32(at + 4, size, true);
    for (const time of [8, 12, 16]) view.setUint32(at + time, seconds, true);
    view.setUint16(at + 26, 1, true);
    view.setUint32(at + 28, blocksOf(size) * 8, true);
    view.setUint32(at + 40, 0x0001_f30a, true);
    view.setUint32(at + 44, blocksOf(size), true);
    view.setUint32(at + 48, extent.firstBlock, true);
    view.setUint32(at + 100, inode.extent, true);
  }
}
