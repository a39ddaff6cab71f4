/** What a power cut would leave at the least is what syncs have made sure of, and looking at it changes nothing. */
import { describe, expect, test } from 'vitest';
import { WorldError } from '../../../src/base/errors.js';
import { newWorld } from '../world/worlds.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the durable part of a disk', () => {
  test('has synced bytes under synced names alone', async () => {
    const world = newWorld(1);
    const node = world.addNode('a', () => Promise.resolve());
    const { disk } = node.start();
    const durable = node.machine.device.durable();
    const read = async (path: string): Promise<string | undefined> => {
      const found = await durable.read(path, 0, 100);
      return found === undefined ? undefined : new TextDecoder().decode(found);
    };
    await world.settle(disk.write('one', 0, bytes('first')));
    await world.settle(disk.sync('one'));
    expect(await read('one')).toBeUndefined();
    await world.settle(disk.syncDirectory(''));
    expect(await read('one')).toBe('first');
    await world.settle(disk.write('one', 2, bytes('REST, and more')));
    expect(await read('one')).toBe('first');
    expect(await durable.size('one')).toBe(5);
    await world.settle(disk.rename('one', 'two'));
    expect((await durable.list('')).map(({ name }) => name)).toEqual(['one']);
    await world.settle(disk.sync('two'));
    await world.settle(disk.syncDirectory(''));
    expect(await read('two')).toBe('fiREST, and more');
    await expect(durable.write('two', 0, bytes('x'))).rejects.toThrow(WorldError);
    const events = world.loop.eventCount;
    await durable.sync('two');
    expect(world.loop.eventCount).toBe(events);
  });
});
