/** Cuts at any byte, aborts, crashes of either side, damaged and missing bases: what survives, and what is sent again. */
import { describe, expect, test } from 'vitest';
import { memoryTarget } from '../../../src/engine/snapshot/target-memory.js';
import { MemoryStore } from '../../../src/replication/store/memory-store.js';
import { Town, contentOf, edited, image, randomBytes, restored } from './support.js';

const KiB = 1024;
const volume = 'disk';
const first = randomBytes(100 * KiB, 1);

let measured: Promise<{ connector: number; acceptor: number }> | undefined;

/** Bytes that a push without any fault hands over, in each direction. */
function bytesOfPush(): Promise<{ connector: number; acceptor: number }> {
  return (measured ??= measurePush());
}

async function measurePush(): Promise<{ connector: number; acceptor: number }> {
  const town = new Town();
  await town.serve('server');
  await town.settle(town.agent('alice').push('server', volume, image(first)));
  return { ...town.links[0]?.sentBytes } as { connector: number; acceptor: number };
}

describe('a push that is cut', () => {
  test.each(Array.from({ length: 40 }, (_, i) => i))(
    'at part %i of 40 of its bytes goes on',
    async (part) => {
      const whole = await bytesOfPush();
      const town = new Town();
      const host = await town.serve('server');
      const up = part % 2 === 0;
      const bytes = up ? whole.connector : whole.acceptor;
      const cutAt = Math.floor((bytes * (part + 1)) / 41);
      town.plans.push(up ? { connectorBytesMax: cutAt } : { acceptorBytesMax: cutAt });
      const pushed = await town.settle(town.agent('alice').push('server', volume, image(first)));
      expect(pushed.attempts).toBe(2);
      expect(pushed.version.dot.counter).toBe(1);
      expect((await restored(host, volume, pushed.version.dot)).equals(first)).toBe(true);
      expect(host.repository.versions(volume).length).toBe(1);
      expect(host.repository.stagings).toEqual([]);
      // Each block was kept once: what was durable was not asked for again.
      const durable = (25 - pushed.neededBlocks) % 4;
      expect(durable === 0 || pushed.neededBlocks === 0).toBe(true);
    },
  );

  test('sends again exactly the segments that were not durable', async () => {
    const town = new Town();
    const host = await town.serve('server');
    // Hello, offer, manifest and three of seven segments of 16 KiB, and a part of the fourth.
    town.plans.push({ connectorBytesMax: 60_000 });
    const agent = town.agent('alice', { attemptsMax: 1 });
    await expect(town.settle(agent.push('server', volume, image(first)))).rejects.toThrow('broke');
    expect(host.repository.stagings.length).toBe(1);
    expect(host.server.list('')).toEqual([]);
    const pushed = await town.settle(agent.push('server', volume, image(first)));
    expect(pushed).toMatchObject({ neededBlocks: 25 - 12, segments: 4, attempts: 1 });
    expect(host.received[0]?.offer.resume).toMatch(/^[0-9a-f]{32}$/);
    expect(host.audit.map(({ kind }) => kind)).toEqual([
      'offered',
      'selected',
      'offered',
      'resumed',
      'selected',
      'encoded',
      'committed',
    ]);
  });
});

test('a server that was started again goes on with what was durable', async () => {
  const town = new Town();
  const store = new MemoryStore();
  await town.serve('server', {}, undefined, store);
  town.plans.push({ connectorBytesMax: 60_000 });
  const agent = town.agent('alice', { attemptsMax: 1 });
  await expect(town.settle(agent.push('server', volume, image(first)))).rejects.toThrow('broke');
  const again = await town.serve('server', {}, undefined, store);
  const pushed = await town.settle(agent.push('server', volume, image(first)));
  expect(pushed.neededBlocks).toBe(13);
  expect((await restored(again, volume, pushed.version.dot)).equals(first)).toBe(true);
});

test('an agent that was started again keeps its dot for the same snapshot, and takes the next for another', async () => {
  const town = new Town();
  const host = await town.serve('server');
  const state = new MemoryStore();
  town.plans.push({ connectorBytesMax: 60_000 });
  const cut = town.agent('alice', { attemptsMax: 1 }, state).push('server', volume, image(first));
  await expect(town.settle(cut)).rejects.toThrow('broke');
  const again = await town.settle(town.agent('alice', {}, state).push('server', volume, image(first)));
  expect(again.version.dot.counter).toBe(1);
  expect(again.neededBlocks).toBe(13);

  const second = edited(first, 5000);
  // Neither the cache nor anything else but the state is left: the block is sent whole.
  const other = await town.settle(town.agent('alice', {}, state).push('server', volume, image(second)));
  expect(other.version.dot.counter).toBe(2);
  expect(other.neededBlocks).toBe(1);
  expect(other.packageBytes).toBeGreaterThan(4096);
  expect((await restored(host, volume, other.version.dot)).equals(second)).toBe(true);
});

test('a lost answer to the commit does not make a second version', async () => {
  const whole = await bytesOfPush();
  const town = new Town();
  const host = await town.serve('server');
  town.plans.push({ acceptorBytesMax: whole.acceptor - 1 });
  const pushed = await town.settle(town.agent('alice').push('server', volume, image(first)));
  expect(pushed).toMatchObject({ attempts: 2, neededBlocks: 0 });
  expect(host.repository.versions(volume).length).toBe(1);
  expect(host.audit.filter(({ kind }) => kind === 'committed').length).toBe(1);
});

test('a base that retention removed is left out of the next offer', async () => {
  const town = new Town();
  const host = await town.serve('server');
  const agent = town.agent('alice');
  const one = await town.settle(agent.push('server', volume, image(first)));
  await town.settle(town.agent('bob').pull('server', volume, memoryTarget()));
  await host.repository.remove(volume, [one.version.dot]);
  const two = await town.settle(agent.push('server', volume, image(edited(first, 5000))));
  expect(two.resynchronised).toEqual(['base-missing']);
  // The blocks are still there: nobody has collected them.
  expect(two).toMatchObject({ candidateBlocks: 25, neededBlocks: 1, attempts: 1 });
});

test('a pull that is cut goes on with what the target has', async () => {
  const town = new Town();
  const host = await town.serve('server');
  await town.settle(town.agent('alice').push('server', volume, image(first)));
  town.plans.push({ acceptorBytesMax: 60_000 });
  const target = memoryTarget();
  const pulled = await town.settle(town.agent('bob').pull('server', volume, target));
  expect(pulled).toMatchObject({ attempts: 2, neededBlocks: 13 });
  expect(contentOf(target.snapshot()).equals(first)).toBe(true);
  expect(host.sent.length).toBe(1);
});

test('a push that is cancelled ends at once, and its staging expires', async () => {
  const town = new Town();
  const host = await town.serve('server');
  const stop = new AbortController();
  const pushing = town.agent('alice').push('server', volume, image(first), {
    signal: stop.signal,
    onProgress: ({ segments }) => {
      if (segments === 2) stop.abort();
    },
  });
  await expect(town.settle(pushing)).rejects.toThrow('cancelled');
  expect(host.server.list('')).toEqual([]);
  await town.time.pass(25 * 3_600_000);
  await host.server.expire();
  expect(host.repository.stagings).toEqual([]);
  await host.server.collect();
  expect((await host.store.list('')).map(({ key }) => key)).toEqual(['config']);
});
