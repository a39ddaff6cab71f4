/**
 * Manifests as the engine's manifest files, by their own digest: the same manifest is kept once. Whoever relies on one pins it first; the collector asks
 * for pins and removes in the same turn, so that neither overtakes the other.
 */
import { DataError } from '../../base/errors.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import { decodeManifest, manifestFile } from '../../engine/package/manifest-file.js';
import type { Store } from '../store/store.js';
import type { Account } from './block-packs.js';
import { hexOf, type Hashing } from './hashing.js';
import { manifestKey } from './objects.js';
import type { StoredVersion } from './repository.js';
import { Turns } from './turns.js';

/** A manifest's file and where it is kept. */
export interface ManifestFile {
  readonly key: string;
  readonly bytes: Uint8Array;
}

export class Manifests {
  readonly #store: Store;
  readonly #hashing: Hashing;
  readonly #account: Account | undefined;
  readonly #turns = new Turns();

  constructor(store: Store, hashing: Hashing, account: Account | undefined) {
    this.#store = store;
    this.#hashing = hashing;
    this.#account = account;
  }

  /** Throws DataError for a manifest of another fingerprint: its block ids mean nothing here. */
  encode(manifest: Manifest): ManifestFile {
    if (manifest.fingerprint !== this.#hashing.name) {
      throw new DataError(
        `the manifest's fingerprint is ${manifest.fingerprint}, this repository's is ${this.#hashing.name}`,
        { hint: 'cut and hash the snapshot as the repository does' },
      );
    }
    const bytes = manifestFile(manifest, this.#hashing.hasher);
    return { key: manifestKey(bytes.subarray(bytes.length - this.#hashing.width)), bytes };
  }

  /** Durable once it resolves. What is there under the key and differs was damaged, and is replaced. */
  keep({ key, bytes }: ManifestFile): Promise<void> {
    return this.#turns.run(key, async () => {
      if (await this.#store.put(key, bytes, 'create')) return;
      const held = await this.#store.get(key);
      if (held === undefined || Buffer.compare(held, bytes) !== 0)
        await this.#store.put(key, bytes, 'replace');
    });
  }

  /** Throws DataError for a manifest that is missing or damaged. */
  async read(key: string): Promise<Manifest> {
    const bytes = await this.#store.get(key);
    if (bytes === undefined) throw new DataError(`${key} is not there`);
    await this.#account?.('hash', bytes.length);
    const { width, hasher, name } = this.#hashing;
    if (manifestKey(bytes.subarray(Math.max(0, bytes.length - width))) !== key) {
      throw new DataError(`${key} is damaged: it ends with another digest`);
    }
    const manifest = attempt(key, () =>
      decodeManifest(bytes, (fingerprint) => {
        if (fingerprint === name) return hasher;
        throw new DataError(`the manifest's fingerprint is ${fingerprint}, this repository's is ${name}`);
      }),
    );
    return manifest;
  }

  /** Removes it unless it is needed when its turn comes. Says whether it did. */
  drop(key: string, isNeeded: () => boolean): Promise<boolean> {
    return this.#turns.run(key, async () => {
      if (isNeeded()) return false;
      await this.#store.remove(key);
      return true;
    });
  }
}

/** Throws DataError unless the manifest is of the version's content. */
export function checkBelongs(stored: StoredVersion, { id }: Manifest): void {
  if (hexOf(id.content) !== stored.content || hexOf(id.metadata) !== stored.metadata) {
    throw new DataError(`${stored.manifest} is the manifest of another content than the version's`);
  }
}

function attempt(key: string, decode: () => Manifest): Manifest {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(`${key}: ${error.message}`, {
      hint: 'fetch the version again from a peer',
      cause: error,
    });
  }
}
