/** A restore counts again exactly as long as it would read the same bytes from the same places. */
import { describe, expect, test } from 'vitest';
import type { BlockPlace } from '../../../src/replication/repository/repository.js';
import { DirectoryStore } from '../../../src/replication/store/directory-store.js';
import { RestoreProof } from '../../../src/simulator/invariants/proof.js';
import { lookAgain } from '../../../src/simulator/run/durable-look.js';
import { kernels, open, push, sampleOf, versionOf } from '../../replication/repository/samples.js';
import { newWorld } from '../world/worlds.js';

/** A server's store with one version, and the proof of its restore. */
async function proved() {
  const world = newWorld(1);
  const node = world.addNode('a', () => Promise.resolve());
  const { disk } = node.start();
  const { device } = node.machine;
  const store = await world.settle(DirectoryStore.open(disk));
  const repository = await world.settle(open(store));
  const put = (counter: number, seeds: readonly number[]) =>
    world.settle(push(repository, versionOf(counter), sampleOf(seeds)));
  await put(1, [1, 2, 3]);
  const look = async () => {
    const durable = await lookAgain(device.durable(), undefined, kernels).durable;
    const stored = durable.repository.version('disk', versionOf(1).dot);
    if (stored === undefined) throw new Error('the version is not durable');
    return { durable, stored };
  };
  const { durable, stored } = await look();
  const proof = new RestoreProof(durable, stored, [sampleOf([1, 2, 3]).manifest.blocks.digests]);
  const holds = async (): Promise<boolean> => {
    const now = await look();
    return proof.holds(now.durable, now.stored);
  };
  return { world, disk, store, put, proof, durable, stored, holds };
}

describe('what a restore has read', () => {
  test('is the same while others are pushed', async () => {
    const { put, holds } = await proved();
    expect(await holds()).toBe(true);
    await put(2, [3, 4, 5]);
    expect(await holds()).toBe(true);
  });

  test.each(['packs+/0000000000', 'config', 'manifests+/'])(
    'is another once %s was synced with other bytes, or with the same',
    async (name) => {
      const { world, disk, stored, holds } = await proved();
      const path = `objects/${name.endsWith('/') ? stored.manifest.replace('manifests/', name) : name}`;
      const bytes = (await world.settle(disk.read(path, 0, 1 << 20))) ?? new Uint8Array();
      await world.settle(disk.write(path, 0, bytes));
      expect(await holds()).toBe(true);
      await world.settle(disk.sync(path));
      expect(await holds()).toBe(false);
    },
  );

  test('is another once a block would be read from another place, or from none, and where the record is another', async () => {
    const { durable, stored, proof } = await proved();
    const at = (change: (place: BlockPlace | undefined) => BlockPlace | undefined) => ({
      store: durable.store,
      repository: {
        places: (ids: Uint8Array | readonly string[]) => durable.repository.places(ids).map(change),
      },
    });
    expect(
      proof.holds(
        at((place) => place),
        stored,
      ),
    ).toBe(true);
    expect(
      proof.holds(
        at((place) => place && { ...place, offset: place.offset + 1 }),
        stored,
      ),
    ).toBe(false);
    expect(
      proof.holds(
        at((place) => place && { ...place, key: 'packs/0000000001' }),
        stored,
      ),
    ).toBe(false);
    expect(
      proof.holds(
        at(() => undefined),
        stored,
      ),
    ).toBe(false);
    expect(proof.holds(durable, { ...stored, content: '00' })).toBe(false);
  });
});
