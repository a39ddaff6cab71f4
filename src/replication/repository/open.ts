/**
 * Opening a repository: its configuration, the records of its versions, the heads of its packs and stagings; no block and no manifest is read. One
 * damaged object does not keep the rest from being used: it is listed as damage.
 */
import { DataError, WorldError } from '../../base/errors.js';
import type { Runtime } from '../../base/runtime.js';
import { compareText } from '../versions/version.js';
import type { Store } from '../store/store.js';
import type { KernelInstance } from '../../kernels/abi.js';
import { createWasmKernels } from '../../kernels/load.js';
import { BlockPacks } from './block-packs.js';
import { decodeConfig, encodeConfig } from './config.js';
import { Hashing } from './hashing.js';
import { openReadsMax } from './limits.js';
import { Manifests } from './manifests.js';
import { configKey, prefixes, stagingHeadName } from './objects.js';
import type { Repository, RepositoryConfig } from './repository.js';
import { decodeStagingHead } from './staging-objects.js';
import { damageOf, RepositoryState } from './state.js';
import { StoredRepository } from './stored-repository.js';
import { inBatches } from './turns.js';

export interface RepositoryOptions {
  /** Where the store is empty, a repository is created with this; one that is there keeps its own configuration. */
  readonly create?: RepositoryConfig;
  /** Kernels to hash with, which others may use too; by default new ones. */
  readonly kernels?: KernelInstance;
  /** Accounts for CPU work. */
  readonly runtime?: Pick<Runtime, 'work'>;
}

/**
 * Opens the repository that a store holds. One process at a time. Throws DataError for a store that holds none (and `create` is not given), something else, or
 * one of a newer format; WorldError when the store fails.
 */
export async function openRepository(store: Store, options: RepositoryOptions = {}): Promise<Repository> {
  const kernels = options.kernels ?? createWasmKernels();
  const { runtime } = options;
  const account = runtime === undefined ? undefined : runtime.work.bind(runtime);
  const bytes = (await store.get(configKey)) ?? (await createConfig(store, options.create, kernels));
  const { config, hashing } = decodeConfig(bytes, kernels);
  const packs = new BlockPacks(store, hashing, config, account);
  const manifests = new Manifests(store, hashing, account);
  const state = new RepositoryState(store, config, packs, manifests, account, kernels);
  const objects = await store.list('');
  const keys = objects.map(({ key }) => key);
  await packs.load(objects);
  await loadRecords(
    state,
    keys.filter((key) => key.startsWith(prefixes.versions)),
  );
  await loadStagings(
    state,
    keys.filter((key) => key.startsWith(prefixes.stagings)),
  );
  return new StoredRepository(state);
}

async function createConfig(
  store: Store,
  config: RepositoryConfig | undefined,
  kernels: KernelInstance,
): Promise<Uint8Array> {
  const others = await store.list('');
  if (others.length > 0) {
    throw new DataError(`no repository can be opened here: ${configKey} is not there, other objects are`, {
      hint: 'give the folder of a repository, or an empty one',
    });
  }
  if (config === undefined) throw new DataError('there is no repository here', { hint: 'create one first' });
  const bytes = encodeConfig(config, new Hashing(config.fingerprint, kernels));
  if (await store.put(configKey, bytes, 'create')) return bytes;
  const there = await store.get(configKey);
  if (there === undefined) throw new WorldError(`${configKey} was created and removed again by someone else`);
  return there;
}

async function loadRecords(state: RepositoryState, keys: readonly string[]): Promise<void> {
  await inBatches(keys, openReadsMax, async (key) => {
    try {
      const stored = await state.readRecord(key);
      if (stored !== undefined) state.catalogue.add(key, stored);
    } catch (error) {
      state.damagedRecords.set(key, damageOf(key, error));
    }
  });
}

/** Heads alone; manifests and segments are read when someone goes on with one. */
async function loadStagings(state: RepositoryState, keys: readonly string[]): Promise<void> {
  const heads = keys.filter((key) => key.endsWith(`/${stagingHeadName}`));
  await inBatches(heads.sort(compareText), openReadsMax, async (key) => {
    const bytes = await state.store.get(key);
    if (bytes === undefined) return;
    try {
      const { head, digest } = decodeStagingHead(bytes, key, state.hashing);
      const folder = key.slice(0, -stagingHeadName.length);
      const segmentKeys = keys.filter((other) => other.startsWith(folder) && other !== key);
      state.stagings.set(head.token, {
        folder,
        head,
        headDigest: digest,
        segmentKeys,
        digests: undefined,
        staging: undefined,
      });
    } catch (error) {
      state.damagedStagings.set(key, damageOf(key, error));
    }
  });
}
