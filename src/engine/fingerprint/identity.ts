/**
 * Identity of a snapshot, independent of strategy, chunker and block size, so that two snapshots are equal exactly when their
 * ids are, whichever way they were made.
 *
 *     leaf digest     H(64 KiB of one entry; the last may be short)
 *     content digest  Merkle root of the entry's leaf digests (of no leaves for an empty file)
 *     content id      Merkle root over H(0x00 || kind, path, size, link target, content digest) of every entry, in order
 *     metadata id     H over kind, path, mode, mtime of every entry, in order
 *
 * The one entry of an image counts as kind `file` with the empty path; its metadata is part of the metadata id as any other's.
 */
import { ByteWriter } from '../../base/codec.js';
import type { Entry, SnapshotShape } from '../snapshot/snapshot.js';
import type { FingerprintName, Hasher } from './fingerprint.js';
import { merkleRoot } from './merkle.js';

/** Identity of a snapshot: what its files contain (content) and their modes and times (metadata). */
export interface SnapshotId {
  readonly fingerprint: FingerprintName;
  /** Merkle root over every entry's path, kind, size, link target and content digest. */
  readonly content: Uint8Array;
  /** Digest over every entry's path, mode and modification time. */
  readonly metadata: Uint8Array;
  /** Bytes of all file entries together. */
  readonly totalBytes: number;
  readonly entryCount: number;
}

const kindCode = { file: 0, directory: 1, symlink: 2 } as const;

/** Content digest of each entry, digestBytes each, laid end to end: zeros for directories and symlinks. `leafDigests` covers the whole layout. */
export function contentDigests(hasher: Hasher, shape: SnapshotShape, leafDigests: Uint8Array): Uint8Array {
  const width = hasher.fingerprint.digestBytes;
  const digests = new Uint8Array(shape.entries.length * width);
  shape.entries.forEach((entry, index) => {
    if (entry.kind !== 'file') return;
    const first = shape.layout.firstLeafOf(index);
    digests.set(
      merkleRoot(hasher, leafDigests, first, shape.layout.firstLeafOf(index + 1) - first),
      index * width,
    );
  });
  return digests;
}

/** The id of a snapshot whose entries have the given content digests. */
export function snapshotId(hasher: Hasher, shape: SnapshotShape, entryDigests: Uint8Array): SnapshotId {
  const width = hasher.fingerprint.digestBytes;
  const records = new Uint8Array(shape.entries.length * width);
  shape.entries.forEach((entry, index) => {
    const record = contentRecord(entry, entryDigests.subarray(index * width, (index + 1) * width));
    records.set(hasher.digest(record), index * width);
  });
  return {
    fingerprint: hasher.fingerprint.name,
    content: merkleRoot(hasher, records),
    metadata: metadataId(hasher, shape),
    totalBytes: shape.layout.totalBytes,
    entryCount: shape.entries.length,
  };
}

/** Digest of paths, kinds, modes and modification times. */
export function metadataId(hasher: Hasher, shape: SnapshotShape): Uint8Array {
  const width = hasher.fingerprint.digestBytes;
  const records = new Uint8Array(shape.entries.length * width);
  shape.entries.forEach((entry, index) => {
    const record = new ByteWriter(entry.path.length + 32).u8(0).u8(kindCode[entry.kind]).text(entry.path);
    record.varint(entry.mode).signedVarint(entry.mtimeMicros);
    records.set(hasher.digest(record.finish()), index * width);
  });
  return merkleRoot(hasher, records);
}

function contentRecord(entry: Entry, digest: Uint8Array): Uint8Array {
  const link = entry.linkTarget ?? '';
  const record = new ByteWriter(entry.path.length + link.length + 64).u8(0).u8(kindCode[entry.kind]);
  record.text(entry.path).varint(entry.sizeBytes).text(link);
  return record.bytes(digest).finish();
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

export function equalContent(a: SnapshotId, b: SnapshotId): boolean {
  return a.fingerprint === b.fingerprint && equalBytes(a.content, b.content);
}
