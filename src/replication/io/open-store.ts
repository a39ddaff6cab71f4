/** The embedded store, for real: a folder of the file system, locked against other processes while it is open. */
import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DataError } from '../../base/errors.js';
import { orWorldError } from '../../engine/snapshot/failures.js';
import { makeFolder } from '../../engine/snapshot/make-folder.js';
import { openRepository, type RepositoryOptions } from '../repository/open.js';
import type { Repository } from '../repository/repository.js';
import { formatPath } from '../store/directory-layout.js';
import { DirectoryStore } from '../store/directory-store.js';
import type { Store } from '../store/store.js';
import { RealDisk } from './real-disk.js';
import { StoreLock } from './store-lock.js';

export interface OpenedStore {
  readonly store: Store;
  /** Lets other processes in. Nothing else needs it: what was put is durable. */
  readonly close: () => void;
}

/**
 * Opens the store in a folder, made where it is missing unless the mode is `existing`. Throws WorldError when another process has it open or the disk fails, DataError when the
 * folder is something else.
 */
export async function openStore(
  folder: string,
  mode: 'create' | 'existing' = 'create',
): Promise<OpenedStore> {
  const full = resolve(folder);
  if (mode === 'existing') requireStore(folder, full);
  const made = makeFolder(full);
  const lock = StoreLock.take(full);
  try {
    // Every folder from the first new one down gets its name in a folder that must be synced.
    for (let path = full; made !== undefined && path.length >= made.length; path = dirname(path))
      await new RealDisk(dirname(path)).syncDirectory('');
    const store = await DirectoryStore.open(new RealDisk(full));
    return { store, close: () => lock.release() };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The repository that a folder's store holds. Throws as openRepository() does, and names the folder. */
export async function openRepositoryIn(
  folder: string,
  store: Store,
  options: RepositoryOptions = {},
): Promise<Repository> {
  try {
    return await openRepository(store, options);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    throw new DataError(`${folder}: ${error.message}`, { ...hint, cause: error });
  }
}

function requireStore(folder: string, full: string): void {
  const isDirectory = orWorldError('open', folder, () => statSync(full)).isDirectory();
  if (isDirectory && statSync(join(full, formatPath), { throwIfNoEntry: false })) return;
  throw new DataError(`${folder} is not a repository`, { hint: 'give the folder that a server keeps' });
}
