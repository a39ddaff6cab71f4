/** The applier's parts on their own: pieces, the window on the base, ranges that may be repeated, zeros, and the target's entries. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stoppedClock } from '../../../src/base/clock.js';
import { DataError } from '../../../src/base/errors.js';
import { leafBytes, regionLeavesMax } from '../../../src/base/limits.js';
import { Meter } from '../../../src/base/meter.js';
import { BaseWindow } from '../../../src/engine/apply/base-window.js';
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

describe('the window on the base', () => {
  const bytes = content(5, 1_000_000);
  const over = () => {
    const reads: [number, number][] = [];
    const meter = new Meter(stoppedClock);
    const reader = {
      read: (address: number, into: Uint8Array) => {
        reads.push([address, into.length]);
        into.set(bytes.subarray(address, address + into.length));
      },
      close: () => undefined,
    };
    return { window: new BaseWindow(reader, new Layout([{ sizeBytes: bytes.length }]), meter), reads, meter };
  };

  test('gives the base’s bytes wherever it is asked', () => {
    const read = fc.record({ at: fc.nat(999_999), length: fc.oneof(fc.nat(500), fc.nat(200_000)) });
    fc.assert(
      fc.property(fc.array(read, { maxLength: 40 }), (list) => {
        const { window } = over();
        for (const { at, length } of list) {
          const into = new Uint8Array(Math.min(length, bytes.length - at));
          window.read(at, into);
          expect(Buffer.compare(into, bytes.subarray(at, at + into.length))).toBe(0);
        }
      }),
      { seed: 8, numRuns: 100 },
    );
  });

  test('serves neighbouring small reads from one, and others one by one', () => {
    const { window, reads, meter } = over();
    for (let at = 0; at < 100_000; at += 100) window.read(at, new Uint8Array(90));
    expect(reads).toEqual([
      [0, 90],
      [100, 131_072],
    ]);
    window.read(500_000, new Uint8Array(90));
    window.read(900_000, new Uint8Array(90));
    window.read(200_000, new Uint8Array(50_000));
    expect(reads.slice(2)).toEqual([
      [500_000, 90],
      [900_000, 90],
      [200_000, 50_000],
    ]);
    expect(meter.reading().counts.bytesRead).toBe(90 + 131_072 + 90 + 90 + 50_000);
  });

  test('is not read again for every byte of a walk backwards, or of one in long steps', () => {
    for (const step of [-2, 60_000]) {
      const { window, meter } = over();
      const asked = 20_000;
      for (let i = 0; i < asked; i++) window.read((900_000 + i * step + 9e9) % 900_000, new Uint8Array(1));
      const { bytesRead = 0 } = meter.reading().counts;
      expect(bytesRead).toBeGreaterThan(131_072);
      expect(bytesRead).toBeLessThan(33 * asked + 131_072);
    }
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
