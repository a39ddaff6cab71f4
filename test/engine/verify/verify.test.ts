/** A snapshot against the manifest that was kept of it: whatever happened to it is named. */
import { beforeAll, describe, expect, test } from 'vitest';
import { stoppedClock } from '../../../src/base/clock.js';
import { UsageError, present } from '../../../src/base/errors.js';
import { Random } from '../../../src/base/prng.js';
import { fingerprints, Hasher } from '../../../src/engine/fingerprint/fingerprint.js';
import type { Manifest } from '../../../src/engine/fingerprint/manifest.js';
import { buildManifest } from '../../../src/engine/manifest.js';
import { memorySnapshot, type MemoryEntry } from '../../../src/engine/snapshot/memory.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import { resolveStrategy } from '../../../src/engine/strategy/settings.js';
import type { Settings } from '../../../src/engine/strategy/settings.js';
import { requireCutting } from '../../../src/engine/strategy/strategy.js';
import { verifyManifest, type VerifyOptions } from '../../../src/engine/verify/verify.js';
import { Arena } from '../../../src/kernels/arena.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { concat, content, image } from '../../support/pairs.js';

const block = 4096;
let hasher: Hasher;
beforeAll(() => {
  hasher = new Hasher(fingerprints['xxh3-128'], new Arena(createWasmKernels()));
});

async function manifestOf(
  snapshot: Snapshot,
  name = 'fixed',
  settings: Settings = { blockBytes: block },
): Promise<Manifest> {
  const strategy = requireCutting(resolveStrategy(name, settings));
  return (await buildManifest(snapshot, { strategy, workers: 1, clock: stoppedClock })).manifest;
}

async function verify(kept: Snapshot, found: Snapshot, options?: VerifyOptions) {
  return verifyManifest(await manifestOf(kept), await manifestOf(found), hasher, options);
}

const noise = (index: number, length = block) => content(100 + index, length).map((byte) => byte | 1);
const blocks = [0, 1, 2, 3].map((index) => noise(index));
const whole = image(concat(...blocks, noise(9, 100)), 'disk');
const none = {
  entriesMissing: 0,
  entriesExtra: 0,
  entriesAltered: 0,
  blocksAltered: 0,
  blocksMoved: 0,
  blocksMissing: 0,
  blocksExtra: 0,
};

describe('an image', () => {
  test('that is unchanged matches', async () => {
    expect(await verify(whole, whole)).toEqual({
      state: 'match',
      blocks: 5,
      entries: 1,
      bytes: 4 * block + 100,
    });
  });

  test('with one altered block names it', async () => {
    const bytes = concat(...blocks, noise(9, 100));
    bytes[2 * block + 17] = 0;
    expect(await verify(whole, image(bytes, 'x'))).toEqual({
      state: 'differs',
      isContentEqual: false,
      entries: [{ kind: 'altered', path: '', properties: ['content'] }],
      blocks: [{ kind: 'altered', path: '', offset: 2 * block, length: block }],
      counts: { ...none, entriesAltered: 1, blocksAltered: 1 },
    });
  });

  test('with two blocks in the wrong order names both as moved', async () => {
    const [a, b, c, d] = blocks as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    expect(await verify(whole, image(concat(a, c, b, d, noise(9, 100)), 'x'))).toMatchObject({
      state: 'differs',
      blocks: [
        { kind: 'moved', offset: block, length: block },
        { kind: 'moved', offset: 2 * block, length: block },
      ],
      counts: { ...none, entriesAltered: 1, blocksMoved: 2 },
    });
  });

  test('that was cut short misses blocks; one that grew has extra ones', async () => {
    const short = image(concat(...blocks.slice(0, 2)), 'x');
    expect(await verify(whole, short)).toMatchObject({
      entries: [{ kind: 'altered', properties: ['size', 'content'] }],
      blocks: [
        { kind: 'missing', offset: 2 * block, length: block },
        { kind: 'missing', offset: 3 * block, length: block },
        { kind: 'missing', offset: 4 * block, length: 100 },
      ],
      counts: { ...none, entriesAltered: 1, blocksMissing: 3 },
    });
    expect(await verify(short, whole)).toMatchObject({
      counts: { ...none, entriesAltered: 1, blocksExtra: 3 },
    });
  });

  test('cut by content is compared at its own borders', async () => {
    const settings = { minBytes: 512, averageBytes: 1024, maxBytes: 4096 };
    const before = new Uint8Array(200_000);
    new Random(4).fill(before);
    const after = concat(before.subarray(0, 100_000), Uint8Array.of(1, 2, 3), before.subarray(100_000));
    const kept = await manifestOf(image(before, 'a'), 'fastcdc', settings);
    const found = await manifestOf(image(after, 'b'), 'fastcdc', settings);
    const outcome = verifyManifest(kept, found, hasher, { findingsMax: 1000 });
    if (outcome.state !== 'differs') throw new Error('it differs');
    const firstFinding = present(outcome.blocks[0], 'a finding');
    expect(firstFinding.offset).toBeLessThanOrEqual(100_000);
    expect(firstFinding.offset).toBeGreaterThan(100_000 - 4096);
    const { blocksMissing, blocksAltered, blocksMoved } = outcome.counts;
    expect(blocksMissing + blocksAltered).toBeLessThan(5);
    expect(blocksMoved).toBeGreaterThan(20);
  });
});

describe('a tree', () => {
  const entries: MemoryEntry[] = [
    { path: '.', kind: 'directory' },
    { path: 'a', bytes: noise(1) },
    { path: 'b', bytes: noise(2), mode: 0o600 },
    { path: 'empty' },
    { path: 'l', kind: 'symlink', linkTarget: 'a' },
  ];
  const tree = (change: (entry: MemoryEntry) => MemoryEntry[] = (entry) => [entry]) =>
    memorySnapshot('tree', entries.flatMap(change));
  const changing = (path: string, change: Partial<MemoryEntry>) =>
    tree((entry) => [entry.path === path ? { ...entry, ...change } : entry]);

  test.each<[string, string, Partial<MemoryEntry>, string[]]>([
    ['a mode', 'b', { mode: 0o644 }, ['mode']],
    ['a time', 'a', { mtimeMicros: 1 }, ['time']],
    ['a link', 'l', { linkTarget: 'b' }, ['link']],
    ['a kind', 'empty', { kind: 'directory', mode: 0o644 }, ['kind', 'content']],
    ['content', 'a', { bytes: noise(3) }, ['content']],
    ['a size', 'a', { bytes: noise(3, 10) }, ['size', 'content']],
  ])('tells that %s differs', async (_name, path, change, properties) => {
    const outcome = await verify(tree(), changing(path, change));
    expect(outcome).toMatchObject({ state: 'differs', entries: [{ kind: 'altered', path, properties }] });
  });

  test('may have other modes and times where those are ignored', async () => {
    expect(await verify(tree(), changing('b', { mode: 0o644, mtimeMicros: 9 }))).toMatchObject({
      state: 'differs',
      isContentEqual: true,
      counts: { ...none, entriesAltered: 1 },
    });
    expect(
      await verify(tree(), changing('b', { mode: 0o644, mtimeMicros: 9 }), { metadata: 'ignore' }),
    ).toMatchObject({
      state: 'match',
    });
  });

  test('names entries that went and came, with their blocks', async () => {
    const found = tree((entry) => (entry.path === 'a' ? [{ path: 'c', bytes: noise(7) }] : [entry]));
    expect(await verify(tree(), found)).toEqual({
      state: 'differs',
      isContentEqual: false,
      entries: [
        { kind: 'missing', path: 'a' },
        { kind: 'extra', path: 'c' },
      ],
      blocks: [
        { kind: 'missing', path: 'a', offset: 0, length: block },
        { kind: 'extra', path: 'c', offset: 0, length: block },
      ],
      counts: { ...none, entriesMissing: 1, entriesExtra: 1, blocksMissing: 1, blocksExtra: 1 },
    });
  });

  test('lists no more than asked for and counts everything', async () => {
    const many = (text: string) =>
      memorySnapshot('tree', [
        { path: '.', kind: 'directory' },
        ...Array.from({ length: 50 }, (_, i) => ({ path: `f${i}`, bytes: Buffer.from(`${text}${i}`) })),
      ]);
    const outcome = await verify(many('x'), many('y'), { findingsMax: 3 });
    expect(outcome).toMatchObject({ counts: { ...none, entriesAltered: 50, blocksAltered: 50 } });
    if (outcome.state !== 'differs') throw new Error('it differs');
    expect([outcome.entries.length, outcome.blocks.length]).toEqual([3, 3]);
  });
});

describe('a manifest', () => {
  test('that does not prove its own id, or has blocks of something else, is damaged', async () => {
    const good = await manifestOf(whole);
    const entryDigests = good.entryDigests.map((byte) => byte ^ 1);
    expect(verifyManifest({ ...good, entryDigests }, good, hasher)).toEqual({ state: 'damaged manifest' });
    const digests = good.blocks.digests.slice();
    digests[20] = (digests[20] ?? 0) ^ 1;
    const blocksOfElse = { ...good, blocks: { ...good.blocks, digests } };
    expect(verifyManifest(blocksOfElse, good, hasher)).toEqual({ state: 'damaged manifest' });
    const entries = good.entries.map((entry) => ({ ...entry, mode: 0o777 }));
    expect(verifyManifest({ ...good, entries }, good, hasher)).toEqual({ state: 'damaged manifest' });
  });

  test('of another chunker or fingerprint cannot be compared', async () => {
    const good = await manifestOf(whole);
    const coarse = await manifestOf(whole, 'fixed', { blockBytes: 8192 });
    const strong = await manifestOf(whole, 'fixed', { blockBytes: block, fingerprint: 'blake3' });
    expect(() => verifyManifest(good, coarse, hasher)).toThrow(UsageError);
    expect(() => verifyManifest(good, strong, hasher)).toThrow(UsageError);
    expect(() => verifyManifest(strong, strong, hasher)).toThrow(UsageError);
  });
});
