/** The small parts of detection: extents, digest index, pairing, signature arithmetic. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DigestIndex } from '../../../src/engine/detect/digest-index.js';
import { ExtentList, extentKind } from '../../../src/engine/detect/extents.js';
import { pairEntries } from '../../../src/engine/detect/pairing.js';
import { rollingBlockBytes } from '../../../src/engine/detect/signature.js';
import { memorySnapshot, type MemoryEntry } from '../../../src/engine/snapshot/memory.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';

describe('ExtentList', () => {
  const { copy, repeat, zero, data } = extentKind;
  const lengthsOf = (...pushes: [0 | 1 | 2 | 3, number, number][]): number[] => {
    const list = new ExtentList();
    for (const push of pushes) list.push(...push);
    return [...list.finish().lengths];
  };

  it('merges what continues: address, zeros, data along one diagonal or without a hint', () => {
    expect(lengthsOf([copy, 10, 100], [copy, 5, 110])).toEqual([15]);
    expect(lengthsOf([repeat, 10, 100], [repeat, 5, 110])).toEqual([15]);
    expect(lengthsOf([zero, 10, 0], [zero, 5, 0])).toEqual([15]);
    expect(lengthsOf([data, 10, 50], [data, 5, 60])).toEqual([15]);
    expect(lengthsOf([data, 10, -1], [data, 5, -1])).toEqual([15]);
  });

  it('keeps apart what does not', () => {
    expect(lengthsOf([copy, 10, 100], [copy, 5, 111])).toEqual([10, 5]);
    expect(lengthsOf([copy, 10, 100], [repeat, 5, 110])).toEqual([10, 5]);
    expect(lengthsOf([data, 10, 50], [data, 5, -1])).toEqual([10, 5]);
    expect(lengthsOf([data, 11, -1], [data, 5, 10])).toEqual([11, 5]);
  });
});

describe('DigestIndex', () => {
  it('finds the first of equal digests, and nothing that is not there', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 200 }), (values) => {
        // Digests that share their first bytes, so that probes collide.
        const digests = new Uint8Array(values.length * 16);
        values.forEach((value, i) => (digests[i * 16 + 15] = value));
        const index = new DigestIndex(digests, 16);
        values.forEach((value, i) => expect(index.insert(i)).toBe(values.indexOf(value)));
        const probe = new Uint8Array(16);
        for (let value = 0; value <= 41; value++) {
          probe[15] = value;
          expect(index.find(probe, 0)).toBe(values.indexOf(value));
        }
      }),
      { seed: 3 },
    );
  });
});

describe('pairEntries', () => {
  const tree = (files: Readonly<Record<string, number>>): Snapshot => {
    const directories = new Set(
      Object.keys(files).flatMap((path) => (path.includes('/') ? [path.split('/')[0] ?? ''] : [])),
    );
    const entries: MemoryEntry[] = [{ path: '.', kind: 'directory' }];
    for (const path of directories) entries.push({ path, kind: 'directory' });
    for (const [path, size] of Object.entries(files)) entries.push({ path, bytes: new Uint8Array(size) });
    return memorySnapshot('tree', entries);
  };
  const pairsOf = (
    before: Readonly<Record<string, number>>,
    after: Readonly<Record<string, number>>,
  ): Record<string, string> => {
    const base = tree(before);
    const target = tree(after);
    const found: Record<string, string> = {};
    pairEntries(base, target).forEach((opposite, index) => {
      const path = base.entries[opposite]?.path;
      if (path !== undefined) found[target.entries[index]?.path ?? ''] = path;
    });
    return found;
  };

  it('prefers the same path, then name and size, then name, then size', () => {
    expect(pairsOf({ a: 1, b: 2 }, { a: 9, b: 2 })).toEqual({ a: 'a', b: 'b' });
    expect(pairsOf({ 'x/f': 5, 'y/f': 7 }, { 'z/f': 7 })).toEqual({ 'z/f': 'y/f' });
    expect(pairsOf({ 'x/f': 5 }, { 'z/f': 7 })).toEqual({ 'z/f': 'x/f' });
    expect(pairsOf({ f: 5 }, { g: 5 })).toEqual({ g: 'f' });
    expect(pairsOf({ f: 5 }, { g: 6 })).toEqual({});
  });

  it('gives each base entry away once, and never an empty one by size', () => {
    expect(pairsOf({ f: 5 }, { g: 5, h: 5 })).toEqual({ g: 'f' });
    expect(pairsOf({ f: 0 }, { g: 0 })).toEqual({});
  });
});

describe('rollingBlockBytes', () => {
  it.each([
    [0, 1024],
    [1024 ** 2, 1024],
    [16 * 1024 ** 2, 4096],
    [256 * 1024 ** 2, 16_384],
    [8 * 1024 ** 3, 131_072],
    [1024 ** 4, 131_072],
  ])('of %d bytes is %d', (bytes, expected) => {
    expect(rollingBlockBytes(bytes)).toBe(expected);
  });
});
