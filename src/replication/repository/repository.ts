/**
 * A repository: volumes with their versions, each a manifest and the blocks that it names, kept as objects of a store (docs/formats/repository-v1.md). What a
 * version needs is durable before the version's record is: a version is there whole or not at all.
 *
 * One process at a time opens a repository; within it any number of transfers, reads, collections and scrubs may run at once.
 */
import type { ChunkerSpec } from '../../engine/chunk/spec.js';
import type { FingerprintName } from '../../engine/fingerprint/fingerprint.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import type { CodecName } from '../../engine/package/codecs.js';
import type { Dot, Version } from '../versions/version.js';

/** Fingerprint name and digest in hex: `blake3-00ff...`. */
export type BlockId = string;

/** Ids one by one, or the digests alone, end to end, of the repository's fingerprint: as a manifest has them. */
export type BlockIds = readonly BlockId[] | Uint8Array;

/** Chosen when a repository is created, and kept with it. Peers may have chosen otherwise. */
export interface RepositoryConfig {
  /** Hashes blocks, manifests and objects. */
  readonly fingerprint: FingerprintName;
  /** How snapshots are to be cut for this repository. A manifest that was cut otherwise is taken, but shares fewer blocks. */
  readonly chunker: ChunkerSpec;
  /** How blocks are kept, one by one; stored where that is not shorter. */
  readonly codec: CodecName;
  /** zstd 1 to 19, deflate 1 to 9; for others 1. */
  readonly level: number;
}

/** A committed version as this repository keeps it. */
export interface StoredVersion {
  readonly version: Version;
  /** Content id under this repository's fingerprint, in hex. */
  readonly content: string;
  /** Metadata id (paths, kinds, modes, times), in hex. */
  readonly metadata: string;
  readonly totalBytes: number;
  /** Object key of its manifest. */
  readonly manifest: string;
}

export interface Block {
  readonly id: BlockId;
  readonly bytes: Uint8Array;
}

/** What became of one block that was asked for. Only bytes that have its id are returned; they may be a view of a larger array. */
export type BlockOutcome =
  | { readonly state: 'whole'; readonly bytes: Uint8Array }
  | { readonly state: 'missing' }
  | { readonly state: 'damaged'; readonly reason: string };

/** What a push or pull under way has brought so far: invisible, protected from collection, and from keep() on kept over restarts. */
export interface Staging {
  /** Names it; given to the sender, who may go on with it after a cut. */
  readonly token: string;
  /** What was offered, as it was given to stage(). */
  readonly offer: Uint8Array;
  /** What was given to stage(), or the same read again after a restart. */
  readonly manifest: Manifest;
  /** Indices of the segments that are durable. */
  readonly segments: ReadonlySet<number>;
  /** Checks each block against its id, and that the manifest names it (DataError), and keeps them; durable once it resolves. */
  addSegment(index: number, blocks: readonly Block[]): Promise<void>;
  /** Has it kept over restarts, with the segments that it has and those that come: durable once it resolves. */
  keep(): Promise<void>;
  /** Forgets it; its blocks become garbage unless a version names them. */
  discard(): Promise<void>;
}

/** Until when a staging that is begun is there: until it ends, whatever restarts come between, or until the process does. */
export type StagingLife = 'kept' | 'process';

export interface Collection {
  readonly removedObjects: number;
  readonly removedBytes: number;
  readonly keptBytes: number;
  /** Objects that cannot be read, so that nobody knows which blocks they need: then nothing was removed. */
  readonly blockedBy: readonly Damage[];
}

/** One thing that a reader could not make sense of. */
export interface Damage {
  readonly key: string;
  readonly reason: string;
}

export interface ScrubReport {
  readonly checkedObjects: number;
  readonly checkedBlocks: number;
  /** Bytes read. */
  readonly checkedBytes: number;
  readonly damage: readonly Damage[];
  /** Blocks that versions need, and that are damaged or not held. */
  readonly lostBlocks: readonly BlockId[];
  /** Versions that cannot be restored whole, of those whose records can be read. */
  readonly affected: readonly StoredVersion[];
}

/** Part of an object of the store. */
export interface BlockPlace {
  readonly key: string;
  readonly offset: number;
}

export interface Repository {
  readonly config: RepositoryConfig;
  /** Ascending. */
  readonly volumes: readonly string[];
  /** All versions kept of a volume, ascending by writer, then counter. */
  versions(volume: string): readonly StoredVersion[];
  version(volume: string, dot: Dot): StoredVersion | undefined;
  /** Throws DataError when the manifest is missing or damaged. */
  manifest(stored: StoredVersion): Promise<Manifest>;
  /** Indices, ascending, of the ids whose blocks are not held or known to be damaged. Only what a staging protects is still held later: stage first. */
  missing(ids: BlockIds): Promise<readonly number[]>;
  /** The block's bytes, checked against its id. Throws DataError when it is missing or damaged. */
  block(id: BlockId): Promise<Uint8Array>;
  /** Many blocks with few reads: one outcome for each id, in order. Throws WorldError when the store fails. */
  blocks(ids: BlockIds): Promise<readonly BlockOutcome[]>;
  /** Where each block would be read from, in order; undefined for one that is not held. Nothing is read. */
  places(ids: BlockIds): readonly (BlockPlace | undefined)[];
  /**
   * Begins a staging whose blocks, and all `manifest` names, are protected from collection. Where it need not be kept over restarts, nothing is written until keep(). Throws UsageError where
   * the token is taken, DataError for a manifest of another fingerprint.
   */
  stage(token: string, offer: Uint8Array, manifest: Manifest, life?: StagingLife): Promise<Staging>;
  /** A staging from before, whole and checked: its segments are those whose blocks are all there. Undefined when there is none. */
  resume(token: string): Promise<Staging | undefined>;
  /** Tokens, ascending. */
  readonly stagings: readonly string[];
  /**
   * Makes a version visible, atomically and durably, and ends the staging. Committing the same again gives what is there. Throws DataError when a block of it
   * is not held, or when another version has its dot.
   */
  commit(version: Version, manifest: Manifest, staging: Staging | undefined): Promise<StoredVersion>;
  /** Forgets versions, those not there included; their blocks stay until collect(). */
  remove(volume: string, dots: readonly Dot[]): Promise<void>;
  /** Removes what no version and no staging names, and packs anew what is mostly garbage. */
  collect(): Promise<Collection>;
  /** Reads and checks everything; damage is reported, and does not stop it. Damaged blocks count as not held from then on. Throws CancelledError. */
  scrub(signal?: AbortSignal): Promise<ScrubReport>;
  /** Objects that could not be read when the repository was opened. */
  readonly damage: readonly Damage[];
}
