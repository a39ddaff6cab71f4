/**
 * Which leaves of an image may have changed, as a tracker says; all others keep the base's bytes and so its digests.
 *
 * Law: marking only ever adds. A leaf that base and target do not both have at the same length is dirty by definition: growth, and the leaf
 * in which the shorter of the two ends. A byte for each 64 KiB: 32 MiB for the largest image.
 */
import { assert } from '../../../base/errors.js';
import { leafBytes, regionBytes } from '../../../base/limits.js';
import type { Region } from '../../snapshot/layout.js';

/** Sizes of the two images that a tracker speaks about. */
export interface TrackedImages {
  readonly baseBytes: number;
  readonly targetBytes: number;
}

export class DirtyLeaves {
  readonly images: TrackedImages;
  /** 1 for each leaf of the target that may have changed. */
  readonly #leaves: Uint8Array;

  constructor(images: TrackedImages) {
    this.images = images;
    const { baseBytes, targetBytes } = images;
    this.#leaves = new Uint8Array(Math.ceil(targetBytes / leafBytes));
    if (baseBytes !== targetBytes)
      this.#leaves.fill(1, Math.floor(Math.min(baseBytes, targetBytes) / leafBytes));
  }

  /** All leaves that share a byte with [address, address + length); what lies past the target has no leaf. */
  mark(address: number, length: number): void {
    if (length === 0) return;
    this.#leaves.fill(1, Math.floor(address / leafBytes), Math.ceil((address + length) / leafBytes));
  }

  get leafCount(): number {
    return this.#leaves.length;
  }

  get dirtyCount(): number {
    return this.#leaves.reduce((sum, leaf) => sum + leaf, 0);
  }

  /** Leaves that keep the base's bytes, ascending. */
  clean(): Uint32Array {
    const clean = new Uint32Array(this.leafCount - this.dirtyCount);
    let count = 0;
    this.#leaves.forEach((leaf, index) => {
      if (leaf === 0) clean[count++] = index;
    });
    return clean;
  }

  /** The same, rounded out to whole blocks of a power of two of leaves, as work on larger blocks needs. */
  roundedTo(blockBytes: number): DirtyLeaves {
    const leaves = Math.max(1, blockBytes / leafBytes);
    assert(Number.isInteger(leaves), 'a block is a whole number of leaves');
    const rounded = new DirtyLeaves(this.images);
    this.#leaves.forEach((leaf, index) => {
      if (leaf === 0) return;
      const first = Math.floor(index / leaves) * leaves;
      rounded.#leaves.fill(1, first, first + leaves);
    });
    return rounded;
  }

  /** Runs of dirty leaves in order, none across a border of regions: each is the work of one job. */
  *runs(): Generator<Region> {
    const regionLeaves = regionBytes / leafBytes;
    for (let leaf = 0, index = 0; leaf < this.leafCount;) {
      if (this.#leaves[leaf] === 0) {
        leaf++;
        continue;
      }
      const stop = Math.min(this.leafCount, (Math.floor(leaf / regionLeaves) + 1) * regionLeaves);
      let end = leaf + 1;
      while (end < stop && this.#leaves[end] === 1) end++;
      const address = leaf * leafBytes;
      const length = Math.min(end * leafBytes, this.images.targetBytes) - address;
      yield { index: index++, address, length, firstLeaf: leaf, leafCount: end - leaf };
      leaf = end;
    }
  }
}
