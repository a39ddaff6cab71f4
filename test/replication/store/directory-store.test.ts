import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RealDisk } from '../../../src/replication/io/real-disk.js';
import { DirectoryStore } from '../../../src/replication/store/directory-store.js';
import type { DirectoryStoreOptions } from '../../../src/replication/store/directory-store.js';
import { storeContract } from './contract.js';
import type { OpenStore } from './contract.js';

async function onRealDisk(options: DirectoryStoreOptions): Promise<OpenStore> {
  const path = await mkdtemp(join(tmpdir(), 'snapdelta-store-'));
  const store = await DirectoryStore.open(new RealDisk(path), options);
  return { store, close: () => rm(path, { recursive: true }) };
}

storeContract('a directory on the real disk', () => onRealDisk({}));
storeContract('a directory that fans out from the third object on', () => onRealDisk({ fanOutAbove: 2 }));
