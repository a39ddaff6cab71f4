import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Manifest } from '../../../src/engine/fingerprint/manifest.js';
import { Grouping, type Group } from '../../../src/replication/coding/grouping.js';

/** As much of a manifest as grouping looks at. */
function manifestOf(lengths: readonly number[]): Manifest {
  let end = 0;
  return { blocks: { ends: Float64Array.from(lengths, (length) => (end += length)) } } as unknown as Manifest;
}

function all(grouping: Grouping, sizes: (index: number) => number): Group[] {
  const groups: Group[] = [];
  for (let group = grouping.next(sizes(0)); group !== undefined; group = grouping.next(sizes(groups.length)))
    groups.push(group);
  return groups;
}

describe('Grouping', () => {
  test('fills each group to the size asked for then', () => {
    const manifest = manifestOf(Array.from({ length: 10 }, () => 100));
    const groups = all(
      new Grouping(manifest, Int32Array.from([0, 1, 2, 3, 5, 6, 7, 9])),
      (index) => 100 * (index + 1),
    );
    expect(groups).toEqual([
      { first: 0, count: 1 },
      { first: 1, count: 2 },
      { first: 3, count: 3 },
      { first: 6, count: 2 },
    ]);
  });

  test('brings what is wanted first before the rest, in groups of its own', () => {
    const manifest = manifestOf(Array.from({ length: 10 }, () => 100));
    const isFirst = (position: number): boolean => position === 3 || position === 4 || position === 8;
    const needed = Int32Array.from([0, 2, 3, 4, 6, 8, 9]);
    expect(all(new Grouping(manifest, needed, isFirst), () => 1000)).toEqual([
      { first: 2, count: 2 },
      { first: 5, count: 1 },
      { first: 0, count: 2 },
      { first: 4, count: 1 },
      { first: 6, count: 1 },
    ]);
  });

  test('nothing needed, no group', () => {
    expect(new Grouping(manifestOf([1]), new Int32Array(0)).next(10)).toBeUndefined();
  });

  test('every block is in one group, which keeps to its size and to one side of the border', () => {
    const blocks = fc.array(fc.record({ length: fc.integer({ min: 1, max: 50 }), isFirst: fc.boolean() }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(
        blocks,
        fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 5 }),
        (rows, sizes) => {
          const manifest = manifestOf(rows.map(({ length }) => length));
          const isFirst = (position: number): boolean => rows[position]?.isFirst === true;
          const needed = Int32Array.from(rows.keys());
          const sizeOf = (index: number): number => sizes[index % sizes.length] ?? 1;
          const groups = all(new Grouping(manifest, needed, isFirst), sizeOf);
          const brought = groups.flatMap(({ first, count }) =>
            Array.from({ length: count }, (_, i) => first + i),
          );
          expect([...brought].sort((a, b) => a - b)).toEqual([...needed]);
          expect(brought.map(isFirst)).toEqual(
            [...brought.map(isFirst)].sort((a, b) => Number(b) - Number(a)),
          );
          groups.forEach(({ first, count }, index) => {
            const own = rows.slice(first, first + count);
            expect(new Set(own.map((row) => row.isFirst)).size).toBe(1);
            if (count > 1)
              expect(own.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(sizeOf(index));
          });
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });
});
