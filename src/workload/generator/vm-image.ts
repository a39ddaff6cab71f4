/**
 * VM-image: the disk of a virtual machine between two backups of its file system (content/file-system.ts).
 *
 * Nine tenths of the blocks hold files of 0.5 to 512 KiB: code, prose, records, program-like and compressed data. From one
 * snapshot to the next 2 % of the files change, at least five: three in five of them get one to three small edits and are
 * written again (at the same place while they still fit), one in five is removed, one in five is new. Superblock, bitmap and
 * inode blocks follow.
 */
import { Random } from '../../base/prng.js';
import { checkOptions, imageSnapshot, type Workload } from '../workload.js';
import { blendSource, noiseSource, recordSource } from '../content/binary.js';
import {
  blockBytes,
  blocksOf,
  drawBlock,
  geometryOf,
  type Extent,
  type FileSystemState,
  type Inode,
} from '../content/file-system.js';
import { PagedImage } from '../content/paged-image.js';
import { PieceTable, type Edit } from '../content/piece-table.js';
import { codeSource, proseSource } from '../content/text.js';
import { distinctPositions, Supply } from './edits.js';

const filledShare = 0.9;
const editBytesMax = 200;

export const vmImage: Workload = {
  name: 'vm-image',
  summary: 'file system: 2 % of the files edited, removed or added, and the metadata blocks with them',
  kind: 'synthetic',
  measure: 'in-place',
  *make(options) {
    checkOptions('vm-image', options);
    const disk = new Disk(options.seed, Math.floor(options.bytes / blockBytes));
    disk.install();
    let image = disk.snapshot(0, undefined);
    yield imageSnapshot(0, image);
    for (let index = 1; index < options.snapshots; index++) {
      disk.update(index);
      image = disk.snapshot(index, image);
      yield imageSnapshot(index, image);
    }
  },
};

/** The file system while it is being written to. `snapshot` copies what later updates would change. */
class Disk {
  readonly #random: Random;
  readonly #supplies: readonly [Supply, ...Supply[]];
  readonly #geometry;
  /** Grows only: blocks of removed files go on showing their extent. */
  readonly #extents: Extent[] = [];
  readonly #owner: Int32Array;
  readonly #used: Uint8Array;
  readonly #inodes: (Inode | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  #rover: number;

  constructor(seed: number, blocks: number) {
    this.#random = new Random(seed).fork('vm-image');
    const contentSeed = this.#random.fork('content').u32();
    const sources = [codeSource, proseSource, recordSource, noiseSource].map((source) => source(contentSeed));
    this.#supplies = [
      new Supply(blendSource(contentSeed, 0.5)),
      ...sources.map((source) => new Supply(source)),
    ];
    this.#geometry = geometryOf(blocks);
    this.#owner = new Int32Array(blocks).fill(-1);
    this.#used = new Uint8Array(blocks).fill(1, 0, this.#geometry.firstDataBlock);
    this.#rover = this.#geometry.firstDataBlock;
  }

  /** Writes files one behind the other, one in eight followed by a gap, until the disk is as full as it should be. */
  install(): void {
    const end = Math.floor(this.#geometry.blocks * filledShare);
    while (this.#rover < end && this.#addFile(0)) {
      if (this.#random.below(8) === 0) this.#rover += this.#random.between(1, 8);
    }
  }

  update(index: number): void {
    const live = [...this.#inodes.keys()].filter((slot) => this.#inodes[slot] !== undefined);
    const count = Math.max(5, Math.round(live.length / 50));
    const chosen = distinctPositions(this.#random, Math.min(count, live.length), live.length);
    chosen.forEach((at, i) => {
      const slot = live[at] ?? -1;
      if (i % 5 < 3) this.#editFile(slot, index);
      else if (i % 5 === 3) this.#removeFile(slot);
      else this.#addFile(index);
    });
  }

  /** Versions name what a block shows: the extent of a data block, the moment of a metadata block. */
  snapshot(index: number, previous: PagedImage | undefined): PagedImage {
    const state: FileSystemState = {
      geometry: this.#geometry,
      extents: this.#extents,
      owner: this.#owner.slice(),
      used: this.#used.slice(),
      inodes: [...this.#inodes],
      index,
    };
    const versions = Uint32Array.from(state.owner, (extent, block) =>
      block < this.#geometry.firstDataBlock ? index : extent + 1,
    );
    return new PagedImage(
      blockBytes,
      versions,
      (block, _version, into, view) => drawBlock(state, block, into, view),
      previous,
    );
  }

  #addFile(index: number): boolean {
    const blocksMax = Math.max(1, Math.floor(this.#geometry.blocks / 16));
    const magnitude = 2 ** this.#random.between(9, 18);
    const sizeBytes = Math.min(blocksMax * blockBytes, this.#random.between(magnitude, 2 * magnitude));
    const content = new PieceTable([this.#random.pick(this.#supplies).take(sizeBytes)]);
    const firstBlock = this.#allocate(blocksOf(sizeBytes));
    const slot = this.#freeSlots.pop() ?? this.#inodes.length;
    if (firstBlock < 0 || slot >= this.#geometry.inodesMax) return false;
    const mode = this.#random.below(8) === 0 ? 0o755 : 0o644;
    this.#inodes[slot] = { extent: this.#write(firstBlock, content), mode, touched: index };
    return true;
  }

  #editFile(slot: number, index: number): void {
    const inode = this.#inodes[slot];
    const extent = this.#extents[inode?.extent ?? -1];
    if (inode === undefined || extent === undefined) return;
    const content = extent.content.edited(this.#edits(extent.content.length));
    this.#release(extent);
    const fits = blocksOf(content.length) <= blocksOf(extent.content.length);
    const firstBlock = fits ? extent.firstBlock : this.#allocate(blocksOf(content.length));
    if (firstBlock < 0) this.#removeFile(slot);
    else this.#inodes[slot] = { ...inode, extent: this.#write(firstBlock, content), touched: index };
  }

  #edits(length: number): Edit[] {
    const edits: Edit[] = [];
    let end = 0;
    for (const position of distinctPositions(this.#random, this.#random.between(1, 3), length)) {
      const at = Math.max(position, end);
      const remove = Math.min(length - at, this.#random.below(editBytesMax));
      const insert = this.#random.pick(this.#supplies).take(this.#random.between(1, editBytesMax));
      edits.push({ at, remove, insert });
      end = at + remove;
    }
    return edits;
  }

  #removeFile(slot: number): void {
    const extent = this.#extents[this.#inodes[slot]?.extent ?? -1];
    if (extent !== undefined) this.#release(extent);
    this.#inodes[slot] = undefined;
    this.#freeSlots.push(slot);
  }

  #write(firstBlock: number, content: PieceTable): number {
    const end = firstBlock + blocksOf(content.length);
    this.#owner.fill(this.#extents.length, firstBlock, end);
    this.#used.fill(1, firstBlock, end);
    return this.#extents.push({ firstBlock, content }) - 1;
  }

  #release(extent: Extent): void {
    this.#used.fill(0, extent.firstBlock, extent.firstBlock + blocksOf(extent.content.length));
  }

  /** First free run of `count` blocks at or behind the rover, going round once; -1 when there is none. */
  #allocate(count: number): number {
    const { firstDataBlock, blocks } = this.#geometry;
    for (const [from, end] of [[this.#rover, blocks] as const, [firstDataBlock, blocks] as const]) {
      let run = 0;
      for (let block = from; block < end; block++) {
        run = this.#used[block] === 0 ? run + 1 : 0;
        if (run < count) continue;
        this.#rover = block + 1;
        return block + 1 - count;
      }
    }
    return -1;
  }
}
