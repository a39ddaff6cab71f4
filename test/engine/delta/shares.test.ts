/** Shares of new data: equal within a leaf of either side, whole, and the same as a plan's segments. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leafBytes } from '../../../src/base/limits.js';
import { planSegments, segmentDataBytes } from '../../../src/engine/delta/plan.js';
import { shareBorders } from '../../../src/engine/delta/shares.js';
import { ExtentList, extentKind, type ExtentColumns } from '../../../src/engine/detect/extents.js';
import { Layout } from '../../../src/engine/snapshot/layout.js';

const MiB = 1024 ** 2;
const { copy, data } = extentKind;
const byLength = (_: number, length: number): number => length;
const layoutOf = (sizeBytes: number): Layout => new Layout([{ sizeBytes }]);

function extentsOf(...parts: readonly (readonly [kind: 0 | 3, length: number])[]): ExtentColumns {
  const list = new ExtentList();
  let at = 0;
  for (const [kind, length] of parts) {
    // Neither copies nor data go on where the one before ended.
    list.push(kind, length, 2 * at + 1);
    at += length;
  }
  return list.finish();
}

function dataOf({ extents: { kinds, lengths } }: { extents: ExtentColumns }): number {
  return lengths.reduce((sum, length, i) => (kinds[i] === data ? sum + length : sum), 0);
}

describe('borders of shares', () => {
  test('cut an appended range evenly, at leaves', () => {
    const extents = extentsOf([copy, 10 * MiB], [data, 12 * MiB]);
    const borders = shareBorders(extents, layoutOf(22 * MiB), 4, byLength);
    expect(borders).toEqual([13 * MiB, 16 * MiB, 19 * MiB]);
  });

  test('follow the weight, not the length', () => {
    const extents = extentsOf([data, MiB], [copy, MiB], [data, MiB]);
    const weightOf = (address: number, length: number): number => (address === 0 ? 3 * length : length);
    expect(shareBorders(extents, layoutOf(3 * MiB), 2, weightOf)).toEqual([
      Math.floor((MiB * 2) / 3 / leafBytes) * leafBytes,
    ]);
  });

  test('are none where nothing is new, where one share is asked for, and inside of one leaf', () => {
    expect(shareBorders(extentsOf([copy, MiB]), layoutOf(MiB), 4, byLength)).toEqual([]);
    expect(shareBorders(extentsOf([data, MiB]), layoutOf(MiB), 1, byLength)).toEqual([]);
    expect(shareBorders(extentsOf([data, 1000]), layoutOf(1000), 4, byLength)).toEqual([]);
  });

  test('give a plan segments of equal new data, none above the most', () => {
    const part = fc.tuple(fc.constantFrom(copy, data), fc.integer({ min: 1, max: 3 * MiB }));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 40 }), (parts) => {
        const extents = extentsOf(...parts);
        const total = parts.reduce((sum, [, length]) => sum + length, 0);
        const newBytes = dataOf({ extents });
        const shares = Math.max(1, Math.ceil(newBytes / (segmentDataBytes - leafBytes)));
        const layout = layoutOf(total);
        const plans = planSegments(extents, layout, shareBorders(extents, layout, shares, byLength));
        expect(plans.reduce((sum, { targetBytes }) => sum + targetBytes, 0)).toBe(total);
        expect(plans.length).toBeLessThanOrEqual(shares + 1);
        // A border lies up to a leaf in front of its place, and one that an extent ends at is passed by a leaf.
        for (const plan of plans) expect(dataOf(plan)).toBeLessThanOrEqual(newBytes / shares + 2 * leafBytes);
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});
