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
  it('maps every record to the addresses of its bytes, cut at each seam and nowhere else', () => {
    fc.assert(
      fc.property(ranges, fc.nat(1000), fc.nat(1000), (given, from, size) => {
        const map = new WindowMap(mergeRanges(given));
        const addresses = addressesOf(map.ranges);
        expect(map.length).toBe(addresses.length);
        const offset = Math.min(from, addresses.length);
        const length = Math.min(size, addresses.length - offset);
        const parts: BaseRange[] = [];
        map.split(offset, length, (start, bytes) => parts.push({ start, end: start + bytes }));
        expect(addressesOf(parts)).toEqual(addresses.slice(offset, offset + length));
        parts.forEach(({ start }, i) => expect(start).not.toBe(parts[i - 1]?.end));
        for (let i = offset; i < offset + length; i++) expect(map.offsetAt(addresses[i] ?? -1)).toBe(i);
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  it('refuses a record that leaves it', () => {
    const map = new WindowMap([{ start: 10, end: 20 }]);
    expect(() => map.split(4, 7, () => undefined)).toThrow('a record lies inside its base window');
  });
});
