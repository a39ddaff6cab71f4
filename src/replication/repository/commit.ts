/**
 * The commit: all that a version needs is durable and checked to be there, then its record is created. That creation is the version's becoming visible;
 * before it nothing is, after it everything.
 */
import { DataError, WorldError } from '../../base/errors.js';
import { isPlanted } from '../../base/planted.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import { dotText, type Version } from '../versions/version.js';
import type { PutMode } from '../store/store.js';
import { hexOf } from './hashing.js';
import { encodeRecord, isSameVersion, recordKey } from './record.js';
import type { Staging, StoredVersion } from './repository.js';
import type { Pin, RepositoryState } from './state.js';
import { StoredStaging } from './staging.js';

export async function commit(
  state: RepositoryState,
  version: Version,
  manifest: Manifest,
  staging: Staging | undefined,
): Promise<StoredVersion> {
  const file = state.manifests.encode(manifest);
  const stored: StoredVersion = {
    version,
    content: hexOf(manifest.id.content),
    metadata: hexOf(manifest.id.metadata),
    totalBytes: manifest.id.totalBytes,
    manifest: file.key,
  };
  const record = encodeRecord(stored, state.hashing);
  const key = recordKey(version, state.hashing);
  const pin = state.pin({ manifest: file.key, digests: manifest.blocks.digests });
  const isStaged = staging instanceof StoredStaging && staging.isKept && staging.head.manifest === file.key;
  const result = await state.turns.run(key, async () => {
    try {
      const known = state.catalogue.get(key);
      if (known !== undefined) {
        const same = agreed(known, stored);
        // Whoever commits again what is there may have come to mend it.
        if (known.manifest === file.key && !isStaged) await state.manifests.keep(file);
        return same;
      }
      if (!isStaged) await state.manifests.keep(file);
      checkHeld(state, manifest, version);
      const creating = create(state, key, record, stored, pin);
      const there = await (isPlanted('answered-before-its-record')
        ? Promise.race([creating, Promise.resolve(stored)])
        : creating);
      state.catalogue.add(key, there);
      state.damagedRecords.delete(key);
      settle(state, key);
      return there;
    } finally {
      state.unpin(pin);
    }
  });
  await endOf(staging);
  return result;
}

/** Creates the record. Returns the one that is there afterwards: this one, or the same that was committed before. */
async function create(
  state: RepositoryState,
  key: string,
  record: Uint8Array,
  stored: StoredVersion,
  pin: Pin,
): Promise<StoredVersion> {
  const write = async (mode: PutMode): Promise<boolean> => {
    try {
      return await state.store.put(key, record, mode);
    } catch (error) {
      // It may be there all the same: what it needs stays until someone has looked.
      settle(state, key);
      state.uncertain.set(key, state.pin({ ...pin }));
      throw error;
    }
  };
  if (await write('create')) return stored;
  let there: StoredVersion | undefined;
  try {
    there = await state.readRecord(key);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
  }
  if (there !== undefined) return agreed(there, stored);
  // A damaged record was no version: nobody could see it.
  await write('replace');
  return stored;
}

/** Forgets that a record was uncertain. */
export function settle(state: RepositoryState, key: string): void {
  const pin = state.uncertain.get(key);
  if (pin === undefined) return;
  state.uncertain.delete(key);
  state.unpin(pin);
}

function agreed(known: StoredVersion, stored: StoredVersion): StoredVersion {
  if (isSameVersion(known, stored)) return known;
  const { volume, dot } = stored.version;
  throw new DataError(`volume '${volume}' has another version ${dotText(dot)} already`, {
    hint: 'a writer that was restored from a backup counts anew: give it a new name',
  });
}

function checkHeld(state: RepositoryState, { blocks }: Manifest, { volume, dot }: Version): void {
  const { width } = state.hashing;
  let absent = 0;
  let first = '';
  for (let at = 0; at < blocks.digests.length; at += width) {
    if (state.packs.isHeld(blocks.digests, at)) continue;
    if (absent++ === 0) first = state.hashing.idOf(blocks.digests.subarray(at, at + width));
  }
  if (absent === 0) return;
  throw new DataError(
    `version ${dotText(dot)} of volume '${volume}' cannot be committed: ${absent} of its blocks are not held, the first is ${first}`,
    { hint: 'send them again' },
  );
}

/** The version is there; a staging that cannot be removed now is removed by a collection. */
async function endOf(staging: Staging | undefined): Promise<void> {
  try {
    await staging?.discard();
  } catch (error) {
    if (!(error instanceof WorldError)) throw error;
  }
}
