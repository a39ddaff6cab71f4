/** A manifest: a snapshot's entries with their ordered block ids, and for each block the snapshot that introduced it. */
import type { ChunkerSpec, Cutting } from '../chunk/spec.js';
import type { SnapshotId } from './identity.js';
import type { SnapshotShape } from '../snapshot/snapshot.js';
import type { FingerprintName } from './fingerprint.js';

export type { ChunkerSpec };

/** Ordered blocks that cover a snapshot's address space without gaps: structure of arrays. */
export interface BlockTable {
  /** End address of each block, ascending; the last is the snapshot's total size. Exact integers. */
  readonly ends: Float64Array;
  /** Digest of each block, laid end to end. */
  readonly digests: Uint8Array;
}

/** Which snapshot introduced a run of `blocks` consecutive blocks: an index into Manifest.origins. */
export interface OriginRun {
  readonly origin: number;
  readonly blocks: number;
}

/** A snapshot's entries and their blocks, without saying how they were cut. */
export interface ListedBlocks extends SnapshotShape {
  /** Content digest of each entry, laid end to end (identity.ts). */
  readonly entryDigests: Uint8Array;
  readonly blocks: BlockTable;
}

/** The same with how they were cut and hashed. */
export interface CutBlocks extends ListedBlocks {
  readonly fingerprint: FingerprintName;
  readonly chunker: Cutting;
}

/** What change detection needs to know of a base that is not at hand. */
export interface BlockListing extends CutBlocks {
  /** Follows from the entries and their digests. */
  readonly id: SnapshotId;
}

export interface Manifest extends BlockListing {
  readonly volume: string;
  readonly timeMicros: number;
  /** Content ids of the snapshots that introduced blocks, oldest first; the last is this snapshot. */
  readonly origins: readonly Uint8Array[];
  /** In block order; the counts sum to the number of blocks. */
  readonly originRuns: readonly OriginRun[];
}
