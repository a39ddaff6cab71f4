import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ddmin, smallestHalf } from '../../../src/simulator/minimise/ddmin.js';

const seed = { seed: 20_261, numRuns: 300 };
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Runs ddmin over 0..count-1 and keeps what it asked. */
async function minimised(count: number, fails: (items: ReadonlySet<number>) => boolean) {
  const asked: string[] = [];
  const items = await ddmin(upTo(count), (part) => {
    asked.push(part.join(','));
    return Promise.resolve(fails(new Set(part)));
  });
  return { items, asked };
}

describe('ddmin', () => {
  test('finds exactly what is needed together, wherever it stands', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        async (count, places) => {
          const needed = [...new Set(places.map((place) => place % count))].sort((a, b) => a - b);
          const { items } = await minimised(count, (part) => needed.every((item) => part.has(item)));
          expect(items).toEqual(needed);
        },
      ),
      seed,
    );
  });

  test('is 1-minimal for any way to fail, asks nothing twice, and at most n^2 + 3n times', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 24 }), fc.nat(), async (count, salt) => {
        // The whole fails; of the rest an arbitrary third, by a hash of the part.
        const fails = (part: ReadonlySet<number>): boolean => {
          const key = [...part].sort((a, b) => a - b).join(',');
          let hash = salt;
          for (const char of key) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) >>> 0;
          return part.size === count || hash % 3 === 0;
        };
        const { items, asked } = await minimised(count, fails);
        expect(fails(new Set(items))).toBe(true);
        if (items.length > 0) {
          for (const one of items) expect(fails(new Set(items.filter((item) => item !== one)))).toBe(false);
        }
        expect(new Set(asked).size).toBe(asked.length);
        expect(asked.length).toBeLessThanOrEqual(count * count + 3 * count);
      }),
      seed,
    );
  });

  test('asks few questions where one item alone is the cause', async () => {
    const { items, asked } = await minimised(1024, (part) => part.has(777));
    expect(items).toEqual([777]);
    expect(asked.length).toBeLessThanOrEqual(1 + 2 * 10);
  });

  test('needs nothing where nothing is needed, and tells equal items apart', async () => {
    expect((await minimised(5, () => true)).items).toEqual([]);
    expect(await ddmin([], () => Promise.reject(new Error('asked')))).toEqual([]);
    expect(await ddmin(['a', 'a', 'a'], (part) => Promise.resolve(part.length >= 2))).toEqual(['a', 'a']);
  });
});

describe('smallestHalf', () => {
  const found = async (high: number, low: number, fails: (value: number) => boolean) => {
    const asked: number[] = [];
    const value = await smallestHalf(high, low, (one) => {
      asked.push(one);
      return Promise.resolve(fails(one));
    });
    return { value, asked };
  };

  test('leaps to the low end, else halves while it fails', async () => {
    expect(await found(262_144, 4096, () => true)).toEqual({ value: 4096, asked: [4096] });
    expect(await found(200_000, 4096, (value) => value >= 30_000)).toEqual({
      value: 32_768,
      asked: [4096, 131_072, 65_536, 32_768, 16_384],
    });
    expect(await found(5000, 4096, () => false)).toEqual({ value: 5000, asked: [4096] });
    expect(await found(4096, 4096, () => true)).toEqual({ value: 4096, asked: [] });
  });
});
