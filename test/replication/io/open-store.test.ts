import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../../src/replication/io/open-store.js';
import { noise } from '../store/contract.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapdelta-open-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a store is made with the folders above it, and found again', async () => {
  const path = join(folder, 'a', 'b');
  const first = await openStore(path);
  await first.store.put('k/l', noise(100), 'create');
  await expect(openStore(path)).rejects.toMatchObject({ kind: 'world' });
  first.close();
  const second = await openStore(path);
  expect(await second.store.get('k/l')).toEqual(noise(100));
  second.close();
  expect(readdirSync(path)).toEqual(['format', 'objects', 'temporary']);
});

test('a folder of something else is left alone, and unlocked', async () => {
  writeFileSync(join(folder, 'precious'), 'x');
  await expect(openStore(folder)).rejects.toMatchObject({ kind: 'data' });
  expect(readdirSync(folder)).toEqual(['precious']);
});

test.each(['snapdelta directory store 2\n', '', 'snapdelta directory store 1\nmore'])(
  'the format %j is unknown',
  async (text) => {
    writeFileSync(join(folder, 'format'), text);
    await expect(openStore(folder)).rejects.toMatchObject({ kind: 'data' });
  },
);

test('a file is no repository', async () => {
  writeFileSync(join(folder, 'file'), '');
  await expect(openStore(join(folder, 'file'), 'existing')).rejects.toMatchObject({
    kind: 'data',
    message: expect.stringMatching(/file is not a repository$/) as unknown,
  });
});

test('what a crash left is removed, and never listed', async () => {
  (await openStore(folder)).close();
  writeFileSync(join(folder, 'temporary', '7'), 'half');
  writeFileSync(join(folder, 'objects', 'NOT OURS'), 'x');
  const { store, close } = await openStore(folder);
  expect(readdirSync(join(folder, 'temporary'))).toEqual([]);
  expect(await store.list('')).toEqual([]);
  close();
});

test('a store that lost its objects is not taken for an empty one', async () => {
  (await openStore(folder)).close();
  rmSync(join(folder, 'objects'), { recursive: true });
  await expect(openStore(folder)).rejects.toMatchObject({
    message: "this store has lost its folder 'objects'",
  });
});
