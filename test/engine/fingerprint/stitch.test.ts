/** Regions cut in parallel give exactly the cuts of one sequential pass, and few blocks are cut twice. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stoppedClock } from '../../../src/base/clock.js';
import { Random } from '../../../src/base/prng.js';
import { regionBytes } from '../../../src/base/limits.js';
import { Arena } from '../../../src/kernels/arena.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { Workspace } from '../../../src/kernels/workspace.js';
import { cutPiece } from '../../../src/engine/chunk/chunker.js';
import { contentChunkerNames } from '../../../src/engine/chunk/content-chunkers.js';
import type { ChunkerSpec } from '../../../src/engine/chunk/spec.js';
import { fingerprints } from '../../../src/engine/fingerprint/fingerprint.js';
import { scanRegion, type ScanContext } from '../../../src/engine/fingerprint/scan.js';
import { Stitcher } from '../../../src/engine/fingerprint/stitch.js';
import type { Region } from '../../../src/engine/snapshot/layout.js';
import { blockTable, chunkerOf } from '../../../src/engine/strategy/blocks-detector.js';
import { resolveStrategy, type Settings } from '../../../src/engine/strategy/settings.js';
import { requireCutting } from '../../../src/engine/strategy/strategy.js';
import { EngineRun } from '../../../src/engine/strategy/run.js';
import { Meter } from '../../../src/base/meter.js';
import { leafBytes } from '../../../src/base/limits.js';
import { concat, content, image } from '../../support/pairs.js';

interface Blocks {
  readonly ends: number[];
  readonly digests: Uint8Array;
}

/** All cuts of one entry by a single kernel call, and the digest of each block. */
function sequential(bytes: Uint8Array, chunker: ChunkerSpec): Blocks {
  const kernels = createWasmKernels();
  const arena = new Arena(kernels);
  const data = arena.reserve(bytes.length);
  const cuts = arena.reserve(bytes.length / 16 + 64);
  data.u8().set(bytes);
  const count = cutPiece(kernels, chunker, data.pointer, bytes.length, true, cuts.pointer);
  const out = arena.reserve(count * 16);
  fingerprints['xxh3-128'].hashBlocks(kernels, data.pointer, cuts, count, out);
  return { ends: [...cuts.u32(count)], digests: out.u8().slice() };
}

/** By the engine, on as many lanes. */
async function byRegions(
  bytes: Uint8Array,
  name: string,
  settings: Settings,
  workers: number,
): Promise<Blocks & { readonly recut: number; readonly bytesRead: number }> {
  const strategy = requireCutting(resolveStrategy(name, settings));
  const target = image(bytes, 'target');
  const pairs = new Int32Array(1).fill(-1);
  const run = new EngineRun({ base: undefined, target, pairs }, strategy, { workers, clock: stoppedClock });
  try {
    const { blocks } = await blockTable(run, 'target', target.layout, chunkerOf(strategy));
    const { blocksRecut = 0, bytesRead = 0 } = run.meter.reading().counts;
    return { ends: [...blocks.ends], digests: blocks.digests.slice(), recut: blocksRecut, bytesRead };
  } finally {
    await run.close();
  }
}

function expectSame(found: Blocks, wanted: Blocks): void {
  expect(found.ends).toEqual(wanted.ends);
  expect(Buffer.compare(found.digests, wanted.digests)).toBe(0);
}

const noise = (length: number, seed = 9): Uint8Array => {
  const bytes = new Uint8Array(length);
  new Random(seed).fill(bytes);
  return bytes;
};

/** A pattern of `period` bytes, over and over. */
function periodic(length: number, period: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(noise(Math.min(period, length), seed));
  for (let filled = period; filled < length; filled *= 2) bytes.copyWithin(filled, 0, filled);
  return bytes;
}

/** Words of few letters. */
function text(length: number): Uint8Array {
  const random = new Random(4);
  return new Uint8Array(length).map(() => 97 + random.below(6));
}

/** Something that puts what follows out of phase with every size that is a power of two. */
const odd = noise(500_001);

const data: Readonly<Record<string, Uint8Array>> = {
  'mixed content': content(5, 3 * regionBytes + 777_777),
  noise: noise(2 * regionBytes + 1),
  text: text(2 * regionBytes + 54_321),
  'a constant': new Uint8Array(2 * regionBytes + 12_345).fill(7),
  'noise, then zeros out of phase': concat(odd, new Uint8Array(3 * regionBytes)),
  'zeros out of phase with islands of noise': concat(
    odd,
    new Uint8Array(regionBytes + 1),
    noise(30_000),
    new Uint8Array(2 * regionBytes - 7),
    noise(300_000, 2),
    new Uint8Array(100_000),
  ),
  'two constants that meet inside a region': concat(
    odd,
    new Uint8Array(regionBytes),
    new Uint8Array(2 * regionBytes).fill(255),
  ),
  'a pattern of 512 bytes': concat(odd, periodic(2 * regionBytes, 512)),
  'a pattern of 4,096 bytes, then one of the same period': concat(
    odd,
    periodic(regionBytes + 4096 * 3, 4096),
    periodic(2 * regionBytes, 4096, 2),
  ),
  'zeros, and at a seam a pattern that begins with zeros': concat(
    odd,
    new Uint8Array(2 * regionBytes - odd.length),
    ...Array.from({ length: 300 }, () => concat(new Uint8Array(1024), noise(3072, 5))),
  ),
  'a pattern whose period is not seen': concat(odd, periodic(2 * regionBytes + 5, 5000)),
  'exactly one region': noise(regionBytes),
  'one byte more than a region': noise(regionBytes + 1),
  'one byte less than two regions, of zeros': new Uint8Array(2 * regionBytes - 1),
};

const sizes: readonly (readonly [string, Settings])[] = [
  ['1 KiB, tight', { averageBytes: '1KiB', minBytes: 256, maxBytes: 1024 }],
  ['2 KiB, odd', { averageBytes: '2KiB', minBytes: 301, maxBytes: 20_001 }],
  ['64 KiB', {}],
  ['1 MiB', { averageBytes: '1MiB' }],
];
const cuttings = contentChunkerNames.flatMap((name) =>
  sizes.map(([size, settings]) => [`${name} of ${size}`, name, settings] as const),
);

describe.each(Object.entries(data))('cuts of %s', (_, bytes) => {
  it.each([...cuttings, ['fixed', 'fixed', {}] as const])(
    'are sequential with %s',
    async (__, name, settings) => {
      const chunker = chunkerOf(requireCutting(resolveStrategy(name, settings)));
      expectSame(await byRegions(bytes, name, settings, 1), sequential(bytes, chunker));
    },
  );
});

describe('threads', () => {
  const bytes = concat(
    ...['mixed content', 'zeros out of phase with islands of noise', 'text'].map((key) => data[key] ?? odd),
  );
  it.each(contentChunkerNames)('1, 2 and 3 of them find the sequential cuts of %s', async (name) => {
    const settings = { averageBytes: '16KiB' };
    const expected = sequential(bytes, chunkerOf(requireCutting(resolveStrategy(name, settings))));
    const [one, two, three] = await Promise.all([1, 2, 3].map((n) => byRegions(bytes, name, settings, n)));
    for (const found of [one, two, three]) {
      expectSame(found ?? { ends: [], digests: odd }, expected);
      expect(found?.recut).toBe(one?.recut);
    }
  });
});

/** As the engine, but with regions of any length in leaves: its own have one size, which leaves few seams. */
function byRegionsOf(bytes: Uint8Array, chunker: ChunkerSpec, leaves: number): Blocks & { recut: number } {
  const snapshot = image(bytes, 'target');
  const { layout } = snapshot;
  const context: ScanContext = {
    workspace: new Workspace(createWasmKernels()),
    reader: snapshot.openReader(),
    layout,
    fingerprint: fingerprints['xxh3-128'],
    meter: new Meter(stoppedClock),
  };
  const stitcher = new Stitcher(context, chunker);
  for (let leaf = 0; leaf < layout.leafCount; leaf += leaves) {
    const address = leaf * leafBytes;
    const length = Math.min(leaves * leafBytes, bytes.length - address);
    const leafCount = Math.min(leaves, layout.leafCount - leaf);
    const region: Region = { index: leaf / leaves, address, length, firstLeaf: leaf, leafCount };
    stitcher.accept(scanRegion(context, chunker, region));
  }
  const { blocks } = stitcher.finish();
  const { blocksRecut = 0 } = context.meter.reading().counts;
  return { ends: [...blocks.ends], digests: blocks.digests, recut: blocksRecut };
}

const piece = fc.record({
  kind: fc.constantFrom('noise', 'zeros', 'constant', 'periodic', 'text', 'mixed'),
  length: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 700_000 })),
  seed: fc.integer({ min: 1, max: 1000 }),
  period: fc.oneof(fc.constantFrom(2, 512, 4096), fc.integer({ min: 1, max: 9000 })),
});

function bytesOfPieces(
  pieces: readonly (typeof piece extends fc.Arbitrary<infer T> ? T : never)[],
): Uint8Array {
  return concat(
    ...pieces.map(({ kind, length, seed, period }) => {
      if (kind === 'noise') return noise(length, seed);
      if (kind === 'zeros') return new Uint8Array(length);
      if (kind === 'constant') return new Uint8Array(length).fill(seed % 256);
      if (kind === 'periodic') return periodic(length, period, seed);
      return kind === 'text' ? text(length) : content(seed, length);
    }),
  );
}

describe('any data, sizes and seams', () => {
  it.each(contentChunkerNames)('give the sequential cuts of %s', (name) => {
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        fc.record({
          averageBytes: fc.integer({ min: 10, max: 17 }).map((bits) => 2 ** bits),
          least: fc.double({ min: 0, max: 1, noNaN: true }),
          most: fc.double({ min: 1, max: 5, noNaN: true }),
        }),
        (pieces, leaves, { averageBytes, least, most }) => {
          const bytes = bytesOfPieces(pieces);
          const chunker: ChunkerSpec = {
            name,
            minBytes: Math.max(256, Math.floor(averageBytes * least)),
            averageBytes,
            maxBytes: Math.floor(averageBytes * most),
          };
          expectSame(byRegionsOf(bytes, chunker, leaves), sequential(bytes, chunker));
        },
      ),
      { seed: 11, numRuns: 120 },
    );
  });
});

describe('blocks cut again', () => {
  const longZeros = concat(odd, new Uint8Array(12 * regionBytes));
  const cases: readonly (readonly [string, Uint8Array, number])[] = [
    ['zeros out of phase', longZeros, 4],
    ['another constant', longZeros.map((byte, at) => (at < odd.length ? byte : 0xe5)), 4],
    ['a pattern of a sector', concat(odd, periodic(12 * regionBytes, 512)), 40],
    ['an island in zeros', concat(longZeros, noise(100_000), new Uint8Array(6 * regionBytes)), 12],
  ];
  it.each(
    contentChunkerNames.flatMap((name) =>
      cases.map(([what, bytes, most]) => [name, what, bytes, most] as const),
    ),
  )('%s: few where there is %s, whatever its length', async (name, _, bytes, most) => {
    const { recut, ends, bytesRead } = await byRegions(bytes, name, {}, 1);
    expect(recut).toBeLessThanOrEqual(most);
    expect(ends.length).toBeGreaterThan(100);
    // A region reaches 256 KiB into the next one; what is read again is of that order.
    expect(bytesRead).toBeLessThan(bytes.length * 1.1);
  });

  it.each(contentChunkerNames)('%s: about two a region of noise, from one read', async (name) => {
    const bytes = noise(8 * regionBytes);
    const { recut, bytesRead } = await byRegions(bytes, name, {}, 1);
    expect(recut).toBeLessThanOrEqual(7 * 6);
    expect(bytesRead).toBeLessThan(bytes.length + 7 * 3 * 262_144);
  });
});
