/** The index of a base: the kernels' table byte for byte, the same for any order of regions, bounded whatever the base holds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stoppedClock } from '../../../src/base/clock.js';
import { regionBytes } from '../../../src/base/limits.js';
import { Meter } from '../../../src/base/meter.js';
import { Random } from '../../../src/base/prng.js';
import { AnchorSlots, anchorTableBytes } from '../../../src/engine/detect/anchor-slots.js';
import {
  anchorsMax,
  indexRegion,
  planBaseIndex,
  type BaseIndex,
  type BaseIndexPlan,
} from '../../../src/engine/detect/base-index.js';
import { fingerprints } from '../../../src/engine/fingerprint/fingerprint.js';
import { memorySnapshot } from '../../../src/engine/snapshot/memory.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import { buildBaseIndex } from '../../../src/engine/strategy/base-indexer.js';
import { LeafColumn } from '../../../src/engine/strategy/leaf-column.js';
import { detect } from '../../../src/engine/strategy/registry.js';
import { EngineRun } from '../../../src/engine/strategy/run.js';
import { resolveStrategy } from '../../../src/engine/strategy/settings.js';
import { contentDigests } from '../../../src/engine/fingerprint/identity.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { dataWindowBytes, Workspace } from '../../../src/kernels/workspace.js';
import { createTwinKernels } from '../../../src/kernels/twin/index.js';
import { Arena } from '../../../src/kernels/arena.js';
import type { KernelInstance } from '../../../src/kernels/abi.js';
import { halves } from '../../kernels/anchors.js';
import { insertAnchors } from './anchors.js';

const plan: BaseIndexPlan = { spacingBits: 6, sampleBits: 0, tableBits: 12 };

function uniform(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  new Random(seed).fill(bytes);
  return bytes;
}

/** A base's table as the kernels fill it: one collection over all of it. */
function kernelTable(instance: KernelInstance, base: Uint8Array, address: number, chosen: BaseIndexPlan) {
  const { spacingBits, sampleBits, tableBits } = chosen;
  const arena = new Arena(instance);
  const data = arena.reserve(base.length + 1);
  const records = arena.reserve(base.length * 12 + 12);
  const table = arena.reserve(anchorTableBytes(tableBits));
  data.u8(0, base.length).set(base);
  table.u8().fill(0xff);
  const { functions } = instance;
  const count = functions.anchorCollect(
    data.pointer,
    base.length,
    base.length,
    spacingBits,
    sampleBits,
    records.pointer,
    base.length,
  );
  functions.anchorInsert(records.pointer, count, ...halves(address), table.pointer, tableBits);
  const words = records.u32(count * 3).slice();
  const found = functions.anchorLookup(records.pointer, count, table.pointer, tableBits, records.pointer);
  return { words, table: table.u8().slice(), found: [...records.u32(found * 3)] };
}

interface IndexedBase {
  readonly index: BaseIndex;
  readonly baseLeafDigests: Uint8Array;
}

/** An index of ranges of the base, by default of all, and the leaf digests of it that were asked for. */
async function indexed(
  base: Snapshot,
  chosen: BaseIndexPlan,
  workers = 1,
  ranges = Float64Array.of(0, base.layout.totalBytes),
  stageWords?: number,
): Promise<IndexedBase> {
  const leaves = new LeafColumn(base.layout, 16);
  const pairs = Int32Array.of(0);
  const run = new EngineRun({ base, target: base, pairs }, resolveStrategy('compare'), {
    workers,
    clock: stoppedClock,
  });
  try {
    const index = await buildBaseIndex(run, base.layout, chosen, ranges, leaves, stageWords);
    return { index, baseLeafDigests: leaves.digests };
  } finally {
    await run.close();
  }
}

function image(bytes: Uint8Array): Snapshot {
  return memorySnapshot('image', [{ path: '', bytes }]);
}

function occupied({ table, tableBits }: IndexedBase['index']): number {
  const slots = new BigUint64Array(table, 0, 2 ** tableBits);
  return slots.filter((slot) => slot !== 2n ** 64n - 1n).length;
}

function columnsOf({ spacingBits, tableBits, sampleBits }: BaseIndexPlan): readonly number[] {
  return [spacingBits, tableBits, sampleBits];
}

function addressesOf(slots: AnchorSlots, words: Uint32Array): Float64Array {
  const addresses = new Float64Array(words.length / 3);
  slots.find(words, addresses.length, addresses);
  return addresses;
}

describe('the shared table', () => {
  for (const instance of [createTwinKernels(), createWasmKernels()]) {
    it(`holds and finds what the ${instance.name} kernels hold and find, in any order of insertion`, () => {
      const address = fc.constantFrom(0, 1, 2 ** 32 - 2000, 2 ** 41 + 7);
      fc.assert(
        fc.property(
          fc.nat(1000),
          address,
          fc.constantFrom(3, 7, 12),
          fc.nat(2),
          (seed, at, tableBits, sampleBits) => {
            const chosen = { spacingBits: 5, sampleBits, tableBits };
            const bytes = uniform(seed, 6000);
            bytes.copyWithin(3000, 100, 1500);
            const expected = kernelTable(instance, bytes, at, chosen);
            const table = new SharedArrayBuffer(anchorTableBytes(tableBits));
            const slots = new AnchorSlots(table, tableBits);
            slots.clear();
            const half = Math.floor(expected.words.length / 6) * 3;
            insertAnchors(slots, expected.words.subarray(half), at);
            insertAnchors(slots, expected.words.subarray(0, half), at);
            expect(Buffer.from(table).equals(expected.table)).toBe(true);
            const found: number[] = [];
            addressesOf(slots, expected.words).forEach((known, i) => {
              if (known >= 0) found.push(expected.words[i * 3] ?? 0, ...halves(known));
            });
            expect(found).toEqual(expected.found);
          },
        ),
        { seed: 11, numRuns: 40 },
      );
    });
  }
});

describe('the index of a base', () => {
  it('is what one collection over the whole base would give, whatever the seams and the lanes', async () => {
    const bytes = uniform(5, 9 * 1024 * 1024 + 12_345);
    const chosen = { ...plan, tableBits: 18 };
    const expected = kernelTable(createWasmKernels(), bytes, 0, chosen);
    for (const workers of [1, 2]) {
      const { index } = await indexed(image(bytes), chosen, workers);
      expect(Buffer.from(index.table).equals(expected.table)).toBe(true);
    }
  });

  it('is the same in one round or several, and when the stage has room for less than a region', async () => {
    const bytes = uniform(9, 13 * 1024 * 1024);
    const chosen = { ...plan, tableBits: 17 };
    const ranges = Float64Array.of(0, bytes.length);
    const once = await indexed(image(bytes), chosen);
    for (const stageWords of [1, 1_500_000]) {
      const { index, baseLeafDigests } = await indexed(image(bytes), chosen, 1, ranges, stageWords);
      expect(Buffer.from(index.table).equals(Buffer.from(once.index.table))).toBe(true);
      expect(Buffer.from(baseLeafDigests).equals(once.baseLeafDigests)).toBe(true);
    }
  });

  it('covers a tree of small files, across their borders, and hashes all leaves', async () => {
    const random = new Random(6);
    const files = Array.from({ length: 300 }, (_, i) => ({
      path: `f${i}`,
      bytes: uniform(i, random.below(3000)),
    }));
    const base = memorySnapshot('tree', [{ path: '.', kind: 'directory' }, ...files]);
    const whole = new Uint8Array(base.layout.totalBytes);
    base.openReader().read(0, whole);
    const { index, baseLeafDigests } = await indexed(base, plan);
    const expected = kernelTable(createWasmKernels(), whole, 0, plan);
    expect(Buffer.from(index.table).equals(expected.table)).toBe(true);

    const pairs = Int32Array.from(base.entries.keys());
    const strategy = resolveStrategy('compare');
    const run = new EngineRun({ base, target: base, pairs }, strategy, { workers: 1, clock: stoppedClock });
    const known = { kind: 'content', shape: base, snapshot: base } as const;
    const compared = await detect({ strategy, base: known, target: base, pairs, run });
    const digests = contentDigests(run.hasher, base, baseLeafDigests);
    await run.close();
    expect(Buffer.from(digests).equals(compared.baseEntryDigests)).toBe(true);
  });

  it('of ranges knows the anchors that begin in them, and hashes what was asked for', async () => {
    const bytes = uniform(8, 5 * 1024 * 1024);
    const chosen = { ...plan, tableBits: 18 };
    const ranges = Float64Array.of(100, 5000, 70_000, 300_000, 4_194_200, 300, 5_000_000, 242_880);
    const { words } = kernelTable(createWasmKernels(), bytes, 0, chosen);
    const wanted = new AnchorSlots(new SharedArrayBuffer(anchorTableBytes(18)), 18);
    wanted.clear();
    let known = 0;
    for (let i = 0; i < words.length; i += 3) {
      const at = words[i] ?? 0;
      const isInside = [0, 2, 4, 6].some(
        (k) => at >= (ranges[k] ?? 0) && at < (ranges[k] ?? 0) + (ranges[k + 1] ?? 0),
      );
      if (!isInside) continue;
      insertAnchors(wanted, Uint32Array.of(0, words[i + 1] ?? 0, words[i + 2] ?? 0), at);
      known++;
    }
    for (const workers of [1, 2]) {
      const { index } = await indexed(image(bytes), chosen, workers, ranges);
      expect(occupied(index)).toBeLessThanOrEqual(known);
      expect(occupied(index)).toBeGreaterThan(known * 0.95);
      const slots = new AnchorSlots(index.table, index.tableBits);
      expect(addressesOf(slots, words)).toEqual(addressesOf(wanted, words));
    }
  });

  it('of an empty base, and of one shorter than an anchor, knows nothing', async () => {
    for (const length of [0, 1, 31]) {
      const { index, baseLeafDigests } = await indexed(image(uniform(7, length)), plan);
      expect(occupied(index)).toBe(0);
      expect(baseLeafDigests.length).toBe(length === 0 ? 0 : 16);
    }
  });

  it('of constant bytes knows one place at most; of short periods a bounded number', async () => {
    for (let byte = 0; byte < 256; byte += 5) {
      const { index } = await indexed(image(new Uint8Array(100_000).fill(byte)), plan);
      expect(occupied(index)).toBeLessThanOrEqual(1);
    }
    const pattern = Uint8Array.from({ length: 300_000 }, (_, i) => (i % 3) * 85);
    expect(occupied((await indexed(image(pattern), plan)).index)).toBeLessThanOrEqual(3);
  });
});

describe('a crowded base', () => {
  const chosen = planBaseIndex(1, 'thorough');
  const workspace = new Workspace(createWasmKernels());
  const anchorsOf = (pattern: Uint8Array, length: number, ranges = Float64Array.of(0, length)): number => {
    const snapshot = image(Uint8Array.from({ length }, (_, i) => pattern[i % pattern.length] ?? 0));
    const context = {
      workspace,
      reader: snapshot.openReader(),
      layout: snapshot.layout,
      fingerprint: fingerprints['xxh3-128'],
      meter: new Meter(stoppedClock),
    };
    const [region] = snapshot.layout.regions();
    if (region === undefined) throw new Error('one region');
    const askedLeaves = new Uint8Array(region.leafCount);
    const count = indexRegion(context, chosen, { region, ranges, askedLeaves }).anchors.length / 3;
    expect(count).toBeLessThanOrEqual(anchorsMax(chosen, region, ranges));
    return count;
  };
  const patterns = Array.from({ length: 300 }, (_, seed) => uniform(seed, 7));
  const crowded = patterns.find((pattern) => anchorsOf(pattern, 2100) > 2100 / 8);
  if (crowded === undefined) throw new Error('one of the patterns has two anchors in seven places');

  it('gives at most four times the anchors of independent bytes, whatever its period', () => {
    // The last of a stretch may equal the first of the next, which is then left out.
    const limit = (4 * regionBytes) / 32;
    expect(anchorsOf(crowded, regionBytes)).toBeLessThanOrEqual(limit);
    expect(anchorsOf(crowded, regionBytes)).toBeGreaterThan(limit * 0.99);
  });

  it('asked for in short ranges gives no more than their window holds', () => {
    const rangeBytes = 256;
    const ranges = Float64Array.from({ length: (2 * regionBytes) / rangeBytes }, (_, i) =>
      i % 2 === 0 ? (i / 2) * rangeBytes : rangeBytes,
    );
    expect(anchorsOf(crowded, regionBytes, ranges)).toBe(Math.floor(dataWindowBytes / 12));
  });
});

describe('the plan of an index', () => {
  const MiB = 2 ** 20;

  it('gives an anchor one slot, with the higher efforts two, until the largest table is reached, and then samples', () => {
    const rows = [0, MiB, 256 * MiB, 512 * MiB, 1024 * MiB, 8192 * MiB, 2 ** 41].map((bytes) =>
      columnsOf(planBaseIndex(bytes, 'fast')),
    );
    expect(rows).toEqual([
      [8, 8, 0],
      [8, 12, 0],
      [8, 20, 0],
      [8, 21, 0],
      [8, 22, 0],
      [8, 22, 3],
      [8, 22, 11],
    ]);
    expect(columnsOf(planBaseIndex(MiB, 'thorough'))).toEqual([5, 16, 0]);
    expect(planBaseIndex(256 * MiB, 'thorough')).toEqual({ spacingBits: 6, tableBits: 22, sampleBits: 0 });
    expect(planBaseIndex(256 * MiB, 'maximum')).toEqual({ spacingBits: 6, tableBits: 23, sampleBits: 0 });
  });
});
