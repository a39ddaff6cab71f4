/**
 * Making a planned merge from what a repository holds: manifests, then blocks, then the manifest of the result, ready to be committed under the plan's
 * version. All its blocks are the heads' and so are held already.
 *
 * Law: as those of block-merge and finish-merge: whoever makes it gets the same.
 */
import { DataError } from '../../base/errors.js';
import type { FingerprintName, Hasher } from '../../engine/fingerprint/fingerprint.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import { mergeBlocks } from './block-merge.js';
import { finishMerge, type ReadBlock } from './finish-merge.js';
import type { MergeObstacle, MergePlan } from './merge-plan.js';
import { dotText, type Dot, type Version } from './version.js';

/** What a merge needs of a repository. */
export interface MergeInputs {
  /** Undefined, or a DataError, where it is not held or damaged. */
  manifest(dot: Dot): Promise<Manifest | undefined>;
  readonly block: ReadBlock;
}

export type Merged =
  | {
      readonly state: 'merged';
      readonly version: Version;
      readonly manifest: Manifest;
      /** Files joined by blocks, and entries and blocks that several heads had changed differently. */
      readonly joinedFiles: number;
      readonly conflicts: number;
    }
  | { readonly state: 'impossible'; readonly obstacle: MergeObstacle };

/** Throws DataError for a damaged block, WorldError where the store fails. */
export async function makeMerge(
  plan: MergePlan,
  inputs: MergeInputs,
  hasherFor: (name: FingerprintName) => Hasher,
): Promise<Merged> {
  const manifests = new Map<string, Manifest>();
  for (const { dot } of [...plan.heads, ...plan.ancestors]) {
    const manifest = await manifestOf(inputs, dot);
    if (manifest === undefined) return { state: 'impossible', obstacle: 'manifest-missing' };
    manifests.set(dotText(dot), manifest);
  }
  const merged = mergeBlocks(plan, (dot) => manifests.get(dotText(dot)));
  if (typeof merged === 'string') return { state: 'impossible', obstacle: merged };
  const hasher = hasherFor(merged.fingerprint);
  const manifest = await finishMerge(merged, plan.version.volume, hasher, inputs.block);
  const { joinedFiles, conflicts } = merged;
  return { state: 'merged', version: plan.version, manifest, joinedFiles, conflicts };
}

async function manifestOf(inputs: MergeInputs, dot: Dot): Promise<Manifest | undefined> {
  try {
    return await inputs.manifest(dot);
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}
