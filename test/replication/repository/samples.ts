/** Small images with their manifests and blocks, versions, and a repository to put them into. */
import { createWasmKernels } from '../../../src/kernels/load.js';
import { contentDigests, snapshotId } from '../../../src/engine/fingerprint/identity.js';
import type { FingerprintName } from '../../../src/engine/fingerprint/fingerprint.js';
import type { Manifest } from '../../../src/engine/fingerprint/manifest.js';
import { shapeOf } from '../../../src/engine/snapshot/shape.js';
import { Random } from '../../../src/base/prng.js';
import { leafBytes } from '../../../src/base/limits.js';
import { Hashing } from '../../../src/replication/repository/hashing.js';
import { openRepository, type RepositoryOptions } from '../../../src/replication/repository/open.js';
import type { Block, Repository, RepositoryConfig } from '../../../src/replication/repository/repository.js';
import type { Store } from '../../../src/replication/store/store.js';
import type { Version } from '../../../src/replication/versions/version.js';

export const kernels = createWasmKernels();

export const blockBytes = 256;

export const config: RepositoryConfig = {
  fingerprint: 'blake3',
  chunker: { name: 'fixed', blockBytes },
  codec: 'stored',
  level: 1,
};

const hashings = new Map<FingerprintName, Hashing>();

export function hashingOf(name: FingerprintName = 'blake3'): Hashing {
  const known = hashings.get(name) ?? new Hashing(name, kernels);
  hashings.set(name, known);
  return known;
}

export function open(store: Store, options: RepositoryOptions = {}): Promise<Repository> {
  return openRepository(store, { create: config, kernels, ...options });
}

export interface Sample {
  readonly bytes: Uint8Array;
  readonly manifest: Manifest;
  /** One for each place, as a sender would send them. */
  readonly blocks: readonly Block[];
}

/** An image whose blocks are filled from these seeds: equal seeds, equal blocks. */
export function sampleOf(seeds: readonly number[], fingerprint: FingerprintName = 'blake3'): Sample {
  const bytes = new Uint8Array(seeds.length * blockBytes);
  seeds.forEach((seed, i) => {
    new Random(seed).fill(bytes.subarray(i * blockBytes, (i + 1) * blockBytes));
  });
  return imageOf(bytes, fingerprint);
}

export function imageOf(bytes: Uint8Array, fingerprint: FingerprintName = 'blake3'): Sample {
  const hashing = hashingOf(fingerprint);
  const shape = shapeOf({
    form: 'image',
    entries: [{ path: '', kind: 'file', mode: 0o644, mtimeMicros: 0, sizeBytes: bytes.length }],
  });
  const leaves = piecesOf(bytes, leafBytes);
  const entryDigests = contentDigests(hashing.hasher, shape, hashing.digests(leaves));
  const id = snapshotId(hashing.hasher, shape, entryDigests);
  const pieces = piecesOf(bytes, blockBytes);
  const digests = hashing.digests(pieces);
  const manifest: Manifest = {
    ...shape,
    volume: 'disk',
    timeMicros: 0,
    id,
    fingerprint,
    chunker: { name: 'fixed', blockBytes },
    entryDigests,
    blocks: {
      ends: Float64Array.from(pieces, (_, i) => Math.min((i + 1) * blockBytes, bytes.length)),
      digests,
    },
    origins: [id.content],
    originRuns: pieces.length === 0 ? [] : [{ origin: 0, blocks: pieces.length }],
  };
  const blocks = pieces.map((piece, i) => ({
    id: hashing.idOf(digests.subarray(i * hashing.width, (i + 1) * hashing.width)),
    bytes: piece,
  }));
  return { bytes, manifest, blocks };
}

function piecesOf(bytes: Uint8Array, length: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) =>
    bytes.subarray(i * length, (i + 1) * length),
  );
}

export function versionOf(counter: number, writer = 'agent', volume = 'disk'): Version {
  return {
    volume,
    dot: { writer, counter },
    vector: Object.fromEntries([[writer, counter]]),
    time: { wallMs: 1_700_000_000_000 + counter, counter: 0 },
    parents: counter === 1 ? [] : [{ writer, counter: counter - 1 }],
  };
}

/** Stages, brings what is missing in one segment, and commits. */
export async function push(repository: Repository, version: Version, sample: Sample): Promise<void> {
  const { writer, counter } = version.dot;
  const token = `${version.volume}-${writer}-${counter}`;
  const staging = await repository.stage(token, Uint8Array.of(counter), sample.manifest);
  const missing = await repository.missing(sample.blocks.map(({ id }) => id));
  await staging.addSegment(
    0,
    missing.flatMap((i) => sample.blocks[i] ?? []),
  );
  await repository.commit(version, sample.manifest, staging);
}

/** The bytes of a version, by its manifest and its blocks. */
export async function restore(repository: Repository, version: Version): Promise<Uint8Array> {
  const stored = repository.version(version.volume, version.dot);
  if (stored === undefined) throw new Error('the version is not there');
  const manifest = await repository.manifest(stored);
  const outcomes = await repository.blocks(manifest.blocks.digests);
  return Buffer.concat(
    outcomes.map((outcome) => {
      if (outcome.state !== 'whole') throw new Error(`a block is ${outcome.state}`);
      return outcome.bytes;
    }),
  );
}
