/**
 * Stitching: regions cut in parallel, put together into exactly the cuts that one sequential pass would make.
 *
 * A chunker's next cut depends only on where the current block begins. So once the true sequence reaches any position where the
 * speculative cuts of a region also begin a block, both agree for the rest of the region. Until then blocks are cut again from the true
 * position, one by one. On ordinary data that is two to four blocks a region; on periodic data it may be the whole region, which is slow but exact.
 */
import { assert, present } from '../../base/errors.js';
import { ByteVector, Float64Vector } from '../../base/vector.js';
import { cutPiece, overlapBytes } from '../chunk/chunker.js';
import type { ChunkerSpec } from '../chunk/spec.js';
import type { BlockTable } from './manifest.js';
import { hashCuts, readTarget, type RegionScan, type ScanContext } from './scan.js';

export class Stitcher {
  readonly #context: ScanContext;
  readonly #chunker: ChunkerSpec;
  readonly #ends = new Float64Vector();
  readonly #digests = new ByteVector();
  readonly #leafDigests = new ByteVector();
  /** End of the last accepted block: where the next one begins. */
  #at = 0;

  constructor(context: ScanContext, chunker: ChunkerSpec) {
    this.#context = context;
    this.#chunker = chunker;
  }

  /** Takes the scan of the next region, in order. */
  accept(scan: RegionScan): void {
    const { address, length } = scan.region;
    this.#leafDigests.append(scan.leafDigests);
    let next = 0;
    while (this.#at < address + length) {
      const begin = blockBeginningAt(scan.blocks.ends, this.#at - address, next);
      if (begin >= 0) {
        this.#adopt(scan, begin);
        return;
      }
      next = -begin - 1;
      this.#recut();
    }
  }

  finish(): { readonly blocks: BlockTable; readonly leafDigests: Uint8Array } {
    assert(this.#at === this.#context.layout.totalBytes, 'blocks cover the snapshot');
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
  }

  /** Cuts one block from the true position. */
  #recut(): void {
    const { layout, workspace } = this.#context;
    const left = layout.endOf(layout.entryAt(this.#at)) - this.#at;
    const length = Math.min(left, overlapBytes(this.#chunker));
    readTarget(this.#context, this.#at, length);
    const window = workspace.window('cuts');
    const data = workspace.window('target').pointer;
    const count = cutPiece(workspace.kernels, this.#chunker, data, length, length === left, window.pointer);
    assert(count > 0, 'a chunker cuts within its maximum size');
    const end = present(window.u32(1)[0], 'cut');
    this.#digests.append(hashCuts(this.#context, 'target', Uint32Array.of(end)));
    this.#at += end;
    this.#ends.push(this.#at);
  }
}

/**
 * Index of the block that begins at `offset`: 0 for offset 0, i + 1 where ends[i] is the offset. Otherwise -(n + 1), where n is how many
 * blocks to pass over in the next search.
 */
function blockBeginningAt(ends: Uint32Array, offset: number, from: number): number {
  if (offset === 0) return 0;
  let i = from;
  while (i < ends.length && present(ends[i], 'cut') < offset) i++;
  return ends[i] === offset && i + 1 < ends.length ? i + 1 : -i - 1;
}
