/** Listings made up from short descriptions, for the Merkle walk. */
import { Random } from '../../../src/base/prng.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { Workspace } from '../../../src/kernels/workspace.js';
import { fingerprints, Hasher, type FingerprintName } from '../../../src/engine/fingerprint/fingerprint.js';
import { snapshotId } from '../../../src/engine/fingerprint/identity.js';
import type { BlockListing } from '../../../src/engine/fingerprint/manifest.js';
import { shapeOf } from '../../../src/engine/snapshot/shape.js';
import type { Entry } from '../../../src/engine/snapshot/snapshot.js';

export function hasherFor(name: FingerprintName): Hasher {
  return new Hasher(fingerprints[name], new Workspace(createWasmKernels()).arena);
}

/** One file: what stands for its blocks' content; equal numbers are equal blocks. The last block is short. */
export interface FileSketch {
  readonly path: string;
  readonly blocks: readonly number[];
}

const blockBytes = 4096;
const chunker = { name: 'fixed', blockBytes } as const;

/** A tree of these files (in path order), or an image where there is one without a path. */
export function listingOf(files: readonly FileSketch[], hasher: Hasher): BlockListing {
  const width = hasher.fingerprint.digestBytes;
  const form = files[0]?.path === '' ? 'image' : 'tree';
  const root: Entry = { path: '.', kind: 'directory', mode: 0o755, mtimeMicros: -7, sizeBytes: 0 };
  const link: Entry = {
    path: 'ÿ',
    kind: 'symlink',
    mode: 0o777,
    mtimeMicros: 9,
    sizeBytes: 0,
    linkTarget: 'é',
  };
  const own = files.map(({ path, blocks }): Entry => ({
    path,
    kind: 'file',
    mode: 0o644,
    mtimeMicros: 1_700_000_000_000_000 + blocks.length,
    sizeBytes: blocks.length === 0 ? 0 : blocks.length * blockBytes - 100,
  }));
  const entries = form === 'image' ? own : [root, ...own, link];
  const shape = shapeOf({ form, entries });
  const all = files.flatMap(({ blocks }) => blocks);
  const ends = files.flatMap(({ blocks, path }) => {
    const entry = entries.findIndex((candidate) => candidate.path === path);
    const [start, end] = [shape.layout.startOf(entry), shape.layout.endOf(entry)];
    return blocks.map((_, i) => Math.min(end, start + (i + 1) * blockBytes));
  });
  const digests = new Uint8Array(all.length * width);
  all.forEach((content, i) => new Random(content).fill(digests.subarray(i * width, (i + 1) * width)));
  const entryDigests = new Uint8Array(entries.length * width);
  files.forEach(({ blocks }, i) => {
    const digest = hasher.digest(new TextEncoder().encode(JSON.stringify(blocks)));
    entryDigests.set(digest, (form === 'image' ? i : i + 1) * width);
  });
  return {
    ...shape,
    id: snapshotId(hasher, shape, entryDigests),
    fingerprint: hasher.fingerprint.name,
    chunker,
    entryDigests,
    blocks: { ends: Float64Array.from(ends), digests },
  };
}

/** An image of blocks that all differ: `from`, `from` + 1 ... */
export function numbers(count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}
