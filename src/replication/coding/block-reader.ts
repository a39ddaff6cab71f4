/** Where the bytes of a manifest's blocks come from: a snapshot, a repository, a cache. */
import { present } from '../../base/errors.js';
import { isPlanted } from '../../base/planted.js';
import { fingerprints } from '../../engine/fingerprint/fingerprint.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import type { ContentReader, Snapshot } from '../../engine/snapshot/snapshot.js';
import type { ByteCache } from '../cache/byte-cache.js';
import type { Repository } from '../repository/repository.js';
import { local } from './local-failure.js';
import { blockLength, blockStart, bytesOfBlocks, digestsAt } from './selection.js';

export interface BlockReader {
  /** Those of the positions whose blocks are probably at hand. */
  available(manifest: Manifest, positions: readonly number[]): readonly number[];
  /** The blocks at these positions, end to end; undefined where one of them is missing or damaged. Throws WorldError. */
  read(manifest: Manifest, positions: ArrayLike<number>): Promise<Uint8Array | undefined>;
}

/** Blocks of the snapshot that the manifest describes. Whoever gets them checks them. Throws LocalFailure where the snapshot cannot be read. */
export class SnapshotBlocks implements BlockReader {
  readonly #reader: ContentReader;

  constructor(snapshot: Snapshot) {
    this.#reader = local(() => snapshot.openReader());
  }

  available(_: Manifest, positions: readonly number[]): readonly number[] {
    return positions;
  }

  read(manifest: Manifest, positions: ArrayLike<number>): Promise<Uint8Array> {
    const bytes = new Uint8Array(bytesOfBlocks(manifest, positions));
    local(() => {
      this.#fill(manifest, positions, bytes);
    });
    return Promise.resolve(bytes);
  }

  #fill(manifest: Manifest, positions: ArrayLike<number>, bytes: Uint8Array): void {
    let at = 0;
    for (let i = 0; i < positions.length;) {
      const first = present(positions[i], 'position');
      const start = blockStart(manifest, first);
      let last = first;
      for (i++; positions[i] === last + 1; i++) last++;
      const length = present(manifest.blocks.ends[last], 'end') - start;
      this.#reader.read(start, bytes.subarray(at, at + length));
      at += length;
    }
  }

  close(): void {
    this.#reader.close();
  }
}

export class RepositoryBlocks implements BlockReader {
  readonly #repository: Pick<Repository, 'blocks'>;

  constructor(repository: Pick<Repository, 'blocks'>) {
    this.#repository = repository;
  }

  available(_: Manifest, positions: readonly number[]): readonly number[] {
    return positions;
  }

  async read(manifest: Manifest, positions: ArrayLike<number>): Promise<Uint8Array | undefined> {
    const outcomes = await this.#repository.blocks(digestsAt(manifest, positions));
    const bytes = new Uint8Array(bytesOfBlocks(manifest, positions));
    let at = 0;
    for (const outcome of outcomes) {
      if (outcome.state !== 'whole' || at + outcome.bytes.length > bytes.length) return undefined;
      bytes.set(outcome.bytes, at);
      at += outcome.bytes.length;
    }
    return at === bytes.length ? bytes : undefined;
  }
}

/** Blocks that went by lately. What is not there any more costs bytes on the wire, nothing else. */
export class CachedBlocks implements BlockReader {
  readonly #cache: ByteCache<Uint8Array>;

  constructor(cache: ByteCache<Uint8Array>) {
    this.#cache = cache;
  }

  get bytes(): number {
    return this.#cache.bytes;
  }

  available(manifest: Manifest, positions: readonly number[]): readonly number[] {
    return positions.filter((position) => this.#cache.has(blockKey(manifest, position)));
  }

  read(manifest: Manifest, positions: ArrayLike<number>): Promise<Uint8Array | undefined> {
    const bytes = new Uint8Array(bytesOfBlocks(manifest, positions));
    let at = 0;
    for (let i = 0; i < positions.length; i++) {
      const block = this.#cache.get(blockKey(manifest, present(positions[i], 'position')));
      if (block === undefined || at + block.length > bytes.length) return Promise.resolve(undefined);
      bytes.set(block, at);
      at += block.length;
    }
    return Promise.resolve(at === bytes.length ? bytes : undefined);
  }

  /** Keeps blocks that lie end to end in `bytes`. */
  keep(manifest: Manifest, positions: ArrayLike<number>, bytes: Uint8Array): void {
    let at = 0;
    for (let i = 0; i < positions.length; i++) {
      const position = present(positions[i], 'position');
      const length = blockLength(manifest, position);
      const key = blockKey(manifest, position);
      if (!this.#cache.has(key)) this.#cache.set(key, bytes.slice(at, at + length), length);
      at += length;
    }
  }
}

/** Fingerprint and digest, one character a byte. */
function blockKey({ fingerprint, blocks }: Manifest, position: number): string {
  const width = fingerprints[fingerprint].digestBytes;
  const { buffer, byteOffset } = blocks.digests;
  const keyBytes = isPlanted('cache-key-cut-short') ? 1 : width;
  return fingerprint + Buffer.from(buffer, byteOffset + position * width, keyBytes).toString('latin1');
}
