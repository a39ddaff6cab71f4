import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WindowMap, mergeRanges, type BaseRange } from '../../../src/engine/delta/base-window.js';

const ranges = fc.array(
  fc
    .tuple(fc.nat(400), fc.integer({ min: 0, max: 60 }))
    .map(([start, length]) => ({ start, end: start + length })),
  { minLength: 1, maxLength: 12 },
);

/** Base addresses of a window, byte by byte. */
function addressesOf(found: readonly BaseRange[]): number[] {
  return found.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i));
}

describe('ranges of a base', () => {
  it('merge to the same addresses, each once, ascending and never touching', () => {
    fc.assert(
      fc.property(ranges, (given) => {
        const merged = mergeRanges(given);
        const expected = [...new Set(addressesOf(given))].sort((a, b) => a - b);
        expect(addressesOf(merged)).toEqual(expected);
        merged.forEach(({ start }, i) => expect(start).toBeGreaterThan(merged[i - 1]?.end ?? -1));
      }),
      { seed: 3, numRuns: 200 },
    );
  });
});

describe('a window of base pieces', () => {
  it('knows where in it every base address lies', () => {
    fc.assert(
      fc.property(ranges, (given) => {
        const map = new WindowMap(mergeRanges(given));
        const addresses = addressesOf(map.ranges);
        expect(map.length).toBe(addresses.length);
        addresses.forEach((address, i) => expect(map.offsetAt(address)).toBe(i));
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});
