/** A manifest: a snapshot's entries with their ordered block ids, and for each block the snapshot that introduced it. */
import type { ChunkerSpec } from '../chunk/spec.js';
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

export interface Manifest extends SnapshotShape {
  readonly volume: string;
  readonly timeMicros: number;
  readonly id: SnapshotId;
  readonly fingerprint: FingerprintName;
  readonly chunker: ChunkerSpec;
  /** Content digest of each entry, laid end to end (identity.ts); with the entries it proves `id`. */
  readonly entryDigests: Uint8Array;
  readonly blocks: BlockTable;
  /** Content ids of the snapshots that introduced blocks, oldest first; the last is this snapshot. */
  readonly origins: readonly Uint8Array[];
  /** In block order; the counts sum to the number of blocks. */
  readonly originRuns: readonly OriginRun[];
}
