import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RealDisk } from '../../../src/replication/io/real-disk.js';
import { DirectoryStore } from '../../../src/replication/store/directory-store.js';
import type { DirectoryStoreOptions } from '../../../src/replication/store/directory-store.js';
import { noise, storeContract } from './contract.js';
import type { OpenStore } from './contract.js';

async function onRealDisk(options: DirectoryStoreOptions): Promise<OpenStore> {
  const path = await mkdtemp(join(tmpdir(), 'snapdelta-store-'));
  const store = await DirectoryStore.open(new RealDisk(path), options);
  return { store, close: () => rm(path, { recursive: true }) };
}

storeContract('a directory on the real disk', () => onRealDisk({}));
storeContract('a directory that fans out from the third object on', () => onRealDisk({ fanOutAbove: 2 }));

test('objects lie where the format says', async () => {
  const path = await mkdtemp(join(tmpdir(), 'snapdelta-layout-'));
  const store = await DirectoryStore.open(new RealDisk(path), { fanOutAbove: 1 });
  for (const key of ['config', 'packs/first', 'packs/0a1b']) await store.put(key, noise(1), 'create');
  const files = (await readdir(path, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
  expect(files.map((one) => join(one.parentPath, one.name).slice(path.length + 1)).sort()).toEqual([
    'format',
    'objects/config',
    'objects/packs+/=f9/0a1b',
    'objects/packs+/first',
  ]);
  await rm(path, { recursive: true });
});
