/** Small snapshots with their manifests and a store of their blocks, for merges. */
import { fingerprints, type FingerprintName } from '../../../src/engine/fingerprint/fingerprint.js';
import { contentDigests, snapshotId } from '../../../src/engine/fingerprint/identity.js';
import type { ChunkerSpec, Manifest } from '../../../src/engine/fingerprint/manifest.js';
import { leafBytes } from '../../../src/base/limits.js';
import { comparePaths } from '../../../src/engine/snapshot/entry-rules.js';
import { newestTime, shapeOf } from '../../../src/engine/snapshot/shape.js';
import type { Entry, SnapshotForm } from '../../../src/engine/snapshot/snapshot.js';
import { hasherFor } from '../../engine/package/samples.js';

/** A file by its text or bytes; a directory or link by its properties. */
export type Item = string | Uint8Array | Partial<Entry>;
export type Tree = Readonly<Record<string, Item>>;

export interface ContentOptions {
  readonly blockBytes?: number;
  readonly chunker?: ChunkerSpec;
  readonly fingerprint?: FingerprintName;
  readonly form?: SnapshotForm;
}

const hashers = {
  'xxh3-128': hasherFor('xxh3-128'),
  blake3: hasherFor('blake3'),
  sha256: hasherFor('sha256'),
};

/** Blocks by digest, over all manifests made here. */
export class Contents {
  readonly #blocks = new Map<string, Uint8Array>();

  /** Files are cut into 256 bytes unless told otherwise. A tree gets its root; an image is the one path ''. */
  manifest(tree: Tree, options: ContentOptions = {}): Manifest {
    const { blockBytes = 256, fingerprint = 'xxh3-128' } = options;
    const hasher = hashers[fingerprint];
    const isImage = Object.hasOwn(tree, '');
    const items: readonly [string, Item][] = [
      ...(isImage ? [] : [['.', { kind: 'directory' }] as [string, Item]]),
      ...Object.entries(tree),
    ];
    const sorted = items.map(rowOf).sort((a, b) => comparePaths(a.entry.path, b.entry.path));
    const shape = shapeOf({ form: isImage ? 'image' : 'tree', entries: sorted.map(({ entry }) => entry) });
    const ends: number[] = [];
    const digests: Uint8Array[] = [];
    const leaves: Uint8Array[] = [];
    let address = 0;
    for (const { bytes } of sorted) {
      for (let at = 0; at < bytes.length; at += leafBytes)
        leaves.push(hasher.digest(bytes.subarray(at, at + leafBytes)));
      for (let at = 0; at < bytes.length; at += blockBytes) {
        const block = bytes.subarray(at, at + blockBytes);
        const digest = hasher.digest(block);
        this.#blocks.set(Buffer.from(digest).toString('hex'), block);
        digests.push(digest);
        ends.push(address + at + block.length);
      }
      address += bytes.length;
    }
    const entryDigests = contentDigests(hasher, shape, Buffer.concat(leaves));
    const id = snapshotId(hasher, shape, entryDigests);
    return {
      ...shape,
      volume: 'v',
      timeMicros: newestTime(shape),
      id,
      fingerprint,
      chunker: options.chunker ?? { name: 'fixed', blockBytes },
      entryDigests,
      blocks: { ends: Float64Array.from(ends), digests: Uint8Array.from(Buffer.concat(digests)) },
      origins: [id.content],
      originRuns: ends.length === 0 ? [] : [{ origin: 0, blocks: ends.length }],
    };
  }

  read = (digest: Uint8Array): Promise<Uint8Array> => Promise.resolve(this.block(digest));

  block(digest: Uint8Array): Uint8Array {
    const found = this.#blocks.get(Buffer.from(digest).toString('hex'));
    if (found === undefined) throw new Error('no such block');
    return found;
  }

  /** Each file's bytes as text, from a manifest's blocks. */
  texts(manifest: Pick<Manifest, 'entries' | 'blocks' | 'fingerprint'>): Record<string, string> {
    const width = fingerprints[manifest.fingerprint].digestBytes;
    const texts: Record<string, string> = {};
    let block = 0;
    let start = 0;
    for (const { path, kind, sizeBytes } of manifest.entries) {
      const pieces: Uint8Array[] = [];
      const end = start + sizeBytes;
      for (; (manifest.blocks.ends[block] ?? Infinity) <= end && sizeBytes > 0; block++)
        pieces.push(this.block(manifest.blocks.digests.subarray(block * width, (block + 1) * width)));
      if (kind === 'file') texts[path] = Buffer.concat(pieces).toString('latin1');
      start = end;
    }
    return texts;
  }
}

/** Text of blocks of 256 bytes, each a letter repeated: `aab` is two blocks of a and one of b. */
export function blocks(letters: string, blockBytes = 256): string {
  return Array.from(letters, (letter) => letter.repeat(blockBytes)).join('');
}

function rowOf([path, item]: [string, Item]): { entry: Entry; bytes: Uint8Array } {
  if (typeof item === 'string' || item instanceof Uint8Array) {
    const bytes = typeof item === 'string' ? Buffer.from(item, 'latin1') : item;
    return {
      entry: { path, kind: 'file', mode: 0o644, mtimeMicros: 1000, sizeBytes: bytes.length },
      bytes: Uint8Array.from(bytes),
    };
  }
  return {
    entry: { path, kind: 'file', mode: 0o755, mtimeMicros: 1000, sizeBytes: 0, ...item },
    bytes: new Uint8Array(0),
  };
}
