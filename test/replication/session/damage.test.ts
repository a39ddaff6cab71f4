/** Bases that are damaged at the receiver, links that drip, what is wanted first, and crashes at every step of either side. */
import { describe, expect, test } from 'vitest';
import { memoryTarget } from '../../../src/engine/snapshot/target-memory.js';
import { MemoryStore } from '../../../src/replication/store/memory-store.js';
import type { Store } from '../../../src/replication/store/store.js';
import { FaultStore } from '../repository/fault-store.js';
import { Town, contentOf, edited, image, randomBytes, restored } from './support.js';

const KiB = 1024;
const volume = 'disk';
const first = randomBytes(100 * KiB, 1);
const second = edited(first, 50_000);

/** Changes one byte in the middle of every pack but the last, or of other objects. */
async function rot(store: Store, prefix = 'packs/'): Promise<void> {
  const packs = await store.list(prefix);
  for (const { key } of packs.slice(0, 4)) {
    const bytes = (await store.get(key))?.slice() ?? new Uint8Array(0);
    const at = bytes.length >> 1;
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    await store.put(key, bytes, 'replace');
  }
}

test('a damaged base is noticed when it is used, and repaired by the push that follows', async () => {
  const town = new Town();
  const store = new MemoryStore();
  const host = await town.serve('server', {}, undefined, store);
  const agent = town.agent('alice');
  const one = await town.settle(agent.push('server', volume, image(first)));
  await rot(store);
  // Every block is edited, so that all of the base are referred to.
  let changed = first;
  for (let at = 0; at < first.length; at += 4096) changed = edited(changed, at + 100);
  const two = await town.settle(agent.push('server', volume, image(changed), { base: image(first) }));
  expect(two.resynchronised).toEqual(['base-damaged']);
  expect((await restored(host, volume, two.version.dot)).equals(changed)).toBe(true);
  expect(host.audit.filter(({ kind }) => kind === 'resynchronised').length).toBe(1);
  // What the new version does not have is still damaged: a scrub finds it, and a push of the old snapshot mends it.
  expect((await host.repository.scrub()).lostBlocks.length).toBe(4);
  await town.settle(town.agent('bob').push('server', volume, image(first)));
  expect((await host.repository.scrub()).lostBlocks).toEqual([]);
  expect((await restored(host, volume, one.version.dot)).equals(first)).toBe(true);
});

test("a version that is damaged at the server is the server's fault, and may be mended meanwhile", async () => {
  const town = new Town();
  const store = new MemoryStore();
  await town.serve('server', {}, undefined, store);
  await town.settle(town.agent('alice').push('server', volume, image(first)));
  await rot(store, 'manifests/');
  await town.serve('server', {}, undefined, store);
  const pull = town.agent('bob', { attemptsMax: 2 }).pull('server', volume, memoryTarget());
  await expect(town.settle(pull)).rejects.toMatchObject({ name: 'PeerRefusal', code: 'internal' });
});

test.each([1, 7, 4096])('links that give %i bytes at a time', async (pieceBytesMax) => {
  const town = new Town();
  const host = await town.serve('server');
  town.plans.push({ pieceBytesMax, bufferBytesMax: 1000 });
  const small = first.subarray(0, 20_000);
  const pushed = await town.settle(town.agent('alice').push('server', volume, image(small)));
  expect(pushed.attempts).toBe(1);
  expect((await restored(host, volume, pushed.version.dot)).equals(small)).toBe(true);
});

test('what is wanted first comes first', async () => {
  const town = new Town();
  await town.serve('server');
  await town.settle(town.agent('alice').push('server', volume, image(first)));
  const seen: number[] = [];
  const target = memoryTarget();
  await town.settle(
    town.agent('bob').pull('server', volume, target, {
      first: ['80000-90000'],
      onAvailable: ({ address }) => seen.push(address / 4096),
    }),
  );
  expect(seen.slice(0, 5)).toEqual([19, 20, 21, 0, 1]);
  expect(seen.length).toBe(25);
  expect(contentOf(target.snapshot()).equals(first)).toBe(true);
});

test('a pull beside a similar snapshot is sent what differs, as deltas where its name is known', async () => {
  const town = new Town();
  await town.serve('server');
  const alice = town.agent('alice');
  const bob = town.agent('bob', { cacheBytesMax: 0 });
  await town.settle(alice.push('server', volume, image(first)));
  await town.settle(bob.pull('server', volume, memoryTarget()));
  await town.settle(alice.push('server', volume, image(second)));
  const target = memoryTarget();
  const pulled = await town.settle(bob.pull('server', volume, target, { base: image(first) }));
  expect(pulled).toMatchObject({ candidateBlocks: 1, neededBlocks: 1, resynchronised: [] });
  expect(pulled.packageBytes).toBeLessThan(1000);
  expect(contentOf(target.snapshot()).equals(second)).toBe(true);
});

describe('crashes', () => {
  test('of the agent at each call to its store: the same dot for the same snapshot, never one for two', async () => {
    for (let operation = 0; ; operation++) {
      const town = new Town();
      const host = await town.serve('server');
      const inner = new MemoryStore();
      const dying = new FaultStore(inner, operation % 2 === 0 ? 'crash before' : 'crash after');
      dying.failAt(operation);
      const pushing = town.agent('alice', {}, dying).push('server', volume, image(first));
      pushing.catch(() => undefined);
      await town.time.pass(1);
      if (!dying.hasFailed) break;
      for (const link of town.links) link.cut();
      const again = await town.settle(town.agent('alice', {}, inner).push('server', volume, image(second)));
      expect((await restored(host, volume, again.version.dot)).equals(second), `operation ${operation}`).toBe(
        true,
      );
      for (const { version } of host.server.list('')) {
        const bytes = await restored(host, volume, version.dot);
        expect(bytes.equals(version.dot.counter === again.version.dot.counter ? second : first)).toBe(true);
      }
      expect(operation).toBeLessThan(30);
    }
  });

  test('of the server at each call to its store: what was acknowledged is there, nothing partial is seen', async () => {
    let crashes = 0;
    for (let operation = 0; ; operation++) {
      const town = new Town();
      const inner = new MemoryStore();
      const dying = new FaultStore(inner, operation % 2 === 0 ? 'crash before' : 'crash after');
      dying.failAt(operation);
      // Opening may be what dies.
      const opening = town.serve('server', {}, undefined, dying);
      await town.time.pass(1);
      const state = new MemoryStore();
      const agent = town.agent('alice', {}, state);
      const pushing = town.servers.has('server') ? agent.push('server', volume, image(first)) : undefined;
      pushing?.catch(() => undefined);
      await town.time.pass(1);
      if (!dying.hasFailed) break;
      crashes++;
      opening.catch(() => undefined);
      for (const link of town.links) link.cut();
      const host = await town.serve('server', {}, undefined, inner);
      for (const { version } of host.server.list('')) {
        expect((await restored(host, volume, version.dot)).equals(first)).toBe(true);
      }
      const pushed = pushing ?? agent.push('server', volume, image(first));
      const { version } = await town.settle(pushed);
      expect(version.dot.counter).toBe(1);
      expect((await restored(host, volume, version.dot)).equals(first), `operation ${operation}`).toBe(true);
      expect(host.repository.stagings).toEqual([]);
    }
    expect(crashes).toBeGreaterThan(10);
  });
});
