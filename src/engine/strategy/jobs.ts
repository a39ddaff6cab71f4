/**
 * The jobs that a strategy hands to lanes: plain data in, plain data out, each a function of the job and of the two
 * snapshots alone. One job handles one region or one segment.
 */
import type { Reading } from '../../base/meter.js';
import type { KernelBuild } from '../../kernels/load.js';
import type { ChunkerSpec } from '../chunk/spec.js';
import type { SegmentPlan } from '../delta/plan.js';
import type { RangesRelocated, RegionFollowed } from '../detect/adaptive.js';
import type { Alignment } from '../detect/alignment.js';
import type { StagedPart } from '../detect/anchor-stage.js';
import type { AnchorChoice, BaseIndex, IndexedRegion } from '../detect/base-index.js';
import type { KnownLeaves } from '../detect/base-leaves.js';
import type { RegionComparison } from '../detect/compare.js';
import type { RegionMatches } from '../detect/search.js';
import type { RegionSums, Signature } from '../detect/signature.js';
import type { RegionScan } from '../fingerprint/scan.js';
import type { CompressionChoice } from '../package/codecs.js';
import type { SegmentDecisions, Segment } from '../package/model.js';
import type { Region } from '../snapshot/layout.js';
import type { SnapshotSource } from '../snapshot/snapshot.js';
import type { Strategy } from './strategy.js';

/** What every lane of a run needs to know. Structured-cloneable. */
export interface LaneSetup {
  /** Absent where the base is known by its manifest alone. */
  readonly base: SnapshotSource | undefined;
  readonly target: SnapshotSource;
  /** For each target entry the opposite base entry, or -1. */
  readonly pairs: Int32Array;
  readonly strategy: Strategy;
  readonly kernels: KernelBuild;
}

export type Side = 'base' | 'target';

export interface JobTable {
  /** Cut and hash one region of one side. */
  readonly scan: {
    readonly job: {
      readonly side: Side;
      readonly region: Region;
      readonly chunker: ChunkerSpec;
      /** Where what is cut as one with the region's last part ends, if not with its entry. */
      readonly end?: number;
    };
    readonly result: RegionScan;
  };
  /** Compare one target region with what lies opposite in the base. */
  readonly compare: {
    readonly job: { readonly region: Region; readonly alignment: Alignment; readonly blockBytes: number };
    readonly result: RegionComparison;
  };
  /** Follow one target region from what lies opposite in the base, or from the diagonal `opening`. */
  readonly follow: {
    readonly job: {
      readonly region: Region;
      readonly alignment: Alignment;
      readonly blockBytes: number;
      readonly opening?: number;
    };
    readonly result: RegionFollowed;
  };
  /** Search ranges of one target region, pairs of address and length, in the whole base. */
  readonly relocate: {
    readonly job: {
      readonly region: Region;
      readonly ranges: Float64Array;
      readonly blockBytes: number;
      readonly index: BaseIndex;
    };
    readonly result: RangesRelocated;
  };
  /** Leaf digests of a run of leaves of one side. */
  readonly leaves: {
    readonly job: { readonly side: Side; readonly region: Region };
    readonly result: { readonly region: Region; readonly leafDigests: Uint8Array };
  };
  /** Signature sums and leaf digests of one base region. */
  readonly sums: {
    readonly job: { readonly region: Region; readonly blockBytes: number };
    readonly result: { readonly sums: RegionSums; readonly leafDigests: Uint8Array };
  };
  /** Search one target region for the signature's blocks. */
  readonly search: {
    readonly job: { readonly region: Region; readonly signature: Signature };
    readonly result: RegionMatches;
  };
  /** Anchors of ranges of one base region into the part of the stage that begins at word `at`; its leaf digests. */
  readonly index: {
    readonly job: IndexedRegion & {
      readonly choice: AnchorChoice;
      readonly stage: SharedArrayBuffer;
      readonly at: number;
    };
    readonly result: { readonly leaves: readonly KnownLeaves[] };
  };
  /** What was staged of shares [first, end) of an index into its table, the first time into empty slots. */
  readonly insert: {
    readonly job: {
      readonly index: BaseIndex;
      readonly stage: SharedArrayBuffer;
      readonly parts: readonly StagedPart[];
      readonly first: number;
      readonly end: number;
      readonly isFirst: boolean;
    };
    readonly result: null;
  };
  /** Encode and compress one segment; with an index of the base, against what it knows, too. */
  readonly encode: {
    readonly job: {
      readonly plan: SegmentPlan;
      readonly compression: CompressionChoice;
      readonly index?: BaseIndex;
      readonly isBaseSearched: boolean;
      /** Roughly; no result depends on it. */
      readonly literalsExpected: number;
    };
    readonly result: EncodedStreams;
  };
}

export type JobType = keyof JobTable;
export type Job<T extends JobType = JobType> = { [K in T]: { readonly type: K } & JobTable[K]['job'] }[T];

/** A job's result with what it counted and timed. */
export interface Done<T extends JobType = JobType> {
  readonly result: JobTable[T]['result'];
  readonly reading: Reading;
}

/** A segment's streams, packed. */
export interface EncodedStreams {
  readonly plan: SegmentPlan;
  readonly streams: Segment['streams'];
  readonly decisions: SegmentDecisions | undefined;
}
