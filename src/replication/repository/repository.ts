/**
 * A repository: volumes with their versions, each a manifest and the blocks that it names, kept as objects of a store. What a version needs is durable
 * before the version's record is: a version is there whole or not at all.
 */
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import type { Dot, Version } from '../versions/version.js';

/** Fingerprint name and digest in hex: `blake3-00ff...`. */
export type BlockId = string;

/** A committed version as this repository keeps it. */
export interface StoredVersion {
  readonly version: Version;
  /** Content id under this repository's fingerprint, in hex. */
  readonly content: string;
  readonly totalBytes: number;
  /** Object key of its manifest. */
  readonly manifest: string;
}

export interface Block {
  readonly id: BlockId;
  readonly bytes: Uint8Array;
}

/** What a push or pull under way has brought so far: invisible, kept over restarts, protected from collection. */
export interface Staging {
  /** Names it; given to the sender, who may go on with it after a cut. */
  readonly token: string;
  /** What was offered, as it was given to stage(). */
  readonly offer: Uint8Array;
  /** Indices of the segments that are durable. */
  readonly segments: ReadonlySet<number>;
  /** Checks each block against its id (DataError) and keeps them; durable once it resolves. */
  addSegment(index: number, blocks: readonly Block[]): Promise<void>;
  /** Forgets it; its blocks become garbage unless a version names them. */
  discard(): Promise<void>;
}

export interface Repository {
  readonly volumes: readonly string[];
  /** All versions kept of a volume, ascending by writer, then counter. */
  versions(volume: string): readonly StoredVersion[];
  version(volume: string, dot: Dot): StoredVersion | undefined;
  /** Throws DataError when the manifest is missing or damaged. */
  manifest(stored: StoredVersion): Promise<Manifest>;
  /** Indices, ascending, of the ids whose blocks are not held. */
  missing(ids: readonly BlockId[]): Promise<readonly number[]>;
  /** The block's bytes, checked against its id. Throws DataError when it is missing or damaged. */
  block(id: BlockId): Promise<Uint8Array>;
  /** Begins a staging whose blocks, and all `manifest` names, are protected from collection. */
  stage(token: string, offer: Uint8Array, manifest: Manifest): Promise<Staging>;
  /** A staging from before, whole and checked; undefined when there is none. */
  resume(token: string): Promise<Staging | undefined>;
  readonly stagings: readonly string[];
  /** Makes a version visible, atomically and durably, and ends the staging. Throws DataError when a block of it is not held. */
  commit(version: Version, manifest: Manifest, staging: Staging | undefined): Promise<StoredVersion>;
  /** Forgets versions; their blocks stay until collect(). */
  remove(volume: string, dots: readonly Dot[]): Promise<void>;
  /** Removes what no version and no staging names. */
  collect(): Promise<{
    readonly removedObjects: number;
    readonly removedBytes: number;
    readonly keptBytes: number;
  }>;
}
