/**
 * Detection led by a tracker: the package is that of the strategy alone, nothing but dirty leaves of the target is read, and a tracker that lies
 * is caught by its scrub, and by nothing else.
 */
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { stoppedClock } from '../../../src/base/clock.js';
import { DataError, UsageError } from '../../../src/base/errors.js';
import { leafBytes } from '../../../src/base/limits.js';
import { Meter } from '../../../src/base/meter.js';
import { apply } from '../../../src/engine/apply/apply.js';
import { DirtyLeaves } from '../../../src/engine/detect/tracker/dirty-leaves.js';
import { diff, type DiffSummary } from '../../../src/engine/diff.js';
import { Hasher, fingerprints } from '../../../src/engine/fingerprint/fingerprint.js';
import type { Manifest } from '../../../src/engine/fingerprint/manifest.js';
import { buildManifest, leafManifest } from '../../../src/engine/manifest.js';
import { memorySnapshot } from '../../../src/engine/snapshot/memory.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import { memoryTarget } from '../../../src/engine/snapshot/target-memory.js';
import { resolveStrategy } from '../../../src/engine/strategy/settings.js';
import { requireCutting, type Strategy } from '../../../src/engine/strategy/strategy.js';
import type { Tracking } from '../../../src/engine/strategy/tracked-detector.js';
import { Arena } from '../../../src/kernels/arena.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { bytesOf, content as contentOf, imagePairs, treePairs } from '../../support/pairs.js';

const image = (bytes: Uint8Array, name: string): Snapshot =>
  memorySnapshot('image', [{ path: '', bytes }], name);

async function packed(
  base: Snapshot | Manifest,
  target: Snapshot,
  strategy: Strategy,
  tracking?: Tracking,
): Promise<{ bytes: Buffer; summary: DiffSummary }> {
  const options = { strategy, workers: 1, clock: stoppedClock };
  const run = diff(base, target, tracking === undefined ? options : { ...options, tracking });
  const pieces: Uint8Array[] = [];
  for await (const piece of run) pieces.push(piece.slice());
  return { bytes: Buffer.concat(pieces), summary: run.summary };
}

async function manifestOf(snapshot: Snapshot, settings = {}): Promise<Manifest> {
  const strategy = requireCutting(resolveStrategy('fixed', settings));
  return (await buildManifest(snapshot, { strategy, workers: 1, clock: stoppedClock })).manifest;
}

/** Marks every leaf in which the two differ, and those that `more` names. */
function truthful(base: Snapshot, target: Snapshot, more: readonly number[] = []): DirtyLeaves {
  const [before, after] = [bytesOf(base), bytesOf(target)];
  const dirty = new DirtyLeaves({ baseBytes: before.length, targetBytes: after.length });
  for (let at = 0; at < after.length; at += leafBytes) {
    if (Buffer.compare(before.subarray(at, at + leafBytes), after.subarray(at, at + leafBytes)) !== 0)
      dirty.mark(at, 1);
  }
  for (const place of more) dirty.mark(Math.floor(place * after.length), 1);
  return dirty;
}

/** Reads of each snapshot while `work` runs, as [start, end) by the snapshot's first bytes. */
interface Read {
  readonly side: 'base' | 'target';
  readonly start: number;
  readonly end: number;
}

const seen = vi.hoisted(() => ({
  reads: [] as Read[],
  targetBytes: undefined as SharedArrayBuffer | Uint8Array | undefined,
}));

/** Every reader of the engine, counted. */
vi.mock(import('../../../src/engine/snapshot/content.js'), async (original) => {
  const { openContent, ...rest } = await original();
  const counting: typeof openContent = (source) => {
    const reader = openContent(source);
    const side = source.kind === 'memory' && source.bytes === seen.targetBytes ? 'target' : 'base';
    return {
      read(address, into) {
        seen.reads.push({ side, start: address, end: address + into.length });
        reader.read(address, into);
      },
      close: () => reader.close(),
    };
  };
  return { ...rest, openContent: counting };
});

/** Runs with the readers counted. */
async function counted(
  base: Snapshot | Manifest,
  target: Snapshot,
  strategy: Strategy,
  tracking: Tracking,
): Promise<{ summary: DiffSummary; base: Read[]; target: Read[] }> {
  seen.targetBytes = target.source.kind === 'memory' ? target.source.bytes : undefined;
  seen.reads.length = 0;
  const { summary } = await packed(base, target, strategy, tracking);
  const of = (side: Read['side']) => seen.reads.filter((read) => read.side === side);
  return { summary, base: of('base'), target: of('target') };
}

const sum = (list: readonly Read[]): number => list.reduce((total, { start, end }) => total + end - start, 0);

describe('the package', () => {
  const strategies = [
    resolveStrategy('compare'),
    resolveStrategy('compare', { blockBytes: '1MiB', subBlock: false, codec: 'lz4' }),
    resolveStrategy('compare', { blockBytes: 512, fingerprint: 'blake3' }),
    resolveStrategy('fixed', { subBlock: false }),
    resolveStrategy('fixed', { blockBytes: '4KiB' }),
    resolveStrategy('fixed', { blockBytes: '256KiB', fingerprint: 'sha256' }),
  ];

  test('is byte for byte that of the strategy alone, whatever more the tracker marks', async () => {
    const marks = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(imagePairs, marks, async ({ base, target }, more) => {
        const dirty = truthful(base, target, more);
        for (const strategy of strategies) {
          const plain = await packed(base, target, strategy);
          const hashed = await packed(base, target, strategy, { dirty });
          expect(hashed.bytes.equals(plain.bytes)).toBe(true);
          const baseManifest = await manifestOf(base, { fingerprint: strategy.fingerprint });
          const known = await packed(base, target, strategy, { dirty, baseManifest });
          expect(known.bytes.equals(plain.bytes)).toBe(true);
          expect(Buffer.compare(known.summary.targetLeafDigests, plain.summary.targetLeafDigests)).toBe(0);
        }
      }),
      { numRuns: 5, seed: 9 },
    );
  });

  test('of adaptive holds what compare finds: a tracked volume is written in place', async () => {
    const bytes = contentOf(6, 3_000_000);
    const [base, target] = [image(bytes, 'base'), image(bytes.slice(1000), 'target')];
    const tracking = { dirty: truthful(base, target) };
    const [adaptive, compare] = await Promise.all(
      ['adaptive', 'compare'].map((name) => packed(base, target, resolveStrategy(name), tracking)),
    );
    expect(adaptive?.summary.reading.counts.blocksCompared).toBeGreaterThan(0);
    // Their headers name different strategies, and adaptive reads the base opposite its literals as context: 1,000 bytes here.
    const { bytesOut, bytesRead = 0 } = compare?.summary.reading.counts ?? {};
    const counts = { ...compare?.summary.reading.counts, bytesRead: bytesRead + 1000 };
    expect({ ...adaptive?.summary.reading.counts, bytesOut }).toEqual(counts);
  });

  test('against a manifest too', async () => {
    await fc.assert(
      fc.asyncProperty(imagePairs, async ({ base, target }) => {
        const manifest = await manifestOf(base);
        const strategy = resolveStrategy('fixed', { subBlock: false });
        const plain = await packed(manifest, target, strategy);
        const led = await packed(manifest, target, strategy, { dirty: truthful(base, target) });
        expect(led.bytes.equals(plain.bytes)).toBe(true);
      }),
      { numRuns: 12, seed: 10 },
    );
  });

  test('is the same with two workers', async () => {
    const bytes = contentOf(5, 9_000_000);
    const changed = bytes.slice();
    for (const at of [70_000, 4_194_303, 8_900_000]) changed[at] = (changed[at] ?? 0) ^ 1;
    const [base, target] = [image(bytes, 'base'), image(changed, 'target')];
    const strategy = resolveStrategy('compare');
    const tracking = { dirty: truthful(base, target) };
    const one = await packed(base, target, strategy, tracking);
    const run = diff(base, target, { strategy, workers: 2, clock: stoppedClock, tracking });
    const pieces: Uint8Array[] = [];
    for await (const piece of run) pieces.push(piece.slice());
    expect(Buffer.concat(pieces).equals(one.bytes)).toBe(true);
  });
});

describe('what is read', () => {
  const bytes = contentOf(21, 40 * leafBytes + 1000);
  const changed = bytes.slice();
  changed[3 * leafBytes + 5] = (changed[3 * leafBytes + 5] ?? 0) ^ 1;
  changed[40 * leafBytes + 7] = (changed[40 * leafBytes + 7] ?? 0) ^ 1;
  const [base, target] = [image(bytes, 'base'), image(changed, 'target')];
  const dirtyParts = [
    [3 * leafBytes, 4 * leafBytes],
    [40 * leafBytes, 40 * leafBytes + 1000],
  ] as const;
  const inDirty = ({ start, end }: Read) => dirtyParts.some(([from, to]) => start >= from && end <= to);

  test('with a manifest beside it: dirty leaves of both', async () => {
    const baseManifest = await manifestOf(base);
    const tracking = { dirty: truthful(base, target), baseManifest };
    const led = await counted(base, target, resolveStrategy('compare', { subBlock: false }), tracking);
    expect([...led.base, ...led.target].every((read) => inDirty(read))).toBe(true);
    // Each dirty leaf once to compare it, and of the target the changed block of 4 KiB (the last has 1,000 bytes) once to encode it.
    expect(sum(led.target)).toBe(leafBytes + 1000 + 4096 + 1000);
    expect(sum(led.base)).toBe(leafBytes + 1000);
    expect(led.summary.reading.counts.bytesRead).toBe(sum(led.target) + sum(led.base));
    expect(led.summary.tracked).toEqual({ leafCount: 41, dirtyLeaves: 2, baseHashedBytes: 0 });
  });

  test('a sub-block delta reads the base around what changed, and the target nowhere else', async () => {
    const baseManifest = await manifestOf(base);
    const tracking = { dirty: truthful(base, target), baseManifest };
    const led = await counted(base, target, resolveStrategy('compare'), tracking);
    expect(led.target.every(inDirty)).toBe(true);
    expect(led.summary.reading.counts.bytesRead).toBe(sum(led.target) + sum(led.base));
  });

  test('against a manifest: dirty leaves of the target', async () => {
    const manifest = await manifestOf(base);
    const strategy = resolveStrategy('fixed', { subBlock: false });
    const led = await counted(manifest, target, strategy, { dirty: truthful(base, target) });
    expect(led.base).toEqual([]);
    expect(led.target.every(inDirty)).toBe(true);
    expect(sum(led.target)).toBe(2 * (leafBytes + 1000));
  });

  test('with no digests of the base: all of it once, and of the target no more than before', async () => {
    const led = await counted(base, target, resolveStrategy('compare', { subBlock: false }), {
      dirty: truthful(base, target),
    });
    expect(led.target.every(inDirty)).toBe(true);
    expect(led.summary.tracked?.baseHashedBytes).toBe(bytes.length);
    expect(sum(led.base)).toBe(bytes.length + leafBytes + 1000);
  });

  test('a scrub adds its leaves, and counts them', async () => {
    const baseManifest = await manifestOf(base);
    const led = await counted(base, target, resolveStrategy('compare', { subBlock: false }), {
      dirty: truthful(base, target),
      baseManifest,
      scrub: { amount: { bytes: 300_000 }, seed: 1 },
    });
    expect(led.summary.tracked?.scrub).toMatchObject({
      cleanLeaves: 39,
      sampledLeaves: 5,
      bytesRead: 5 * leafBytes,
    });
    expect(sum(led.target.filter((read) => !inDirty(read)))).toBe(5 * leafBytes);
  });
});

describe('a tracker that lies', () => {
  const bytes = contentOf(33, 64 * leafBytes);
  const changed = bytes.slice();
  changed[17 * leafBytes] = (changed[17 * leafBytes] ?? 0) ^ 255;
  const [base, target] = [image(bytes, 'base'), image(changed, 'target')];
  const lying = new DirtyLeaves({ baseBytes: bytes.length, targetBytes: bytes.length });
  const strategy = resolveStrategy('compare');
  const scrubbed = (amount: { leaves: number } | { share: number }, seed = 1): Tracking => ({
    dirty: lying,
    scrub: { amount, seed },
  });

  test('is caught where its leaf is drawn, with the address and the way out', async () => {
    const caught = await packed(base, target, strategy, scrubbed({ share: 1 })).catch(
      (error: unknown) => error,
    );
    expect(caught).toBeInstanceOf(DataError);
    expect((caught as DataError).message).toBe(
      'the tracker calls 1114112 to 1179648 clean, and it changed: 1 of 64 sampled leaves differ from the base',
    );
    expect((caught as DataError).hint).toContain('without --tracker');
  });

  test('is caught about as often as the scrub says', async () => {
    let caught = 0;
    for (let seed = 0; seed < 40; seed++) {
      await packed(base, target, strategy, scrubbed({ leaves: 32 }, seed)).catch(() => caught++);
    }
    // Half of the leaves are drawn: 20 expected, standard deviation 3.2.
    expect(caught).toBeGreaterThan(7);
    expect(caught).toBeLessThan(33);
  });

  test('without a scrub gives a package of an image that never was, and apply cannot know', async () => {
    const { bytes: delta } = await packed(base, target, strategy, { dirty: lying });
    const rebuilt = memoryTarget();
    await apply(base, [delta], rebuilt, { kernels: createWasmKernels(), meter: new Meter(stoppedClock) });
    expect(Buffer.compare(bytesOf(rebuilt.snapshot()), bytesOf(base))).toBe(0);
  });

  test('a stale manifest is told from a lie', async () => {
    const baseManifest = await manifestOf(target);
    const tracking = { ...scrubbed({ share: 1 }), baseManifest };
    await expect(packed(base, base, strategy, tracking)).rejects.toThrow(
      /^the base is not what its manifest says, from 1114112 on$/,
    );
    const dirty = new DirtyLeaves({ baseBytes: bytes.length, targetBytes: bytes.length });
    dirty.mark(17 * leafBytes, 1);
    await expect(packed(base, base, strategy, { dirty, baseManifest })).rejects.toThrow(/from 1114112 on$/);
  });
});

describe('refused', () => {
  const base = image(contentOf(1, 100_000), 'base');
  const dirty = new DirtyLeaves({ baseBytes: 100_000, targetBytes: 100_000 });

  test.each(['rolling', 'fastcdc', 'strided'])('strategy %s, which looks everywhere', async (name) => {
    await expect(packed(base, base, resolveStrategy(name), { dirty })).rejects.toThrow(UsageError);
  });

  test('trees', async () => {
    const [pair] = fc.sample(treePairs, { numRuns: 1, seed: 1 });
    if (pair === undefined) throw new Error('a pair was asked for');
    await expect(packed(pair.base, pair.target, resolveStrategy('compare'), { dirty })).rejects.toThrow(
      /directories/,
    );
  });

  test('manifests without the digests of leaves, of another size, or with other digests', async () => {
    const attempt = async (manifest: Manifest, as: 'base' | 'beside') =>
      as === 'base'
        ? packed(manifest, base, resolveStrategy('fixed', { subBlock: false }), { dirty })
        : packed(base, base, resolveStrategy('compare'), { dirty, baseManifest: manifest });
    const small = await manifestOf(base, { blockBytes: '4KiB' });
    for (const as of ['base', 'beside'] as const)
      await expect(attempt(small, as)).rejects.toThrow(/64 KiB leaves/);
    const other = await manifestOf(image(contentOf(1, 99_999), 'other'));
    await expect(attempt(other, 'beside')).rejects.toThrow(
      'the base has 100000 bytes, its manifest is of 99999',
    );
    const strong = await manifestOf(base, { fingerprint: 'blake3' });
    await expect(attempt(strong, 'beside')).rejects.toThrow(/blake3 digests/);
    const good = await manifestOf(base);
    const digests = good.blocks.digests.slice();
    digests[3] = (digests[3] ?? 0) ^ 1;
    const forged = { ...good, blocks: { ...good.blocks, digests } };
    await expect(attempt(forged, 'beside')).rejects.toThrow(/its blocks do not give its content digest/);
  });
});

test("the manifest of a diff's target is what reading it would give", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(imagePairs, treePairs), async ({ base, target }) => {
      const { summary } = await packed(base, target, resolveStrategy('compare'));
      const hasher = new Hasher(fingerprints['xxh3-128'], new Arena(createWasmKernels()));
      const previous = await manifestOf(base);
      const strategy = requireCutting(resolveStrategy('fixed'));
      const { manifest } = await buildManifest(target, {
        strategy,
        workers: 1,
        clock: stoppedClock,
        previous,
      });
      expect(leafManifest(target, hasher, summary.targetLeafDigests, { previous })).toEqual(manifest);
    }),
    { numRuns: 10, seed: 12 },
  );
});
