/**
 * Collection: mark what versions, stagings and pins name, then sweep packs, manifests and staging objects. Everything else goes on meanwhile.
 *
 * Law: never removes what is referenced, whatever runs between any two awaits. New roots mark their blocks as they come to be; whether a pack is garbage is
 * decided, and its dead blocks are forgotten, in one step before its removal begins; so nobody is promised a block that is about to go. A crash
 * leaves garbage, or a block twice, and neither harms.
 */
import { isPlanted } from '../../base/planted.js';
import type { ObjectInfo } from '../store/store.js';
import { settle } from './commit.js';
import { packOfKey, prefixes } from './objects.js';
import { packAnew } from './repack.js';
import type { Collection, Damage } from './repository.js';
import { manifestOf } from './stagings.js';
import { damageOf, type RepositoryState } from './state.js';

interface Tally {
  objects: number;
  bytes: number;
}

export function collect(state: RepositoryState): Promise<Collection> {
  return state.turns.run('collect', async () => {
    await settleUncertain(state);
    state.beginMarking();
    const objects = await state.store.list('');
    const total = objects.reduce((sum, { bytes }) => sum + bytes, 0);
    const { blockedBy, absent } = await markAll(state);
    const removed: Tally = { objects: 0, bytes: 0 };
    let written = 0;
    if (blockedBy.length === 0) {
      written = await sweepPacks(state, objects, absent === 0, removed);
      await sweepManifests(state, objects, removed);
      await sweepStagings(state, objects, removed);
    }
    return {
      removedObjects: removed.objects,
      removedBytes: removed.bytes,
      keptBytes: total + written - removed.bytes,
      blockedBy,
    };
  });
}

/** Looks after records whose writing failed: those that are there are versions. */
async function settleUncertain(state: RepositoryState): Promise<void> {
  for (const key of [...state.uncertain.keys()]) {
    await state.turns.run(key, async () => {
      if (!state.uncertain.has(key)) return;
      try {
        const stored = await state.readRecord(key);
        if (stored !== undefined) state.catalogue.add(key, stored);
      } catch (error) {
        state.damagedRecords.set(key, damageOf(key, error));
      }
      settle(state, key);
    });
  }
}

/** Marks the blocks of stagings and versions. `absent` counts blocks that versions name and that are not held. */
async function markAll(
  state: RepositoryState,
): Promise<{ readonly blockedBy: Damage[]; readonly absent: number }> {
  for (const known of [...state.stagings.values()]) {
    if (known.digests === undefined) await manifestOf(state, known);
  }
  const blockedBy = [...state.damagedRecords.values()];
  const seen = new Set<string>();
  let absent = 0;
  for (const stored of state.catalogue.all()) {
    const root = isPlanted('one-version-marked') ? stored.version.volume : stored.manifest;
    if (seen.has(root)) continue;
    seen.add(root);
    try {
      absent += state.mark((await state.manifests.read(stored.manifest)).blocks.digests);
    } catch (error) {
      const damage = damageOf(stored.manifest, error);
      // Removed meanwhile: nobody needs it.
      if (state.catalogue.hasManifest(stored.manifest)) blockedBy.push(damage);
    }
  }
  return { blockedBy, absent };
}

/** Returns the bytes that were written to pack anew what is left of mostly dead packs. */
async function sweepPacks(
  state: RepositoryState,
  objects: readonly ObjectInfo[],
  isComplete: boolean,
  removed: Tally,
): Promise<number> {
  const { packs } = state;
  const entriesOf = packs.index.byPack();
  const left = new Map<number, readonly number[]>();
  for (const { key, bytes } of objects) {
    const pack = packOfKey(key);
    if (pack === undefined || packs.isWriting(pack)) continue;
    const isUnreadable = packs.isDamagedPack(pack);
    // What lies in it may be what a version lacks.
    if (isUnreadable && !isComplete) continue;
    const entries = (entriesOf.get(pack) ?? []).filter((entry) => packs.isIn(entry, pack));
    const live = entries.filter((entry) => packs.index.isMarked(entry));
    if (live.length > 0) {
      left.set(pack, entries);
      continue;
    }
    for (const entry of entries) packs.index.remove(entry);
    await packs.drop(pack);
    count(removed, bytes);
  }
  return packAnew(packs, left, (bytes) => count(removed, bytes));
}

async function sweepManifests(
  state: RepositoryState,
  objects: readonly ObjectInfo[],
  removed: Tally,
): Promise<void> {
  for (const { key, bytes } of objects) {
    if (!key.startsWith(prefixes.manifests)) continue;
    if (await state.manifests.drop(key, () => state.isManifestNeeded(key))) count(removed, bytes);
  }
}

/** Objects of stagings that are none: what a crash or a failed removal left. A damaged head is such, too: nobody can go on with it. */
async function sweepStagings(
  state: RepositoryState,
  objects: readonly ObjectInfo[],
  removed: Tally,
): Promise<void> {
  for (const { key, bytes } of objects) {
    if (!key.startsWith(prefixes.stagings)) continue;
    const folder = key.slice(0, key.lastIndexOf('/') + 1);
    await state.turns.run(folder, async () => {
      if (state.hasStagingFolder(folder)) return;
      await state.store.remove(key);
      state.damagedStagings.delete(key);
      count(removed, bytes);
    });
  }
}

function count(removed: Tally, bytes: number): void {
  removed.objects++;
  removed.bytes += bytes;
}
