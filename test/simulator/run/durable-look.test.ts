/** An earlier look is relied upon exactly as far as the durable bytes that it read are the same. */
import { describe, expect, test } from 'vitest';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { parseChunker } from '../../../src/replication/coding/cutting.js';
import { openRepository } from '../../../src/replication/repository/open.js';
import { DirectoryStore } from '../../../src/replication/store/directory-store.js';
import { lookAgain } from '../../../src/simulator/run/durable-look.js';
import { newWorld } from '../world/worlds.js';

const kernels = createWasmKernels();
const some = (value: number): Uint8Array => new Uint8Array(600).fill(value);

/** A server's store with a configuration, and a look at it after which some version was restored. */
async function looked() {
  const world = newWorld(1);
  const node = world.addNode('a', () => Promise.resolve());
  const { disk } = node.start();
  const { device } = node.machine;
  const store = await world.settle(DirectoryStore.open(disk));
  const create = { fingerprint: 'xxh3-128', chunker: parseChunker('fixed:4096') } as const;
  await world.settle(openRepository(store, { create: { ...create, codec: 'stored', level: 1 }, kernels }));
  const put = (key: string, value = 1) => world.settle(store.put(key, some(value), 'replace'));
  await put('manifests/m');
  const first = lookAgain(device.durable(), undefined, kernels);
  first.restored.add('a version');
  const { repository } = await first.durable;
  const again = async () => {
    const look = lookAgain(device.durable(), first, kernels);
    const durable = await look.durable;
    expect(durable.restored).toBe(look.restored);
    return { isRestored: look.restored.has('a version'), isOpen: durable.repository === repository };
  };
  return { world, disk, device, store, put, again };
}

describe('what is kept of an earlier look', () => {
  test('is all of it while no object of the repository is another', async () => {
    const { put, again, disk, world } = await looked();
    expect(await again()).toEqual({ isRestored: true, isOpen: true });
    await put('audit/log/1');
    // Nobody has synced it.
    await world.settle(disk.write('objects/manifests+/m', 0, some(2)));
    expect(await again()).toEqual({ isRestored: true, isOpen: true });
  });

  test('are its restores, once there is another staging', async () => {
    const { put, again } = await looked();
    await put('stagings/s/1');
    expect(await again()).toEqual({ isRestored: true, isOpen: false });
  });

  test.each(['packs/0000000007', 'manifests/n', 'versions/v', 'config'])(
    'is nothing once %s was written',
    async (key) => {
      const { put, again } = await looked();
      await put(key, 3).catch(() => undefined);
      await expect(again().catch(() => 'no repository')).resolves.toEqual(
        key === 'config' ? 'no repository' : { isRestored: false, isOpen: false },
      );
    },
  );

  test('is nothing once an object is gone', async () => {
    const { world, store, again } = await looked();
    await world.settle(store.remove('manifests/m'));
    expect(await again()).toEqual({ isRestored: false, isOpen: false });
  });

  test('is nothing once bytes were synced, though they are the same', async () => {
    const { world, disk, again } = await looked();
    await world.settle(disk.write('objects/manifests+/m', 0, some(1)));
    await world.settle(disk.sync('objects/manifests+/m'));
    expect(await again()).toEqual({ isRestored: false, isOpen: false });
  });

  test('is nothing once a bit has turned, or a power cut met what was not synced', async () => {
    const rotten = await looked();
    const random = rotten.world.random('rot');
    let look: { readonly isRestored: boolean } | undefined = { isRestored: true };
    // Not every file of the disk is an object.
    for (let turned = 0; turned < 20; turned++) {
      expect(rotten.device.rot(random)).toBe(true);
      look = await rotten.again().catch(() => undefined);
    }
    expect(look?.isRestored ?? false).toBe(false);
    const cut = await looked();
    await cut.world.settle(cut.disk.write('objects/manifests+/m', 0, some(2)));
    cut.device.cutPower();
    expect(await cut.again()).toEqual({ isRestored: false, isOpen: false });
  });
});
