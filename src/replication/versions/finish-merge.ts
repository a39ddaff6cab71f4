/**
 * From a merge's blocks to its manifest. Identity rests on leaves of 64 KiB whatever the blocks are (identity.ts), so files that were joined are
 * read once to digest their leaves; all others keep the digest that they have.
 *
 * Law: the same content gives the same manifest on every server. Reads at most one block ahead of a leaf: memory is bounded by the larger of both.
 */
import { DataError } from '../../base/errors.js';
import { leafBytes } from '../../base/limits.js';
import type { Hasher } from '../../engine/fingerprint/fingerprint.js';
import { snapshotId } from '../../engine/fingerprint/identity.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import { merkleRoot } from '../../engine/fingerprint/merkle.js';
import { originsOf } from '../../engine/manifest.js';
import { newestTime, shapeOf } from '../../engine/snapshot/shape.js';
import type { MergedContent } from './block-merge.js';

/** Gives a block by its digest, checked against it. */
export type ReadBlock = (digest: Uint8Array) => Promise<Uint8Array>;

/** Throws what `read` throws, and DataError for a block of another length than its place has. */
export async function finishMerge(
  merged: MergedContent,
  volume: string,
  hasher: Hasher,
  read: ReadBlock,
): Promise<Manifest> {
  const shape = shapeOf(merged);
  const width = hasher.fingerprint.digestBytes;
  const entryDigests = new Uint8Array(merged.entries.length * width);
  let block = 0;
  for (const [row, { kind, sizeBytes }] of merged.entries.entries()) {
    const count = Math.ceil(sizeBytes / merged.blockBytes);
    if (kind === 'file') {
      const digests = merged.blocks.digests.subarray(block * width, (block + count) * width);
      const known = merged.contentDigests[row];
      entryDigests.set(known ?? (await contentDigest(digests, sizeBytes, merged, hasher, read)), row * width);
    }
    block += count;
  }
  const id = snapshotId(hasher, shape, entryDigests);
  return {
    ...shape,
    volume,
    timeMicros: newestTime(shape),
    id,
    fingerprint: merged.fingerprint,
    chunker: { name: 'fixed', blockBytes: merged.blockBytes },
    entryDigests,
    blocks: merged.blocks,
    ...originsOf(merged.blocks, id.content, width, merged.previous),
  };
}

/** Merkle root over the leaves of a file whose blocks have these digests. */
async function contentDigest(
  blockDigests: Uint8Array,
  sizeBytes: number,
  { blockBytes }: MergedContent,
  hasher: Hasher,
  read: ReadBlock,
): Promise<Uint8Array> {
  const width = hasher.fingerprint.digestBytes;
  // A leaf's digest is that of a block of the same bytes.
  if (blockBytes === leafBytes) return merkleRoot(hasher, blockDigests);
  const leaves = new Uint8Array(Math.ceil(sizeBytes / leafBytes) * width);
  const leaf = new Uint8Array(leafBytes);
  let leafCount = 0;
  for (let at = 0, filled = 0, index = 0; at < sizeBytes; at += blockBytes, index++) {
    const bytes = await read(blockDigests.subarray(index * width, (index + 1) * width));
    const length = Math.min(blockBytes, sizeBytes - at);
    if (bytes.length !== length)
      throw new DataError(`a block of the merge has ${bytes.length} bytes instead of ${length}`);
    for (let from = 0; from < length;) {
      const taken = Math.min(leafBytes - filled, length - from);
      leaf.set(bytes.subarray(from, from + taken), filled);
      from += taken;
      filled += taken;
      if (filled === leafBytes || at + from === sizeBytes) {
        leaves.set(hasher.digest(leaf.subarray(0, filled)), leafCount++ * width);
        filled = 0;
      }
    }
  }
  return merkleRoot(hasher, leaves);
}
