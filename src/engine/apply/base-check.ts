/**
 * Whether a snapshot is the base that a package was made from. The quick check compares what costs nothing: form, sizes, and a tree's
 * names, modes and times. The full one reads the whole base; it is done only once a rebuilt segment is wrong, to say whose fault that is.
 */
import { DataError } from '../../base/errors.js';
import { formatBytes } from '../../base/units.js';
import type { Hasher } from '../fingerprint/fingerprint.js';
import {
  contentDigests,
  equalBytes,
  metadataId,
  snapshotId,
  type SnapshotId,
} from '../fingerprint/identity.js';
import { hashLeaves, readTarget, type ScanContext } from '../fingerprint/scan.js';
import type { PackageHeader } from '../package/model.js';
import type { Snapshot, SnapshotShape } from '../snapshot/snapshot.js';

/**
 * `exact`: a base tree must have the names, modes and times of the package's base, and the target gets exactly those of the package's target.
 * `ignore`: modes and times of a base tree may differ, and entries that the package does not list keep them. Content is always exact.
 */
export type MetadataPolicy = 'exact' | 'ignore';

/** Throws DataError when an image meets the package of a tree, or a tree that of an image. */
export function checkForm(base: Snapshot, header: PackageHeader): void {
  if (base.form === header.form) return;
  throw notTheBase(base, `it is ${kind(base.form)}, the package is for ${kind(header.form)}`);
}

/** Throws DataError when `base`, of the package's form, cannot be its base. */
export function checkBase(
  base: Snapshot,
  header: PackageHeader,
  hasher: Hasher,
  metadata: MetadataPolicy,
): void {
  const expected = header.base;
  if (base.layout.totalBytes !== expected.totalBytes) {
    const [found, wanted] = [base.layout.totalBytes, expected.totalBytes];
    throw notTheBase(base, `it has ${sizeText(found)}, the base has ${sizeText(wanted)}`);
  }
  if (base.entries.length !== expected.entryCount) {
    throw notTheBase(base, `it has ${base.entries.length} entries, the base has ${expected.entryCount}`);
  }
  if (base.form === 'tree' && metadata === 'exact') {
    if (!equalBytes(metadataId(hasher, base), expected.metadata)) {
      throw notTheBase(
        base,
        'its names, modes or times differ',
        'restore them, or apply with the metadata ignored when only modes and times differ',
      );
    }
  }
}

/** The error for a target that did not come out as stated: a wrong base, or a wrong package. Yields the bytes of each step. */
export function* diagnose(
  context: ScanContext,
  base: Snapshot,
  header: PackageHeader,
  hasher: Hasher,
  failed: string,
): Generator<number, DataError, void> {
  base.assertUnchanged();
  const found = yield* identify(context, base, hasher);
  if (!equalBytes(found.content, header.base.content)) {
    return notTheBase(base, `expected ${hex(header.base.content)}, found ${hex(found.content)}`);
  }
  return new DataError(`${failed} does not rebuild the target from its true base: the package is wrong`, {
    hint: 'make the package again',
  });
}

/** Identity of a snapshot whose bytes `context` reads. Yields the bytes of each step. */
export function* identify(
  context: ScanContext,
  shape: SnapshotShape,
  hasher: Hasher,
): Generator<number, SnapshotId, void> {
  const width = hasher.fingerprint.digestBytes;
  const leafDigests = new Uint8Array(shape.layout.leafCount * width);
  for (const region of shape.layout.regions()) {
    readTarget(context, region.address, region.length);
    leafDigests.set(hashLeaves(context, 'target', region), region.firstLeaf * width);
    yield region.length;
  }
  return snapshotId(hasher, shape, contentDigests(hasher, shape, leafDigests));
}

function notTheBase(
  base: Snapshot,
  reason: string,
  hint = 'give the snapshot that the package was made from',
): DataError {
  return new DataError(`${base.name} is not the base of this package: ${reason}`, { hint });
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function kind(form: SnapshotShape['form']): string {
  return form === 'image' ? 'a single file' : 'a directory';
}

function sizeText(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : `${formatBytes(bytes)} (${bytes} bytes)`;
}
