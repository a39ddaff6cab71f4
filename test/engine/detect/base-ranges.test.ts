/** Ranges of the base: what no copy takes, against a map of bytes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, rangesBetween, rangesIn, uncoveredRanges } from '../../../src/engine/detect/base-ranges.js';
import { ExtentList, extentKind } from '../../../src/engine/detect/extents.js';

const baseBytes = 20_000;
const copies = fc.array(
  fc.record({ address: fc.nat(baseBytes - 1), length: fc.integer({ min: 1, max: 8000 }) }),
  { maxLength: 12 },
);

function columns(chosen: readonly { readonly address: number; readonly length: number }[]) {
  const list = new ExtentList();
  for (const { address, length } of chosen) {
    list.push(extentKind.copy, Math.min(length, baseBytes - address), address);
    list.push(extentKind.data, 7, address);
    list.push(extentKind.zero, 9, 0);
  }
  return list.finish();
}

/** For each byte whether ranges hold it. */
function mapOf(ranges: Float64Array): Uint8Array {
  const map = new Uint8Array(baseBytes);
  for (let i = 0; i < ranges.length; i += 2)
    map.fill(1, ranges[i] ?? 0, (ranges[i] ?? 0) + (ranges[i + 1] ?? 0));
  return map;
}

describe('uncovered ranges', () => {
  it('hold every byte that no copy takes, and copied bytes between them only where these are few', () => {
    fc.assert(
      fc.property(copies, fc.nat(12), (chosen, cut) => {
        const free = new Uint8Array(baseBytes).fill(1);
        for (const { address, length } of chosen) free.fill(0, address, address + length);
        const ranges = uncoveredRanges(
          [columns(chosen.slice(0, cut)), columns(chosen.slice(cut))],
          baseBytes,
        );
        const held = mapOf(ranges);
        expect(free.findIndex((bit, at) => bit === 1 && held[at] === 0)).toBe(-1);
        const isFree = (at: number): boolean => free[at] === 1;
        for (let i = 0; i < ranges.length; i += 2) {
          const [start = 0, length = 0] = ranges.subarray(i, i + 2);
          expect([isFree(start), isFree(start + length - 1)]).toEqual([true, true]);
        }
        for (let i = 2; i < ranges.length; i += 2)
          expect((ranges[i] ?? 0) - (ranges[i - 2] ?? 0) - (ranges[i - 1] ?? 0)).toBeGreaterThan(1024);
      }),
      { seed: 21, numRuns: 60 },
    );
  });

  it('of nothing copied are the base, of all copied none', () => {
    expect([...uncoveredRanges([columns([])], 5)]).toEqual([0, 5]);
    expect([...uncoveredRanges([columns([{ address: 0, length: baseBytes }])], baseBytes)]).toEqual([]);
    expect([...uncoveredRanges([], 0)]).toEqual([]);
  });
});

describe('ranges', () => {
  it('and what lies between them make up the base; parts of them are cut to the byte', () => {
    fc.assert(
      fc.property(copies, fc.nat(baseBytes), fc.nat(baseBytes), (chosen, a, b) => {
        const ranges = uncoveredRanges([columns(chosen)], baseBytes);
        const between = rangesBetween(ranges, baseBytes);
        expect(bytesOf(ranges) + bytesOf(between)).toBe(baseBytes);
        const held = mapOf(ranges);
        expect(
          Buffer.compare(
            mapOf(between),
            held.map((bit) => 1 - bit),
          ),
        ).toBe(0);
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        const part = held.map((bit, at) => (at >= start && at < end ? bit : 0));
        expect(Buffer.compare(mapOf(rangesIn(ranges, start, end)), part)).toBe(0);
      }),
      { seed: 22, numRuns: 60 },
    );
  });
});
