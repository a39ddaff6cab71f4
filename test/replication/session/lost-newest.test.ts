/** Where the newest version of a volume was lost at a server, nobody gets an older one for it unless he names it. */
import { describe, expect, test } from 'vitest';
import { memoryTarget } from '../../../src/engine/snapshot/target-memory.js';
import { prefixes } from '../../../src/replication/repository/objects.js';
import { FanOut } from '../../../src/replication/session/fan-out.js';
import { EngineCoder } from '../../../src/replication/coding/coder.js';
import { MemoryStore } from '../../../src/replication/store/memory-store.js';
import type { Store } from '../../../src/replication/store/store.js';
import { dotText } from '../../../src/replication/versions/version.js';
import { Town, contentOf, edited, image, kernels, randomBytes, type ServerHost } from './support.js';

const volume = 'disk';
const images = [1, 2, 3].map((at) => edited(randomBytes(50_000, 1), at * 10_000));
const [first, second, third] = images as [Uint8Array, Uint8Array, Uint8Array];

async function recordKeys(store: Store): Promise<string[]> {
  return (await store.list(prefixes.versions)).map(({ key }) => key);
}

/** A server to which alice has pushed two versions, and which lost the record of one of them and started again. */
async function afterLoss(
  counter: 1 | 2,
  lose: (store: Store, key: string) => Promise<unknown>,
  beforeLoss: (town: Town, host: ServerHost) => Promise<void> = () => Promise.resolve(),
): Promise<{ readonly town: Town; readonly host: ServerHost; readonly alice: ReturnType<Town['agent']> }> {
  const town = new Town();
  const store = new MemoryStore();
  const before = await town.serve('server', {}, undefined, store);
  const alice = town.agent('alice');
  await town.settle(alice.push('server', volume, image(first)));
  const [one = ''] = await recordKeys(store);
  await town.time.pass(1000);
  await town.settle(alice.push('server', volume, image(second)));
  const other = (await recordKeys(store)).find((key) => key !== one) ?? '';
  await beforeLoss(town, before);
  await lose(store, counter === 1 ? one : other);
  const host = await town.serve('server', {}, undefined, store, 0, before.recorded);
  return { town, host, alice };
}

const ways = {
  gone: (store: Store, key: string) => store.remove(key),
  damaged: (store: Store, key: string) => store.put(key, new Uint8Array(100), 'replace'),
};

async function pulled(town: Town, by: string): Promise<string> {
  const target = memoryTarget();
  const { version, attempts } = await town.settle(town.agent(by).pull('server', volume, target));
  expect(attempts).toBe(1);
  expect(contentOf(target.snapshot()).length).toBe(50_000);
  return dotText(version.dot);
}

describe.each(Object.entries(ways))('the newest record is %s', (_, lose) => {
  test('whoever asks for the newest is told so, at once; one that is named is given', async () => {
    const { town, host } = await afterLoss(2, lose);
    await expect(pulled(town, 'bob')).rejects.toMatchObject({
      name: 'PeerRefusal',
      code: 'lost',
      message: "server refused (lost): the newest version of 'disk' is lost here: alice:2",
    });
    expect(host.server.list('').map(({ version, isHead }) => [dotText(version.dot), isHead])).toEqual([
      ['alice:1', false],
    ]);
    const target = memoryTarget();
    const dot = { writer: 'alice', counter: 1 };
    await town.settle(town.agent('bob').pull('server', volume, target, { dot }));
    expect(contentOf(target.snapshot()).equals(first)).toBe(true);
  });

  test('the next push of its writer is the newest', async () => {
    const { town, host, alice } = await afterLoss(2, lose);
    await town.settle(alice.push('server', volume, image(third)));
    expect(await pulled(town, 'bob')).toBe('alice:3');
    expect(host.server.volumes.lost.map(({ dot }) => dotText(dot))).toEqual(['alice:2']);
  });

  test('so is a later one of somebody else', async () => {
    const { town } = await afterLoss(2, lose);
    await town.time.pass(1000);
    await town.settle(town.agent('carol').push('server', volume, image(third)));
    expect(await pulled(town, 'bob')).toBe('carol:1');
  });

  test('an older one that is lost is not missed', async () => {
    const { town } = await afterLoss(1, lose);
    expect(await pulled(town, 'bob')).toBe('alice:2');
  });

  test('a peer that has it brings it back', async () => {
    const { town, host } = await afterLoss(2, lose, async (world, before) => {
      await world.serve('replica');
      await sendAll(world, before, 'replica');
    });
    await expect(pulled(town, 'bob')).rejects.toMatchObject({ code: 'lost' });
    const replica = town.servers.get('replica');
    if (replica !== undefined) await sendAll(town, replica, 'server');
    expect(host.server.volumes.lost).toEqual([]);
    expect(await pulled(town, 'bob')).toBe('alice:2');
  });
});

/** One round of fan-out. */
async function sendAll(town: Town, from: ServerHost, to: string): Promise<void> {
  const runtime = town.runtime();
  const coder = new EngineCoder(runtime, kernels);
  const options = { name: from.name, peers: [to] };
  const fanOut = new FanOut(from.server, town.dialer(from.name), coder, runtime, options);
  const running = fanOut.run();
  await town.time.pass(1000);
  fanOut.stop();
  await town.settle(running);
}
