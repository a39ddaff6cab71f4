/** Several writers and several servers: merge policies, fan-out, peers that cut in another way, skewed clocks. */
import { describe, expect, test } from 'vitest';
import { memoryTarget } from '../../../src/engine/snapshot/target-memory.js';
import { EngineCoder } from '../../../src/replication/coding/coder.js';
import { FanOut } from '../../../src/replication/session/fan-out.js';
import type { ServerOptions } from '../../../src/replication/session/server.js';
import type { MergePolicy } from '../../../src/replication/versions/policy.js';
import { Town, edited, image, kernels, randomBytes, restored, usualConfig } from './support.js';
import type { ServerHost } from './support.js';

const KiB = 1024;
const volume = 'disk';
const base = randomBytes(64 * KiB, 1);
const left = edited(base, 1000);
const right = edited(base, 40_000);

function policy(chosen: MergePolicy): Partial<ServerOptions> {
  return { policyOf: () => chosen };
}

/** Alice pushes a base, Bob pulls it, both push changes of their own. */
async function diverge(town: Town): Promise<void> {
  const alice = town.agent('alice');
  const bob = town.agent('bob');
  await town.settle(alice.push('server', volume, image(base)));
  await town.settle(bob.pull('server', volume, memoryTarget()));
  await town.time.pass(1000);
  await town.settle(alice.push('server', volume, image(left)));
  await town.time.pass(1000);
  await town.settle(bob.push('server', volume, image(right)));
}

const headOf = (host: ServerHost) => host.server.volumes.decision(volume)?.head.dot;

describe('concurrent pushes', () => {
  test('latest-wins: the later is the head, the other stays', async () => {
    const town = new Town();
    const host = await town.serve('server', policy({ name: 'latest-wins' }));
    await diverge(town);
    expect(headOf(host)).toEqual({ writer: 'bob', counter: 1 });
    expect((await restored(host, volume, { writer: 'alice', counter: 2 })).equals(left)).toBe(true);
  });

  test('fork: the first writer keeps the name', async () => {
    const town = new Town();
    const host = await town.serve('server', policy({ name: 'fork' }));
    await diverge(town);
    expect(headOf(host)).toEqual({ writer: 'alice', counter: 2 });
    expect(host.server.volumes.decision(volume)?.named.size).toBe(2);
  });

  test('block-merge: a version with both changes', async () => {
    const town = new Town();
    const host = await town.serve('server', policy({ name: 'block-merge', blockBytes: 4096 }));
    await diverge(town);
    const head = headOf(host);
    expect(head?.writer).toMatch(/^merge\./);
    const merged = head && (await restored(host, volume, head));
    expect(merged?.equals(edited(left, 40_000))).toBe(true);
    expect(host.audit.filter(({ kind }) => kind === 'merged').length).toBe(1);
  });
});

test('two agents push at once to one volume, and to another', async () => {
  const town = new Town();
  const host = await town.serve('server');
  const pushes = ['alice', 'bob', 'carol'].map((name, i) =>
    town.agent(name).push('server', i < 2 ? volume : 'other', image(randomBytes(50 * KiB, i))),
  );
  const done = await town.settle(Promise.all(pushes));
  expect(done.map(({ attempts }) => attempts)).toEqual([1, 1, 1]);
  expect(host.server.list('').length).toBe(3);
});

function fanOut(town: Town, host: ServerHost, peers: readonly string[]): FanOut {
  const runtime = town.runtime();
  const options = { name: host.name, peers, intervalMs: 10_000 };
  return new FanOut(host.server, town.dialer(host.name), new EngineCoder(runtime, kernels), runtime, options);
}

/** Changes a byte of every object below a prefix. */
async function damage({ store }: ServerHost, prefix: string): Promise<void> {
  for (const { key } of await store.list(prefix)) {
    const bytes = Buffer.from((await store.get(key)) ?? []);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    await store.put(key, bytes, 'replace');
  }
}

const dotsOf = (host: ServerHost) => host.server.list('').map(({ version }) => version.dot);

describe('fan-out', () => {
  test('brings all versions to a peer, and back what it lacks', async () => {
    const town = new Town();
    const one = await town.serve('server', policy({ name: 'block-merge', blockBytes: 4096 }));
    const two = await town.serve(
      'peer',
      policy({ name: 'block-merge', blockBytes: 4096 }),
      undefined,
      undefined,
      30_000,
    );
    const outs = [fanOut(town, one, ['peer']), fanOut(town, two, ['server'])];
    const runs = outs.map((out) => out.run());
    await diverge(town);
    await town.settle(town.agent('dora').push('peer', 'second', image(base)));
    // A link that breaks in the middle of the round.
    town.plans.push({ connectorBytesMax: 20_000 });
    await town.time.pass(60_000);
    expect(dotsOf(one).length).toBe(5);
    expect(dotsOf(two)).toEqual(dotsOf(one));
    expect(headOf(two)).toEqual(headOf(one));
    const head = headOf(two);
    expect(head && (await restored(two, volume, head)).equals(edited(left, 40_000))).toBe(true);
    for (const out of outs) out.stop();
    await town.settle(Promise.all(runs));
  });

  test('a damaged version holds up no other, whatever their order', async () => {
    const town = new Town();
    const one = await town.serve('server');
    const two = await town.serve('peer');
    const alice = town.agent('alice');
    await town.settle(alice.push('server', 'a', image(base)));
    await damage(one, 'manifests/');
    await town.settle(alice.push('server', 'b', image(left)));
    await town.settle(alice.push('server', volume, image(right)));
    // A new process knows nothing by heart.
    const again = await town.serve('server', {}, undefined, one.store);
    const out = fanOut(town, again, ['peer']);
    const run = out.run();
    await town.time.pass(60_000);
    expect(two.server.list('').map(({ version }) => version.volume)).toEqual(['b', volume]);
    out.stop();
    await town.settle(run);
  });

  test.each([
    [{ ...usualConfig, chunker: { name: 'fixed', blockBytes: 8192 } }],
    [{ ...usualConfig, fingerprint: 'blake3' }],
    [
      {
        ...usualConfig,
        chunker: { name: 'fastcdc', minBytes: 1024, averageBytes: 4096, maxBytes: 16_384 },
        codec: 'zstd',
      },
    ],
  ] as const)('cuts anew for a peer with %o', async (config) => {
    const town = new Town();
    const one = await town.serve('server');
    const two = await town.serve('peer', {}, config);
    const out = fanOut(town, one, ['peer']);
    const run = out.run();
    await diverge(town);
    out.notify();
    await town.time.pass(30_000);
    expect(dotsOf(two)).toEqual(dotsOf(one));
    expect((await restored(two, volume, { writer: 'bob', counter: 1 })).equals(right)).toBe(true);
    expect(two.failures).toEqual([]);
    out.stop();
    await town.settle(run);
  });
});
