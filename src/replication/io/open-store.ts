/** The embedded store, for real: a folder of the file system, made where it is missing, locked against other processes while it is open. */
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { orWorldError } from '../../engine/snapshot/failures.js';
import { DirectoryStore } from '../store/directory-store.js';
import type { Store } from '../store/store.js';
import { RealDisk } from './real-disk.js';
import { StoreLock } from './store-lock.js';

export interface OpenedStore {
  readonly store: Store;
  /** Lets other processes in. Nothing else needs it: what was put is durable. */
  readonly close: () => void;
}

/** Throws WorldError when another process has it open or the disk fails, DataError when the folder is something else. */
export async function openStore(folder: string): Promise<OpenedStore> {
  const full = resolve(folder);
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
