/**
 * What an open repository knows, shared by what works on it (commit, collection, scrub). Roots of what must not be removed: the versions of the
 * catalogue, the stagings, and pins, which protect a manifest and the blocks that it names while neither of them does yet.
 *
 * Law: a root marks its blocks in the index when it comes to be, before anything is awaited; a collection, which clears the marks when it begins, so cannot miss it.
 */
import { DataError } from '../../base/errors.js';
import { isPlanted } from '../../base/planted.js';
import type { KernelInstance } from '../../kernels/abi.js';
import type { Store } from '../store/store.js';
import type { Account, BlockPacks } from './block-packs.js';
import { Catalogue } from './catalogue.js';
import type { Hashing } from './hashing.js';
import type { Manifests } from './manifests.js';
import { decodeRecord } from './record.js';
import type { Damage, RepositoryConfig, StoredVersion } from './repository.js';
import type { StoredStaging } from './staging.js';
import type { StagingHead } from './staging-objects.js';
import { Turns } from './turns.js';

export interface Pin {
  /** Object key. */
  readonly manifest: string;
  /** Of the blocks that it names. */
  readonly digests: Uint8Array;
}

/** A staging that is known: in use, or only its head has been read. */
export interface KnownStaging {
  readonly folder: string;
  readonly head: StagingHead;
  /** Of the head's object. */
  readonly headDigest: Uint8Array;
  /** Keys of segment objects from before a restart. */
  readonly segmentKeys: readonly string[];
  /** Of the blocks that its manifest names, once that was read. */
  digests: Uint8Array | undefined;
  staging: StoredStaging | undefined;
}

export class RepositoryState {
  readonly store: Store;
  readonly config: RepositoryConfig;
  readonly hashing: Hashing;
  readonly packs: BlockPacks;
  readonly manifests: Manifests;
  readonly account: Account | undefined;
  readonly kernels: KernelInstance;
  readonly catalogue = new Catalogue();
  readonly turns = new Turns();
  /** By token. */
  readonly stagings = new Map<string, KnownStaging>();
  readonly #pins = new Set<Pin>();
  /** Records whose writing failed in a way that leaves open whether they are there, by key. */
  readonly uncertain = new Map<string, Pin>();
  /** Records and staging heads that could not be read when the repository was opened. */
  readonly damagedRecords = new Map<string, Damage>();
  readonly damagedStagings = new Map<string, Damage>();

  constructor(
    store: Store,
    config: RepositoryConfig,
    packs: BlockPacks,
    manifests: Manifests,
    account: Account | undefined,
    kernels: KernelInstance,
  ) {
    this.store = store;
    this.config = config;
    this.hashing = packs.hashing;
    this.packs = packs;
    this.manifests = manifests;
    this.account = account;
    this.kernels = kernels;
  }

  pin(pin: Pin): Pin {
    this.#pins.add(pin);
    this.mark(pin.digests);
    return pin;
  }

  unpin(pin: Pin): void {
    this.#pins.delete(pin);
  }

  /** Marks those of the blocks that are in the index; returns how many are not held. */
  mark(digests: Uint8Array): number {
    const { index } = this.packs;
    const { width } = this.hashing;
    let absent = 0;
    for (let at = 0; at < digests.length; at += width) {
      const entry = index.find(digests, at);
      if (entry >= 0) index.mark(entry);
      if (entry < 0 || index.isDamaged(entry)) absent++;
    }
    return absent;
  }

  /** Clears all marks and sets those of the roots whose blocks are known, at once. */
  beginMarking(): void {
    this.packs.index.clearMarks();
    for (const { digests } of this.#pins) this.mark(digests);
    for (const { digests } of this.stagings.values()) {
      if (digests !== undefined && !isPlanted('stagings-not-marked')) this.mark(digests);
    }
  }

  /** Whether a version, a staging or a pin has this manifest. */
  isManifestNeeded(key: string): boolean {
    for (const pin of this.#pins) if (pin.manifest === key) return true;
    for (const { head } of this.stagings.values()) {
      if (head.manifest === key && !isPlanted('staged-manifest-collected')) return true;
    }
    return this.catalogue.hasManifest(key);
  }

  hasStagingFolder(folder: string): boolean {
    for (const known of this.stagings.values()) if (known.folder === folder) return true;
    return false;
  }

  /** The record of this key as the store has it; undefined where there is none. Throws DataError for a damaged one. */
  async readRecord(key: string): Promise<StoredVersion | undefined> {
    const bytes = await this.store.get(key);
    return bytes === undefined ? undefined : decodeRecord(bytes, key, this.hashing);
  }
}

/** What went wrong with the data; anything else is thrown on. */
export function damageOf(key: string, error: unknown): Damage {
  if (error instanceof DataError) return { key, reason: error.message };
  throw error;
}
