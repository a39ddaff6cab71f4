/**
 * What a strategy is to the pipeline: a named part that finds the extents of the target. Strategies are pluggable: a new one is
 * a detector, its settings, and a line in registry.ts.
 */
import type { BaseIndex } from '../detect/base-index.js';
import type { ExtentColumns } from '../detect/extents.js';
import type { BlockListing } from '../fingerprint/manifest.js';
import type { Snapshot, SnapshotShape } from '../snapshot/snapshot.js';
import type { EngineRun } from './run.js';
import type { Strategy } from './strategy.js';

/** The base, as far as it is known. */
export type Base =
  | { readonly kind: 'content'; readonly shape: SnapshotShape; readonly snapshot: Snapshot }
  | { readonly kind: 'digests'; readonly shape: SnapshotShape; readonly manifest: BlockListing };

export interface DetectionInput<S extends Strategy = Strategy> {
  readonly strategy: S;
  readonly base: Base;
  readonly target: Snapshot;
  /** For each target entry the opposite base entry, or -1. */
  readonly pairs: Int32Array;
  readonly run: EngineRun;
}

export interface Detection {
  readonly extents: ExtentColumns;
  readonly targetLeafDigests: Uint8Array;
  /** Content digests of the base's entries (fingerprint/identity.ts). */
  readonly baseEntryDigests: Uint8Array;
  /** What has to cross the link to and from a remote holder of the base before detection can start; 0 where both sides are at hand or remember the base. */
  readonly exchangeBytes: number;
  /** What that took beyond offer and answer; absent: one round trip of two messages where there are bytes, else none. */
  readonly exchange?: { readonly messages: number; readonly roundTrips: number };
  /** Where the base has its anchors, when detection had to learn it: encoding finds by it what moved. */
  readonly index?: BaseIndex;
  /** Pairs (target address, length), ascending, of what was changed and does not resemble what lies opposite, before it was searched for elsewhere. */
  readonly sought?: Float64Array;
  /** Whether new data was looked for in the whole base. */
  readonly isBaseSearched?: boolean;
}

export type Detector<S extends Strategy = Strategy> = (input: DetectionInput<S>) => Promise<Detection>;
export type StrategyOf<N extends Strategy['name']> = Extract<Strategy, { readonly name: N }>;
