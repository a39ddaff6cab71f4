/** Manifests as inputs: recognised, read, and the strategies that go with them. */
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { fingerprints, Hasher } from '../../engine/fingerprint/fingerprint.js';
import type { FingerprintName } from '../../engine/fingerprint/fingerprint.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import { encodePreamble } from '../../engine/package/format.js';
import { decodeManifest } from '../../engine/package/manifest-file.js';
import { orWorldError } from '../../engine/snapshot/failures.js';
import { openSnapshot } from '../../engine/snapshot/open.js';
import type { Snapshot } from '../../engine/snapshot/snapshot.js';
import { Arena } from '../../kernels/arena.js';
import { createWasmKernels } from '../../kernels/load.js';
import { named } from './naming.js';

export function hasherFor(fingerprint: FingerprintName): Hasher {
  return new Hasher(fingerprints[fingerprint], new Arena(createWasmKernels()));
}

/** Whether a file begins as a manifest of ours. */
function isManifest(path: string): boolean {
  if (!orWorldError('open', path, () => statSync(path)).isFile()) return false;
  const magic = encodePreamble('manifest').subarray(0, 8);
  const start = new Uint8Array(magic.length);
  const file = orWorldError('open', path, () => openSync(path, 'r'));
  try {
    orWorldError('read', path, () => readSync(file, start));
  } finally {
    closeSync(file);
  }
  return Buffer.compare(start, magic) === 0;
}

/** Throws DataError that names the file. */
export function readManifest(path: string): Manifest {
  const bytes = orWorldError('read', path, () => readFileSync(path));
  return named(path, () => decodeManifest(bytes, hasherFor));
}

/** A base is its content, or a manifest that stands for it. */
export function openBase(path: string): {
  readonly base: Snapshot | Manifest;
  readonly manifest: Manifest | undefined;
} {
  if (!isManifest(path)) return { base: openSnapshot(path), manifest: undefined };
  const manifest = readManifest(path);
  return { base: manifest, manifest };
}
