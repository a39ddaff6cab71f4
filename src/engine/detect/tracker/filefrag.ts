/**
 * `filefrag -s -v BASE TARGET`: extents of two files of one copy-on-write file system, of which one began as a reflink or a snapshot of the other. What both
 * keep in the same place of the disk is the same bytes; a write to either moves it elsewhere.
 *
 * Clean is a range that both files hold in shared extents at the same physical place, both written or both not, or that is a hole in both.
 * All else is dirty: other places; extents not marked `shared` (their file system may overwrite in place, so an equal place says
 * nothing); data that has no place yet (`delalloc`, `unknown_loc`), or only a part or an encoding of one (`inline`, `tail`, `encoded`, `encrypted`,
 * `not_aligned`), and any flag not known here.
 *
 * Limit: a listing tells what lies on the disk. Without -s, writes that are still in memory are missing from it (seen on XFS and btrfs).
 */
import { DataError, present } from '../../../base/errors.js';
import type { DirtyLeaves } from './dirty-leaves.js';
import { readListing, type ListedExtent, type ListedFile } from './filefrag-listing.js';

/** Flags that leave the place of an extent a true statement about its bytes. */
const harmless = new Set(['last', 'eof', 'merged', 'shared', 'unwritten']);

/** Marks what the two files do not share; returns its bytes, up to the end of the shorter. Throws DataError. */
export function readFilefrag(bytes: Uint8Array, dirty: DirtyLeaves): number {
  const files = readListing(bytes);
  const [base, target] = files;
  if (base === undefined || target === undefined || files.length > 2) {
    throw new DataError(
      `the listing is of ${files.length === 1 ? '1 file' : `${files.length} files`}, not of two`,
      {
        hint: 'one file alone tells where its bytes lie, not whether they changed: filefrag -s -v BASE TARGET',
      },
    );
  }
  requireSize(base, dirty.images.baseBytes, 'base');
  requireSize(target, dirty.images.targetBytes, 'target');
  const end = Math.min(base.sizeBytes, target.sizeBytes);
  const inBase = new ExtentCursor(base.extents, end);
  const inTarget = new ExtentCursor(target.extents, end);
  let marked = 0;
  for (let at = 0; at < end;) {
    const one = inBase.at(at);
    const other = inTarget.at(at);
    const stop = Math.min(one.end, other.end);
    if (!isSame(one.extent, other.extent, at)) {
      dirty.mark(at, stop - at);
      marked += stop - at;
    }
    at = stop;
  }
  return marked;
}

function requireSize({ line, sizeBytes }: ListedFile, expected: number, side: string): void {
  if (sizeBytes === expected) return;
  throw new DataError(`line ${line}: a file of ${sizeBytes} bytes, the ${side} has ${expected}`, {
    hint: 'list the two files in this order: filefrag -s -v BASE TARGET',
  });
}

function isSame(base: ListedExtent | undefined, target: ListedExtent | undefined, at: number): boolean {
  if (base === undefined || target === undefined) return base === target;
  const placed = [base, target].every(
    ({ flags }) => flags.has('shared') && [...flags].every((flag) => harmless.has(flag)),
  );
  const samePlace = base.physical + (at - base.start) === target.physical + (at - target.start);
  return placed && samePlace && base.flags.has('unwritten') === target.flags.has('unwritten');
}

/** The extents of a file from left to right. */
class ExtentCursor {
  readonly #extents: readonly ListedExtent[];
  readonly #end: number;
  #next = 0;

  constructor(extents: readonly ListedExtent[], end: number) {
    this.#extents = extents;
    this.#end = end;
  }

  /** The extent that holds `address` (undefined in a hole), and where it, or the hole, ends. Addresses must not fall. */
  at(address: number): { readonly extent: ListedExtent | undefined; readonly end: number } {
    while (this.#next < this.#extents.length && present(this.#extents[this.#next], 'extent').end <= address)
      this.#next++;
    const extent = this.#extents[this.#next];
    if (extent === undefined) return { extent, end: this.#end };
    if (extent.start > address) return { extent: undefined, end: Math.min(extent.start, this.#end) };
    return { extent, end: Math.min(extent.end, this.#end) };
  }
}
