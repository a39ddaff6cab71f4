/** What a power cut would leave at the least is what syncs have made sure of, and looking at it changes nothing. */
import { describe, expect, test } from 'vitest';
import { WorldError } from '../../../src/base/errors.js';
import { DirectoryStore } from '../../../src/replication/store/directory-store.js';
import { newWorld } from '../world/worlds.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the durable part of a store on a disk', () => {
  test('has what was put, and nothing that a power cut could take', async () => {
    const world = newWorld(1);
    const node = world.addNode('a', () => Promise.resolve());
    const { disk } = node.start();
    const { device } = node.machine;
    const read = async (key: string): Promise<string | undefined> => {
      const found = await device.durable().get(key);
      return found === undefined ? undefined : new TextDecoder().decode(found);
    };
    const store = await world.settle(DirectoryStore.open(disk));
    await world.settle(store.put('a/one', bytes('first'), 'create'));
    expect(await read('a/one')).toBe('first');
    expect(await device.durable().get('a/one', { offset: 1, length: 2 })).toEqual(bytes('ir'));
    const count = device.durableCount;
    // Behind the store's back: bytes and names that nobody has synced.
    await world.settle(disk.write('objects/a+/one', 2, bytes('REST, and more')));
    await world.settle(disk.rename('objects/a+/one', 'objects/a+/two'));
    expect(device.durableCount).toBe(count);
    expect(await read('a/one')).toBe('first');
    expect(await device.durable().list('')).toEqual([{ key: 'a/one', bytes: 5 }]);
    await world.settle(disk.sync('objects/a+/two'));
    await world.settle(disk.syncDirectory('objects/a+'));
    expect(await read('a/one')).toBeUndefined();
    expect(await read('a/two')).toBe('fiREST, and more');
    expect(device.durableCount).toBe(count + 2);
    await expect(device.durable().put('b', bytes('x'), 'create')).rejects.toThrow(WorldError);
    await expect(device.durable().remove('a/two')).rejects.toThrow(WorldError);
  });
});
