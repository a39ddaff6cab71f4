/** Manifests of 64 KiB leaves beside a diff: of its base, so that it need not be hashed; of its target, for the diff after it. */
import { UsageError } from '../../base/errors.js';
import type { DiffSummary } from '../../engine/diff.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import { leafManifest } from '../../engine/manifest.js';
import { encodeManifest } from '../../engine/package/manifest-file.js';
import type { Snapshot } from '../../engine/snapshot/snapshot.js';
import type { Input } from '../input.js';
import { refuseInputs, writeOutput } from '../output.js';
import { hasherFor, readManifest } from './manifests.js';

/** --base-manifest. Throws UsageError where BASE is a manifest itself. */
export function baseManifestOf(input: Input, base: Manifest | undefined): Manifest | undefined {
  const path = input.text('base-manifest');
  if (path === undefined) return undefined;
  if (base === undefined) return readManifest(path);
  throw new UsageError('BASE is a manifest already, and --base-manifest gives another', {
    hint: 'leave --base-manifest out',
  });
}

/** --target-manifest, checked before any work. */
export function targetManifestPath(input: Input, inputs: readonly string[]): string | undefined {
  const path = input.text('target-manifest');
  if (path === undefined) return undefined;
  if (path === '-') throw new UsageError('--target-manifest wants a file of its own');
  if (path === input.text('output')) throw new UsageError(`--target-manifest and -o both name ${path}`);
  refuseInputs(path, inputs);
  return path;
}

/** Writes what the diff learnt of its target. Blocks that the previous manifest has keep their origin, if its digests are of the same kind. */
export async function writeTargetManifest(
  path: string,
  target: Snapshot,
  { header, targetLeafDigests }: DiffSummary,
  previous: Manifest | undefined,
  signal: AbortSignal,
): Promise<void> {
  const hasher = hasherFor(header.target.fingerprint);
  const manifest = leafManifest(target, hasher, targetLeafDigests, {
    volume: header.volume,
    timeMicros: header.timeMicros,
    ...(previous?.fingerprint === header.target.fingerprint ? { previous } : {}),
  });
  await writeOutput(path, [encodeManifest(manifest, hasher)], signal);
}
