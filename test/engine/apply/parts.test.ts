/** The applier's parts on their own: pieces, runs of the base, ranges that may be repeated, zeros, and the target's entries. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError } from '../../../src/base/errors.js';
import { leafBytes, regionLeavesMax } from '../../../src/base/limits.js';
import { BaseRuns } from '../../../src/engine/apply/base-runs.js';
import { Layout } from '../../../src/engine/snapshot/layout.js';
import { pieceBytesMax, piecesOf } from '../../../src/engine/apply/pieces.js';
import { TargetRanges } from '../../../src/engine/apply/target-ranges.js';
import { resolveTarget } from '../../../src/engine/apply/target-shape.js';
import { Zeros } from '../../../src/engine/apply/zeros.js';
import type { PackageHeader } from '../../../src/engine/package/model.js';
import { memorySnapshot } from '../../../src/engine/snapshot/memory.js';
import { shapeOf } from '../../../src/engine/snapshot/shape.js';
import type { Entry } from '../../../src/engine/snapshot/snapshot.js';
import { content, treePairs } from '../../support/pairs.js';
import { structureBetween } from '../../../src/engine/snapshot/structure.js';

const file = (path: string, sizeBytes: number): Entry => ({
  path,
  kind: 'file',
  mode: 0o644,
  mtimeMicros: 0,
  sizeBytes,
});

test('pieces hold whole leaves, as many as fit, and cover their range', () => {
  const sizes = fc.array(fc.oneof(fc.nat(300), fc.nat(3_000_000)), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), (list, a, b) => {
      const { layout } = shapeOf({ form: 'tree', entries: list.map((size, i) => file(`f${i}`, size)) });
      if (layout.leafCount === 0) return;
      const [from, to] = [a % (layout.leafCount + 1), b % (layout.leafCount + 1)].sort((x, y) => x - y) as [
        number,
        number,
      ];
      if (from === to) return;
      const start = layout.leafAddress(from);
      let at = start;
      let leaf = from;
      for (const piece of piecesOf(layout, start, layout.leafAddress(to) - start, 'x')) {
        expect(piece).toMatchObject({ address: at, firstLeaf: leaf });
        expect(piece.leafEnds).toEqual(layout.leafCuts(leaf, piece.leafEnds.length));
        expect(piece.length).toBeLessThanOrEqual(pieceBytesMax);
        at += piece.length;
        leaf += piece.leafEnds.length;
        const isFull =
          leaf === to ||
          piece.leafEnds.length === regionLeavesMax ||
          layout.leafAddress(leaf + 1) - piece.address > pieceBytesMax;
        expect(isFull).toBe(true);
      }
      expect(leaf).toBe(to);
    }),
    { seed: 7, numRuns: 200 },
  );
});

test('pieces of thousands of tiny files are bounded by their leaves', () => {
  const entries = Array.from({ length: 10_000 }, (_, i) => file(`f${String(i).padStart(5, '0')}`, 1));
  const { layout } = shapeOf({ form: 'tree', entries });
  const counts = [...piecesOf(layout, 0, 10_000, 'x')].map(({ leafEnds }) => leafEnds.length);
  expect(counts).toEqual([4096, 4096, 1808]);
});

test('a range off the leaf grid is refused', () => {
  const { layout } = shapeOf({ form: 'image', entries: [file('', 3 * leafBytes)] });
  expect(() => [...piecesOf(layout, 1, leafBytes, 'segment 3')]).toThrow(/segment 3 does not begin and end/);
  expect(() => [...piecesOf(layout, 0, leafBytes - 1, 'segment 3')]).toThrow(DataError);
});

describe('runs of the base', () => {
  const sizes = [0, 100_000, 7, 0, 20_000, 300_000, 60_000];
  const layout = new Layout(sizes.map((sizeBytes) => ({ sizeBytes })));
  const bytes = content(5, layout.totalBytes);
  const place = fc.record({
    near: fc.boolean(),
    step: fc.integer({ min: -3000, max: 30_000 }),
    at: fc.nat(layout.totalBytes - 1),
    length: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 40_000 })),
  });

  test('hold every range that was given a place, one beside the other', () => {
    fc.assert(
      fc.property(
        fc.array(place, { maxLength: 60 }),
        fc.integer({ min: 40_000, max: 400_000 }),
        (list, capacity) => {
          const runs = new BaseRuns(layout, capacity);
          const placed: { offset: number; address: number; length: number }[] = [];
          let last = 0;
          for (const { near, step, at, length: wanted } of list) {
            const address = near ? Math.min(Math.max(0, last + step), layout.totalBytes - 1) : at;
            const length = Math.min(wanted, layout.totalBytes - address);
            const offset = runs.place(address, length);
            if (offset < 0) continue;
            placed.push({ offset, address, length });
            last = address + length;
          }
          const window = new Uint8Array(capacity);
          let used = 0;
          for (const run of runs.take()) {
            expect(run.offset).toBe(used);
            used += run.length;
            window.set(bytes.subarray(run.address, run.address + run.length), run.offset);
          }
          expect(used).toBeLessThanOrEqual(capacity);
          for (const { offset, address, length } of placed) {
            const found = window.subarray(offset, offset + length);
            expect(Buffer.compare(found, bytes.subarray(address, address + length))).toBe(0);
          }
          expect(runs.take()).toEqual([]);
        },
      ),
      { seed: 8, numRuns: 300 },
    );
  });

  const bytesOfRuns = (runs: BaseRuns) => runs.take().reduce((sum, { length }) => sum + length, 0);
  const runsOf = (capacity: number, ...ranges: [number, number][]) => {
    const runs = new BaseRuns(layout, capacity);
    const offsets = ranges.map(([address, length]) => runs.place(address, length));
    return { offsets, reads: runs.take().map(({ address, length }) => [address, length]) };
  };

  test('read along what lies between close ranges, and nothing of what is far', () => {
    expect(runsOf(1e6, [10, 5], [15, 5], [16_404, 20], [12, 3], [33_000, 9], [32_999, 9])).toEqual({
      offsets: [0, 5, 16_394, 2, 16_414, 16_423],
      reads: [
        [10, 16_414],
        [33_000, 9],
        [32_999, 9],
      ],
    });
  });

  test('reach into another file only for bytes that are wanted', () => {
    const wanted: [number, number][] = [
      [99_990, 10],
      [100_000, 9],
      [100_010, 5],
      [100_020, 5],
    ];
    expect(runsOf(1e6, ...wanted).reads).toEqual([[99_990, 35]]);
    expect(runsOf(1e6, [99_990, 5], [100_000, 9]).reads).toEqual([
      [99_990, 5],
      [100_000, 9],
    ]);
  });

  test('read at most 33 bytes for one, however ranges lie', () => {
    for (const step of [-2, 20, 3000, 16_000, 60_000]) {
      const asked = 20_000;
      let read = 0;
      const runs = new BaseRuns(layout, 400_000);
      for (let i = 0; i < asked; i++) {
        const address = (400_000 + i * step + 9e9) % 400_000;
        if (runs.place(address, 1) >= 0) continue;
        read += bytesOfRuns(runs);
        expect(runs.place(address, 1)).toBe(0);
      }
      read += bytesOfRuns(runs);
      expect(read).toBeGreaterThanOrEqual(asked);
      expect(read).toBeLessThanOrEqual(33 * asked + 131_072);
    }
  });

  test('take no more than there is room for, and less where less fits', () => {
    expect(runsOf(100, [0, 60], [1000, 60], [50, 20], [60, 40], [80, 21], [500, 1])).toEqual({
      offsets: [0, -1, 50, 60, -1, -1],
      reads: [[0, 100]],
    });
  });
});

test('ranges that touch are one, and what lies across a gap is not contained', () => {
  const ranges = new TargetRanges([
    [100, 200],
    [0, 50],
    [200, 300],
  ]);
  expect(ranges.contain(0, 50)).toBe(true);
  expect(ranges.contain(150, 250)).toBe(true);
  expect(ranges.contain(100, 300)).toBe(true);
  expect(ranges.contain(49, 51)).toBe(false);
  expect(ranges.contain(40, 110)).toBe(false);
  expect(ranges.contain(299, 301)).toBe(false);
  expect(new TargetRanges([]).contain(0, 1)).toBe(false);
});

test('zeros divide a piece, nested and overlapping ones too, and small ones do not count', () => {
  const zeros = new Zeros();
  zeros.add(10_000, 20_000);
  zeros.add(0, 5000);
  zeros.add(12_000, 17_000);
  zeros.add(15_000, 25_000);
  zeros.add(26_000, 26_100);
  expect([...zeros.split(30_000)].map(({ start, end, isZero }) => [start, end, isZero])).toEqual([
    [0, 5000, true],
    [5000, 10_000, false],
    [10_000, 20_000, true],
    [20_000, 25_000, true],
    [25_000, 30_000, false],
  ]);
});

describe('the target’s entries', () => {
  const headerFor = (form: 'image' | 'tree', entryCount: number, totalBytes: number): PackageHeader => {
    const id = {
      fingerprint: 'xxh3-128' as const,
      content: new Uint8Array(16),
      metadata: new Uint8Array(16),
      totalBytes,
      entryCount,
    };
    return {
      volume: '',
      form,
      base: id,
      target: id,
      versions: {},
      timeMicros: 0,
      strategy: 'compare',
      parameters: {},
      sealing: null,
    };
  };

  test('come back from what changed', () => {
    fc.assert(
      fc.property(treePairs, ({ base, target }) => {
        const structure = structureBetween(base, target, String, (index) => `other ${index}`);
        const header = headerFor('tree', target.entries.length, target.layout.totalBytes);
        expect(resolveTarget(base, structure, header).entries).toEqual(target.entries);
      }),
      { seed: 9, numRuns: 100 },
    );
  });

  test('that do not fit together are refused', () => {
    const base = memorySnapshot('tree', [
      { path: '.', kind: 'directory' },
      { path: 'd', kind: 'directory' },
      { path: 'd/a', bytes: new Uint8Array(3) },
    ]);
    const resolve = (removed: string[], entries: Entry[], count: number, bytes: number) => () =>
      resolveTarget(
        base,
        { removed, changed: entries.map((entry) => ({ entry })) },
        headerFor('tree', count, bytes),
      );
    expect(resolve([], [], 3, 3)).not.toThrow();
    expect(resolve(['d/b'], [], 2, 3)).toThrow(/the base has no "d\/b"/);
    expect(resolve(['d'], [], 2, 3)).toThrow(/"d\/a" has no directory to lie in/);
    expect(resolve([], [file('d', 1)], 3, 4)).toThrow(/"d\/a" has no directory to lie in/);
    expect(resolve([], [file('x/y', 1)], 4, 4)).toThrow(/"x\/y" has no directory/);
    expect(resolve([], [file('../y', 1)], 4, 4)).toThrow(DataError);
    expect(resolve([], [file('e', 1)], 3, 4)).toThrow(/4 entries of 4 bytes instead of 3 of 4/);
    expect(resolve([], [file('e', 1)], 4, 5)).toThrow(/instead of 4 of 5/);
  });
});
