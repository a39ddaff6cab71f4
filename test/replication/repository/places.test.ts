/** The places of blocks are those in which their bytes lie. */
import { expect, test } from 'vitest';
import { MemoryStore } from '../../../src/replication/store/memory-store.js';
import { blockBytes, open, push, sampleOf, versionOf } from './samples.js';

test('where blocks lie', async () => {
  const store = new MemoryStore();
  const repository = await open(store);
  const [first, second] = [sampleOf([1, 2]), sampleOf([2, 3])];
  await push(repository, versionOf(1), first);
  await push(repository, versionOf(2), second);
  const samples = [...first.blocks, ...second.blocks];
  const places = repository.places(samples.map(({ id }) => id));
  expect(places.map((place) => place?.key)).toEqual([
    'packs/0000000000',
    'packs/0000000000',
    'packs/0000000000',
    'packs/0000000001',
  ]);
  expect(places[2]).toEqual(places[1]);
  for (const [i, { bytes }] of samples.entries()) {
    const { key, offset } = places[i] ?? { key: '', offset: 0 };
    // Nothing is compressed in this repository.
    expect(await store.get(key, { offset, length: blockBytes })).toEqual(bytes);
  }
  expect(repository.places(['blake3-00', ...sampleOf([4]).blocks.map(({ id }) => id)])).toEqual([
    undefined,
    undefined,
  ]);
});
