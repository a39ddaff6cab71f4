import { describe, expect, it } from 'vitest';
import { leafBytes } from '../../../src/base/limits.js';
import { planSegments, segmentDataBytes } from '../../../src/engine/delta/plan.js';
import { ExtentList, extentKind } from '../../../src/engine/detect/extents.js';
import { Layout } from '../../../src/engine/snapshot/layout.js';

const GiB = 1024 ** 3;
const layoutOf = (sizeBytes: number): Layout => new Layout([{ sizeBytes }]);
const { copy, data, zero, repeat } = extentKind;

describe('planSegments', () => {
  it('makes one segment with one extent of an unchanged image', () => {
    const extents = new ExtentList();
    extents.push(copy, 100_000_000, 0);
    const plans = planSegments(extents.finish(), layoutOf(100_000_000));
    expect(plans.map((plan) => plan.extents.kinds.length)).toEqual([1]);
  });

  it('closes at 4 MiB of new data, on a leaf border', () => {
    const total = 10 * 1024 ** 2 + 5;
    const extents = new ExtentList();
    extents.push(copy, 1000, 0);
    extents.push(data, total - 1000, -1);
    const plans = planSegments(extents.finish(), layoutOf(total));
    expect(plans.length).toBe(3);
    for (const plan of plans) {
      expect(plan.targetAddress % leafBytes).toBe(0);
      const held = plan.extents.lengths
        .filter((_, i) => plan.extents.kinds[i] === data)
        .reduce((sum, n) => sum + n, 0);
      expect(held).toBeLessThan(segmentDataBytes + leafBytes);
    }
  });

  it('closes soon after 4 MiB also where new data comes in crumbs between copies', () => {
    const extents = new ExtentList();
    for (let at = 0; at < 64 * 1024 ** 2; at += 8192) {
      extents.push(copy, 4096, at);
      extents.push(data, 4096, -1);
    }
    for (const plan of planSegments(extents.finish(), layoutOf(64 * 1024 ** 2))) {
      const held = plan.extents.lengths
        .filter((_, i) => plan.extents.kinds[i] === data)
        .reduce((sum, n) => sum + n, 0);
      expect(held).toBeLessThanOrEqual(segmentDataBytes + leafBytes);
    }
  });

  it('closes at 16,384 extents and at 1 GiB of target', () => {
    const many = new ExtentList();
    for (let i = 0; i < 40_000; i++) many.push(i % 2 === 0 ? zero : copy, 512, 10 * i);
    const planned = planSegments(many.finish(), layoutOf(40_000 * 512));
    for (const plan of planned)
      expect(plan.extents.kinds.length).toBeLessThanOrEqual(16_384 + leafBytes / 512);
    const sparse = new ExtentList();
    sparse.push(zero, 8 * GiB, 0);
    expect(planSegments(sparse.finish(), layoutOf(8 * GiB)).length).toBe(8);
  });

  it('names the segments that repeats read from', () => {
    const extents = new ExtentList();
    const piece = segmentDataBytes;
    extents.push(data, 3 * piece, -1);
    // The third segment holds its fill of data, and ends where the next begins.
    extents.push(repeat, leafBytes, piece - 10);
    extents.push(data, piece, -1);
    extents.push(repeat, leafBytes, 0);
    const plans = planSegments(extents.finish(), layoutOf(4 * piece + 2 * leafBytes));
    expect(plans.map((plan) => plan.dependencies)).toEqual([[], [], [0, 1], [0]]);
  });
});
