/** Beginning stagings, and finding them again after a restart. */
import { DataError, UsageError } from '../../base/errors.js';
import { isPlanted } from '../../base/planted.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import { nameProblem } from '../../engine/package/fields.js';
import { readBlocks } from './block-reads.js';
import { hexOf } from './hashing.js';
import { offerBytesMax } from './limits.js';
import { stagingFolder, stagingHeadName } from './objects.js';
import type { Staging, StagingLife } from './repository.js';
import type { KnownStaging, RepositoryState } from './state.js';
import { decodeSegment, encodeStagingHead } from './staging-objects.js';
import { StoredStaging, type Unkept } from './staging.js';

export async function stage(
  state: RepositoryState,
  token: string,
  offer: Uint8Array,
  manifest: Manifest,
  life: StagingLife = 'kept',
): Promise<Staging> {
  const problem = nameProblem(token, 1);
  if (problem !== undefined) throw new UsageError(`a staging's token ${problem}`);
  if (offer.length > offerBytesMax) {
    throw new DataError(`an offer has ${offer.length} bytes, more than ${offerBytesMax}`);
  }
  if (state.stagings.has(token)) throw new UsageError(`a staging is called ${token} already`);
  const file = state.manifests.encode(manifest);
  const head = { token, offer: offer.slice(), manifest: file.key };
  const sealed = encodeStagingHead(head, state.hashing);
  const { digests } = manifest.blocks;
  const folder = stagingFolder(state.hashing, token);
  const known: KnownStaging = {
    folder,
    head,
    headDigest: sealed.digest,
    segmentKeys: [],
    digests,
    staging: undefined,
  };
  // From here on its manifest and blocks are protected.
  state.stagings.set(token, known);
  if (!isPlanted('new-staging-not-marked')) state.mark(digests);
  const staging = opened(state, known, manifest, [], {
    keepManifest: () => state.manifests.keep(file),
    head: sealed.bytes,
  });
  if (life === 'process') return staging;
  try {
    await staging.keep();
  } catch (error) {
    state.stagings.delete(token);
    throw error;
  }
  return staging;
}

export async function resume(state: RepositoryState, token: string): Promise<Staging | undefined> {
  const known = state.stagings.get(token);
  if (known === undefined) return undefined;
  return state.turns.run(`resume ${known.folder}`, async () => {
    if (state.stagings.get(token) !== known) return undefined;
    if (known.staging !== undefined) return known.staging;
    const manifest = await manifestOf(state, known);
    if (manifest === undefined) return undefined;
    const segments: number[] = [];
    for (const key of known.segmentKeys) {
      const index = await checkedSegment(state, known, key);
      if (index !== undefined) segments.push(index);
    }
    return state.stagings.get(token) === known ? opened(state, known, manifest, segments) : undefined;
  });
}

/** Reads a staging's manifest and protects its blocks. Where that is damaged the staging is of no use, and is removed. */
export async function manifestOf(state: RepositoryState, known: KnownStaging): Promise<Manifest | undefined> {
  try {
    const manifest = await state.manifests.read(known.head.manifest);
    known.digests = manifest.blocks.digests;
    state.mark(known.digests);
    return manifest;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
  }
  state.stagings.delete(known.head.token);
  await state.turns.run(known.folder, async () => {
    for (const key of known.segmentKeys) await state.store.remove(key);
    await state.store.remove(known.folder + stagingHeadName);
  });
  return undefined;
}

/** The segment's index if it and all its blocks are there and right; otherwise its object is removed. */
async function checkedSegment(
  state: RepositoryState,
  known: KnownStaging,
  key: string,
): Promise<number | undefined> {
  const bytes = await state.store.get(key);
  if (bytes === undefined) return undefined;
  try {
    const segment = decodeSegment(bytes, key, state.hashing);
    if (hexOf(segment.staging) === hexOf(known.headDigest)) {
      const outcomes = await readBlocks(state.packs, segment.digests);
      if (outcomes.every((outcome) => outcome.state === 'whole')) return segment.index;
    }
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
  }
  await state.store.remove(key);
  return undefined;
}

function opened(
  state: RepositoryState,
  known: KnownStaging,
  manifest: Manifest,
  segments: readonly number[],
  unkept?: Unkept,
): StoredStaging {
  const forget = (): void => {
    if (state.stagings.get(known.head.token) === known) state.stagings.delete(known.head.token);
  };
  known.staging = new StoredStaging(
    state.packs,
    known.head,
    known.headDigest,
    manifest,
    segments,
    state.turns,
    forget,
    unkept,
  );
  return known.staging;
}
