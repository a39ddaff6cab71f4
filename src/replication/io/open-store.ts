/** The embedded store, for real: a folder of the file system, locked against other processes while it is open. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DataError } from '../../base/errors.js';
import { orWorldError } from '../../engine/snapshot/failures.js';
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
  const made = orWorldError('create', full, () => mkdirSync(full, { recursive: true }));
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

function requireStore(folder: string, full: string): void {
  const isDirectory = orWorldError('open', folder, () => statSync(full)).isDirectory();
  if (isDirectory && statSync(join(full, formatPath), { throwIfNoEntry: false })) return;
  throw new DataError(`${folder} is not a repository`, { hint: 'give the folder that a server keeps' });
}
