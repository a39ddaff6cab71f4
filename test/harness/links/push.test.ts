/** What a push and a pull cost over a modelled link, against a bulk transfer of the same bytes over an open connection. Time and bytes are simulated, so they are exact. */
import { describe, expect, test } from 'vitest';
import { measuredLink, type LinkKind } from '../../../src/harness/links/link-kinds.js';
import type { Cost } from '../../../src/harness/links/link-world.js';
import { memoryTarget } from '../../../src/engine/snapshot/target-memory.js';
import { bulkOver, imageOf, mean, newLinkWorld, noise } from './worlds.js';

const MiB = 1024 * 1024;
const lossy = { ...measuredLink, loss: 0.03 };

interface Pair {
  readonly push: Cost;
  readonly bulk: { readonly ms: number; readonly bytesOnWire: number };
}

interface Pairs {
  readonly first: Pair;
  readonly delta: Pair;
  readonly pull: Pair;
}

/** A first version; a second one, of whose blocks the latter half is new; a pull of that by somebody who has nothing. */
async function pairs(link: LinkKind, bytes: number, seed: number): Promise<Pairs> {
  const world = await newLinkWorld(seed, link, { agent: { cacheBytesMax: 1 } });
  const image = noise(bytes, 1);
  const first = await world.cost(() => world.agent.push('server', 'disk', imageOf(image)));
  const changed = image.slice();
  changed.set(noise(bytes / 2, 2), bytes / 2);
  const delta = await world.cost(() => world.agent.push('server', 'disk', imageOf(changed)));
  const target = memoryTarget();
  const pull = await world.cost(() => world.agent.pull('server', 'disk', target));
  const restored = new Uint8Array(bytes);
  target.snapshot().openReader().read(0, restored);
  expect(Buffer.compare(restored, changed)).toBe(0);
  expect(delta.result.neededBlocks).toBe(bytes / 2 / 4096);
  return {
    first: { push: first.cost, bulk: await bulkOver(link, bytes, seed + 100) },
    delta: { push: delta.cost, bulk: await bulkOver(link, bytes / 2, seed + 200) },
    pull: { push: pull.cost, bulk: await bulkOver(link, bytes, seed + 300) },
  };
}

describe('at 10 Mbit/s and 20 ms', () => {
  test.each([4, 16])(
    'without loss, %i MiB: at most 1.05 times the bytes, and 1.2 times the time',
    async (size) => {
      const { first, delta, pull } = await pairs(measuredLink, size * MiB, 1);
      for (const { push, bulk } of [first, delta, pull]) {
        expect(push.bytesOnWire / bulk.bytesOnWire).toBeLessThan(1.05);
        expect(push.ms / bulk.ms).toBeLessThan(1.2);
        expect(push.connections).toBe(1);
      }
      // Manifest, packages' heads and messages: of content that nothing compresses.
      expect(first.push.bytesOnWire / first.bulk.bytesOnWire).toBeLessThan(1.02);
    },
  );

  test('with 3 % loss, 4 MiB: at most 1.2 times the time in the mean, and 1.6 times at worst', async () => {
    const image = noise(4 * MiB, 1);
    const bulk: number[] = [];
    for (let seed = 1; seed <= 100; seed++) bulk.push((await bulkOver(lossy, image.length, seed)).ms);
    const pushes: Cost[] = [];
    for (let seed = 1; seed <= 20; seed++) {
      const world = await newLinkWorld(seed, lossy);
      pushes.push((await world.cost(() => world.agent.push('server', 'disk', imageOf(image)))).cost);
    }
    const times = pushes.map(({ ms }) => ms / mean(bulk));
    expect(mean(times)).toBeLessThan(1.2);
    // A lost first segment of a connection costs TCP a second, a second loss of it two more.
    expect(Math.max(...times)).toBeLessThan(1.6);
    expect(new Set(pushes.map(({ connections }) => connections))).toEqual(new Set([1]));
  }, 240_000);

  test('with 3 % loss, 16 MiB: at most 1.2 times the time, for every push and pull', async () => {
    const rows: Pairs[] = [];
    for (let seed = 1; seed <= 3; seed++) rows.push(await pairs(lossy, 16 * MiB, seed));
    for (const kind of ['first', 'delta', 'pull'] as const) {
      const bulkMs = mean(rows.map((row) => row[kind].bulk.ms));
      for (const row of rows) expect(row[kind].push.ms / bulkMs).toBeLessThan(1.2);
    }
  }, 240_000);
});

describe('round trips', () => {
  /** So far that nothing else counts. */
  const far = { ...measuredLink, name: 'far', megabitsPerSecond: 1000, roundTripMs: 5000 };

  test('two for TCP and TLS, and two before the first data; then one: a small change is there after five', async () => {
    const world = await newLinkWorld(1, far);
    const image = noise(64 * 1024, 1);
    await world.cost(() => world.agent.push('server', 'disk', imageOf(image)));
    image.set(noise(100, 2), 30_000);
    let firstDataMs = 0;
    const startMs = world.world.loop.nowMs;
    const { cost } = await world.cost(() =>
      world.agent.push('server', 'disk', imageOf(image), {
        onProgress: ({ phase }) => {
          if (phase === 'segments' && firstDataMs === 0) firstDataMs = world.world.loop.nowMs - startMs;
        },
      }),
    );
    expect([firstDataMs, cost.ms].map((ms) => Math.floor(ms / far.roundTripMs))).toEqual([4, 5]);
    expect(cost.ms % far.roundTripMs).toBeLessThan(200);
  });

  test('a small change of a volume of 32 MiB takes 4 KB', async () => {
    const world = await newLinkWorld(1, measuredLink);
    const image = noise(32 * MiB, 1);
    await world.cost(() => world.agent.push('server', 'disk', imageOf(image)));
    image.set(noise(100, 2), 30_000);
    const { result, cost } = await world.cost(() => world.agent.push('server', 'disk', imageOf(image)));
    expect([result.neededBlocks, result.segments]).toEqual([1, 1]);
    expect(cost.bytesOnWire).toBeLessThan(4096);
  });
});

describe('a pull that wants something first', () => {
  test('has it long before the rest', async () => {
    const world = await newLinkWorld(1, measuredLink, { agent: { cacheBytesMax: 1 } });
    const image = noise(8 * MiB, 1);
    await world.cost(() => world.agent.push('server', 'disk', imageOf(image)));
    const [start, end] = [5 * MiB, 5 * MiB + 65_536];
    let bytes = 0;
    let wantedMs = 0;
    const startMs = world.world.loop.nowMs;
    const { cost } = await world.cost(() =>
      world.agent.pull('server', 'disk', memoryTarget(), {
        first: [`${start}-${end}`],
        onAvailable: ({ address, length }) => {
          if (address >= start && address < end) bytes += length;
          if (bytes === end - start && wantedMs === 0) wantedMs = world.world.loop.nowMs - startMs;
        },
      }),
    );
    expect(bytes).toBe(end - start);
    // Five round trips, the manifest of 74 KB, and the range: a twentieth of the whole.
    expect(cost.ms / wantedMs).toBeGreaterThan(20);
  });
});
