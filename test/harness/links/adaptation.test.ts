/** What a sender makes of the link that it measures, over the model: sizes of segments and levels of compression. */
import { describe, expect, test } from 'vitest';
import { linkKinds, measuredLink, wireOf, type LinkKind } from '../../../src/harness/links/link-kinds.js';
import type { LinkWorld } from '../../../src/harness/links/link-world.js';
import type { Coder, DeltaOptions } from '../../../src/replication/coding/coder.js';
import { imageOf, newLinkWorld, noise } from './worlds.js';

const KiB = 1024;
const MiB = 1024 * KiB;

interface Segment {
  readonly bytes: number;
  readonly level: number | undefined;
}

/** A world whose agent's segments are noted as they are encoded. The first of an offer may be its manifest, which is encoded without a level. */
async function watched(link: LinkKind): Promise<{ readonly world: LinkWorld; readonly segments: Segment[] }> {
  const segments: Segment[] = [];
  const agentCoder = (coder: Coder): Coder => ({
    encode: (base: Uint8Array, target: Uint8Array, options?: DeltaOptions) => {
      segments.push({ bytes: target.length, level: options?.level });
      // The level costs real time and, in the model, none.
      return coder.encode(base, target, { level: 1 });
    },
    decode: (base, packageBytes, bytesMax) => coder.decode(base, packageBytes, bytesMax),
    manifestOf: (snapshot, cutting, volume) => coder.manifestOf(snapshot, cutting, volume),
    encodeManifest: (manifest) => coder.encodeManifest(manifest),
    decodeManifest: (bytes) => coder.decodeManifest(bytes),
    hasher: (fingerprint) => coder.hasher(fingerprint),
  });
  return { world: await newLinkWorld(1, link, { agentCoder }), segments };
}

function kindOf(name: string): LinkKind {
  const kind = linkKinds.find((link) => link.name === name);
  if (kind === undefined) throw new Error(`no link ${name}`);
  return kind;
}

describe('segments over the model', () => {
  test.each([
    ['lan', 24, 3, 4 * MiB, 4 * MiB],
    ['wan', 24, 3, 2 * MiB, 4 * MiB],
    ['measured', 12, 12, 0.8 * MiB, 1.3 * MiB],
    ['satellite', 4, 16, 160 * KiB, 280 * KiB],
    ['thin', 2, 19, 64 * KiB, 64 * KiB],
  ])('%s: as large, and as hard compressed, as it is fast', async (name, size, level, bytesMin, bytesMax) => {
    const { world, segments } = await watched(kindOf(name));
    await world.cost(() => world.agent.push('server', 'disk', imageOf(noise(size * MiB, 1))));
    expect(segments[0]).toEqual({ bytes: 256 * KiB, level: undefined });
    // The last one is what was left.
    const settled = segments.at(-2);
    expect(settled?.level).toBe(level);
    expect(settled?.bytes).toBeGreaterThanOrEqual(bytesMin);
    expect(settled?.bytes).toBeLessThanOrEqual(bytesMax);
  });

  test('what was learnt serves the next push; twenty tiny ones do not spoil it', async () => {
    const { world, segments } = await watched(kindOf('wan'));
    const image = noise(16 * MiB, 1);
    await world.cost(() => world.agent.push('server', 'disk', imageOf(image)));
    for (let push = 0; push < 20; push++) {
      image.set(noise(10, push), 5000 * push);
      await world.cost(() => world.agent.push('server', 'disk', imageOf(image)));
    }
    segments.length = 0;
    await world.cost(() => world.agent.push('server', 'other', imageOf(noise(8 * MiB, 3))));
    expect(segments[0]?.bytes).toBe(4 * MiB);
    expect(new Set(segments.map(({ level }) => level))).toEqual(new Set([3]));
  });

  test('a link that becomes thin in the midst of a push, and wide again, is followed', async () => {
    const { world, segments } = await watched(measuredLink);
    const thin = wireOf({ ...measuredLink, megabitsPerSecond: 0.5 });
    const { bytesPerSecond, queueBytes } = thin;
    const fault = {
      kind: 'wire',
      from: 'agent',
      to: 'server',
      options: { bytesPerSecond, queueBytes },
      forMs: 180_000,
    } as const;
    world.world.schedule([{ atMs: world.world.loop.nowMs + 4000, fault }]);
    await world.cost(() => world.agent.push('server', 'disk', imageOf(noise(24 * MiB, 1))));
    const levels = segments.map(({ level }) => level);
    const least = Math.min(...segments.slice(1, -1).map(({ bytes }) => bytes));
    expect(least).toBeLessThan(128 * KiB);
    expect(levels).toContain(19);
    expect(levels.at(-2)).toBe(12);
    expect(segments.at(-2)?.bytes).toBeGreaterThan(0.8 * MiB);
  });

  test('a server that stands still for five seconds costs five seconds', async () => {
    const pushMs = async (isPaused: boolean): Promise<number> => {
      const { world } = await watched(measuredLink);
      const atMs = world.world.loop.nowMs + 3000;
      if (isPaused) world.world.schedule([{ atMs, fault: { kind: 'pause', node: 'server', forMs: 5000 } }]);
      return (await world.cost(() => world.agent.push('server', 'disk', imageOf(noise(16 * MiB, 1))))).cost
        .ms;
    };
    const [plain, paused] = [await pushMs(false), await pushMs(true)];
    expect(paused - plain).toBeLessThan(5500);
  });

  test('over a thin link that is reset every few seconds a push still comes to its end', async () => {
    const { world } = await watched(kindOf('thin'));
    const startMs = world.world.loop.nowMs;
    const resets = Array.from({ length: 60 }, (_, i) => ({
      atMs: startMs + 6000 * (i + 1),
      fault: { kind: 'reset', from: 'agent', to: 'server' } as const,
    }));
    world.world.schedule(resets);
    const { result, cost } = await world.cost(() =>
      world.agent.push('server', 'disk', imageOf(noise(1 * MiB, 1))),
    );
    expect(result.attempts).toBeGreaterThan(5);
    // Without resets 36 s: the rest are pieces that were lost in their midst, and manifests.
    expect(cost.ms).toBeLessThan(120_000);
    expect(cost.bytesOnWire).toBeLessThan(3 * MiB);
  });
});
