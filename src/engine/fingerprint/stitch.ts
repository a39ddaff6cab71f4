/**
 * Stitching: regions cut in parallel, put together into exactly the cuts that one sequential pass would make.
 *
 * A chunker's next cut depends only on where the current block begins. So once the true sequence reaches any position where the
 * speculative cuts of a region also begin a block, both agree for the rest of the region. Until then blocks are cut again from the true
 * position, in sequence: on ordinary data one to four a region, all from one read. Periodic data may never fall into step; its blocks repeat and are
 * not cut again (periodic.ts). On data of a period that is not seen every block may be cut twice, with a read for every 4 MiB: slow, but exact.
 */
import { assert, present } from '../../base/errors.js';
import { regionBytes } from '../../base/limits.js';
import { ByteVector, Float64Vector } from '../../base/vector.js';
import { cutPiece, overlapBytes } from '../chunk/chunker.js';
import type { ChunkerSpec } from '../chunk/spec.js';
import type { BlockTable } from './manifest.js';
import { PeriodicBlocks } from './periodic.js';
import { hashCuts, readTarget, type RegionScan, type ScanContext } from './scan.js';

export class Stitcher {
  readonly #context: ScanContext;
  readonly #chunker: ChunkerSpec;
  readonly #ends = new Float64Vector();
  readonly #digests = new ByteVector();
  readonly #leafDigests = new ByteVector();
  readonly #periodic: PeriodicBlocks;
  /** End of the last accepted block: where the next one begins. */
  #at: number;
  /** How much is read to cut again: two longest blocks, twice as much each time that this does not lead into step. */
  #recutBytes: number;

  /** Blocks begin at the address `start`. `context.layout` says where what is cut as one ends. */
  constructor(context: ScanContext, chunker: ChunkerSpec, start = 0) {
    this.#context = context;
    this.#chunker = chunker;
    this.#at = start;
    this.#periodic = new PeriodicBlocks(overlapBytes(chunker));
    this.#recutBytes = 2 * overlapBytes(chunker);
  }

  /** Takes the scan of the next region, in order. */
  accept(scan: RegionScan): void {
    const { address, length } = scan.region;
    this.#leafDigests.append(scan.leafDigests);
    this.#periodic.add(address, scan.periodic);
    const speculative = new BlockBegins(scan);
    while (this.#at < address + length) {
      const begin = speculative.find(this.#at);
      if (begin >= 0) {
        this.#adopt(scan, begin);
        return;
      }
      const known = this.#periodic.blockAt(this.#at);
      if (known === undefined) this.#recut(address + length, speculative);
      else this.#push(this.#at + known.length, known.digest);
    }
  }

  /** The blocks up to `end`, by default that of the snapshot, to which regions were accepted. */
  finish(end = this.#context.layout.totalBytes): {
    readonly blocks: BlockTable;
    readonly leafDigests: Uint8Array;
  } {
    assert(this.#at === end, 'blocks cover what was scanned');
    return {
      blocks: { ends: this.#ends.view(), digests: this.#digests.view() },
      leafDigests: this.#leafDigests.view(),
    };
  }

  #adopt(scan: RegionScan, begin: number): void {
    const width = this.#context.fingerprint.digestBytes;
    const { ends, digests } = scan.blocks;
    for (let i = begin; i < ends.length; i++) this.#ends.push(scan.region.address + present(ends[i], 'cut'));
    this.#digests.append(digests.subarray(begin * width));
    this.#at = scan.region.address + present(ends[ends.length - 1], 'last cut');
    this.#recutBytes = 2 * overlapBytes(this.#chunker);
  }

  #push(end: number, digest: Uint8Array): void {
    this.#ends.push(end);
    this.#digests.append(digest);
    this.#at = end;
  }

  /** Cuts blocks from the true position, at least one: until one ends where a speculative block begins, or in the next region. */
  #recut(regionEnd: number, speculative: BlockBegins): void {
    const { layout, workspace, meter } = this.#context;
    const start = this.#at;
    const left = layout.endOf(layout.entryAt(start)) - start;
    const length = Math.min(left, Math.max(this.#recutBytes, overlapBytes(this.#chunker)));
    this.#recutBytes = Math.min(2 * this.#recutBytes, regionBytes);
    readTarget(this.#context, start, length);
    const window = workspace.window('cuts');
    const data = workspace.window('target').pointer;
    const count = meter.time('chunk', () =>
      cutPiece(workspace.kernels, this.#chunker, data, length, length === left, window.pointer),
    );
    assert(count > 0, 'a chunker cuts within its maximum size');
    const cuts = window.u32(count);
    let taken = 1;
    for (let end = start + present(cuts[0], 'cut'); taken < count; taken++) {
      if (end >= regionEnd || speculative.find(end) >= 0) break;
      end = start + present(cuts[taken], 'cut');
    }
    this.#take(start, Uint32Array.from(cuts.subarray(0, taken)));
  }

  /** Takes the blocks that begin at `start`, whose bytes lie in the window `target`. */
  #take(start: number, ends: Uint32Array): void {
    const width = this.#context.fingerprint.digestBytes;
    const digests = hashCuts(this.#context, 'target', ends);
    this.#context.meter.count('blocksRecut', ends.length);
    ends.forEach((end, i) => {
      const digest = digests.subarray(i * width, (i + 1) * width);
      this.#periodic.note(this.#at, start + end - this.#at, digest);
      this.#push(start + end, digest);
    });
  }
}

/** Where a region's speculative blocks begin. Asked about ascending addresses. */
class BlockBegins {
  readonly #address: number;
  readonly #ends: Uint32Array;
  #next = 0;

  constructor({ region, blocks }: RegionScan) {
    this.#address = region.address;
    this.#ends = blocks.ends;
  }

  /** Index of the block that begins at `address`, or -1. */
  find(address: number): number {
    const offset = address - this.#address;
    if (offset === 0) return 0;
    while (this.#next < this.#ends.length && present(this.#ends[this.#next], 'cut') < offset) this.#next++;
    const isBegin = this.#ends[this.#next] === offset && this.#next + 1 < this.#ends.length;
    return isBegin ? this.#next + 1 : -1;
  }
}
