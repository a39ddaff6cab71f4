/** Small consistent manifests. */
import { fingerprints, type FingerprintName } from '../../../src/engine/fingerprint/fingerprint.js';
import { contentDigests, snapshotId } from '../../../src/engine/fingerprint/identity.js';
import type { ChunkerSpec, Manifest } from '../../../src/engine/fingerprint/manifest.js';
import { shapeOf } from '../../../src/engine/snapshot/shape.js';
import type { Entry, SnapshotForm } from '../../../src/engine/snapshot/snapshot.js';
import { bytesOf, hasherFor } from './samples.js';

/**
 * A manifest of these entries; digests of leaves and blocks are made up, everything that follows from them is
 * right.
 */
export function manifestOf(
  form: SnapshotForm,
  entries: readonly Entry[],
  chunker: ChunkerSpec,
  fingerprint: FingerprintName = 'xxh3-128',
): Manifest {
  const hasher = hasherFor(fingerprint);
  const width = fingerprints[fingerprint].digestBytes;
  const shape = shapeOf({ form, entries });
  const entryDigests = contentDigests(hasher, shape, bytesOf(shape.layout.leafCount * width, 13));
  const id = snapshotId(hasher, shape, entryDigests);
  const ends: number[] = [];
  const stepBytes = chunker.name === 'fixed' ? chunker.blockBytes : chunker.averageBytes;
  entries.forEach((_, index) => {
    const end = shape.layout.endOf(index);
    for (let at = shape.layout.startOf(index); at < end;) {
      at = Math.min(end, at + stepBytes);
      ends.push(at);
    }
  });
  const older = Math.floor(ends.length / 2);
  const runs = [
    { origin: 0, blocks: older },
    { origin: 1, blocks: ends.length - older },
  ].filter((run) => run.blocks > 0);
  return {
    ...shape,
    volume: 'disk',
    timeMicros: 1_700_000_000_000_000,
    id,
    fingerprint,
    chunker,
    entryDigests,
    blocks: { ends: Float64Array.from(ends), digests: bytesOf(ends.length * width, 17) },
    origins: [bytesOf(width, 19), id.content],
    originRuns: runs,
  };
}

export function imageManifest(
  sizeBytes: number,
  blockBytes: number,
  fingerprint?: FingerprintName,
): Manifest {
  const entry: Entry = { path: '', kind: 'file', mode: 0o644, mtimeMicros: 1_600_000_000_123_456, sizeBytes };
  return manifestOf('image', [entry], { name: 'fixed', blockBytes }, fingerprint);
}
