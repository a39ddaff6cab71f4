/** Leaves and regions tile the address space, whole entries or aligned pieces of one, whatever the sizes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafBytes, regionBytes, regionLeavesMax } from '../../../src/base/limits.js';
import { Layout } from '../../../src/engine/snapshot/layout.js';
import type { Entry } from '../../../src/engine/snapshot/snapshot.js';

function layoutOf(sizes: readonly number[]): Layout {
  return new Layout(
    sizes.map((sizeBytes, i): Entry => ({ path: `f${i}`, kind: 'file', mode: 0, mtimeMicros: 0, sizeBytes })),
  );
}

const size = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 300 }),
  fc.integer({ min: 1, max: 3 * regionBytes }),
  fc.constantFrom(leafBytes, regionBytes, regionBytes + 1, 2 * regionBytes, leafBytes - 1),
);
const sizes = fc.array(size, { maxLength: 30 });

describe('Layout', () => {
  it('tiles the address space with regions of whole leaves', () => {
    fc.assert(
      fc.property(sizes, (list) => {
        const layout = layoutOf(list);
        let address = 0;
        let leaf = 0;
        for (const region of layout.regions()) {
          expect(region).toMatchObject({ address, firstLeaf: leaf });
          expect(region.length).toBeGreaterThan(0);
          expect(region.length).toBeLessThanOrEqual(regionBytes);
          expect(region.leafCount).toBeLessThanOrEqual(regionLeavesMax);
          address += region.length;
          leaf += region.leafCount;
          expect(layout.leafAddress(leaf)).toBe(address);
          const parts = [...layout.parts(region.address, region.length)];
          for (const part of parts) {
            const whole =
              part.address === layout.startOf(part.entry) &&
              part.address + part.length === layout.endOf(part.entry);
            const aligned =
              parts.length === 1 && (part.address - layout.startOf(part.entry)) % regionBytes === 0;
            expect(whole || aligned).toBe(true);
          }
          const cuts = layout.leafCuts(region.firstLeaf, region.leafCount);
          expect(cuts[cuts.length - 1]).toBe(region.length);
        }
        expect(address).toBe(list.reduce((sum, bytes) => sum + bytes, 0));
        expect(leaf).toBe(layout.leafCount);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('finds the entry and the leaf of an address, passing over empty entries', () => {
    fc.assert(
      fc.property(sizes, fc.double({ min: 0, max: 0.999_999, noNaN: true }), (list, where) => {
        const layout = layoutOf(list);
        fc.pre(layout.totalBytes > 0);
        const address = Math.floor(where * layout.totalBytes);
        const entry = layout.entryAt(address);
        expect(layout.startOf(entry)).toBeLessThanOrEqual(address);
        expect(layout.endOf(entry)).toBeGreaterThan(address);
        const leaf = layout.leafAt(address);
        expect(layout.leafAddress(leaf)).toBeLessThanOrEqual(address);
        expect(layout.leafAddress(leaf + 1)).toBeGreaterThan(address);
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  it('is exact beyond 4 GiB', () => {
    const layout = layoutOf([5 * 1024 ** 4, 10]);
    expect(layout.totalBytes).toBe(5 * 1024 ** 4 + 10);
    expect(layout.entryAt(5 * 1024 ** 4)).toBe(1);
    expect(layout.leafAddress(layout.leafCount - 1)).toBe(5 * 1024 ** 4);
  });

  it('bounds the leaves of a region of tiny files', () => {
    const regions = [...layoutOf(Array.from({ length: regionLeavesMax + 1 }, () => 1)).regions()];
    expect(regions.map((region) => region.leafCount)).toEqual([regionLeavesMax, 1]);
  });
});
