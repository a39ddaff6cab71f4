import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import { ByteCache } from '../../../src/replication/cache/byte-cache.js';

/** What we compare with: the same bound, the longest unused goes. */
class Lru {
  readonly #entries = new Map<string, number>();
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get(key: string): number | undefined {
    const bytes = this.#entries.get(key);
    if (bytes === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, bytes);
    return bytes;
  }

  set(key: string, _value: number, bytes: number): void {
    this.#entries.set(key, bytes);
    this.#bytes += bytes;
    for (const [oldest, size] of this.#entries) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#entries.delete(oldest);
      this.#bytes -= size;
    }
  }
}

/** Keys by Zipf's law: the k-th is asked for in proportion to k^-exponent. */
function zipf(random: Random, keys: number, exponent: number): () => number {
  const sums = new Float64Array(keys);
  let sum = 0;
  for (let k = 0; k < keys; k++) sums[k] = sum += (k + 1) ** -exponent;
  return () => {
    const at = random.float() * sum;
    let low = 0;
    for (let high = keys - 1; low < high;) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

const bytesOf = (key: string): number => 1000 + ((key.length * 7919) % 3) * 500;

function hits(cache: Pick<Lru, 'get' | 'set'>, keys: readonly string[]): number {
  let count = 0;
  for (const key of keys) {
    if (cache.get(key) !== undefined) count++;
    else cache.set(key, 1, bytesOf(key));
  }
  return count;
}

function compare(keys: readonly string[], bytesMax: number): { lru: number; tinyLfu: number } {
  return { lru: hits(new Lru(bytesMax), keys), tinyLfu: hits(new ByteCache<number>({ bytesMax }), keys) };
}

describe('ByteCache', () => {
  test('never exceeds its bound, and never gives what was not put there last', () => {
    const action = fc.record({
      what: fc.constantFrom('set', 'set', 'get', 'get', 'delete', 'has', 'clear'),
      key: fc.integer({ min: 0, max: 30 }),
      bytes: fc.integer({ min: 0, max: 130 }),
    });
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 300 }),
        fc.integer({ min: 0, max: 400 }),
        (actions, bytesMax) => {
          const cache = new ByteCache<number>({ bytesMax, entryOverheadBytes: 10 });
          const last = new Map<string, { value: number; bytes: number }>();
          for (const [value, { what, key: number, bytes }] of actions.entries()) {
            const key = `k${number}`;
            if (what === 'set') {
              const isKept = cache.set(key, value, bytes);
              expect(cache.has(key)).toBe(isKept);
              if (bytes + 10 > bytesMax) expect(isKept).toBe(false);
              last.set(key, { value, bytes });
            } else if (what === 'get') {
              const isHeld = cache.has(key);
              expect(cache.get(key)).toBe(isHeld ? last.get(key)?.value : undefined);
            } else if (what === 'delete') {
              expect(cache.has(key)).toBe(cache.delete(key));
              expect(cache.has(key)).toBe(false);
            } else if (what === 'clear' && number === 0) {
              cache.clear();
              expect(cache.size).toBe(0);
            }
            const held = [...last].filter(([name]) => cache.has(name));
            expect(cache.size).toBe(held.length);
            expect(cache.bytes).toBe(held.reduce((sum, [, entry]) => sum + entry.bytes + 10, 0));
            expect(cache.bytes).toBeLessThanOrEqual(bytesMax);
          }
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  test('is filled before it turns anything away', () => {
    const cache = new ByteCache<number>({ bytesMax: 100 });
    for (let i = 0; i < 10; i++) expect(cache.set(`k${i}`, i, 10)).toBe(true);
    expect([cache.size, cache.bytes]).toEqual([10, 100]);
    expect(cache.set('new', 0, 10)).toBe(false);
    expect(cache.set('new', 0, 10)).toBe(true);
  });

  test('a main part that is full leaves no room for what would fit the window', () => {
    const cache = new ByteCache<number>({ bytesMax: 4096 });
    expect(cache.set('whole', 0, 4096)).toBe(true);
    for (let i = 0; i < 3; i++) {
      cache.set(`small${i}`, i, 20);
      expect(cache.bytes).toBeLessThanOrEqual(4096);
    }
    expect(cache.has('whole')).toBe(true);
    expect(cache.size).toBe(1);
  });

  test('a large newcomer must be worth all that it drives out', () => {
    const cache = new ByteCache<number>({ bytesMax: 100 });
    for (let i = 0; i < 10; i++) cache.set(`k${i}`, i, 10);
    const tries = Array.from({ length: 6 }, () => cache.set('large', 0, 50));
    // Five that were asked for once each: the sixth request outweighs them.
    expect(tries).toEqual([false, false, false, false, false, true]);
    expect(cache.size).toBe(6);
  });

  test('keeps what is asked for again over one scan of everything', () => {
    const cache = new ByteCache<number>({ bytesMax: 1000, entriesExpected: 1000 });
    const popular = Array.from({ length: 40 }, (_, i) => `popular${i}`);
    for (const round of [1, 2, 3])
      for (const key of popular) if (cache.get(key) === undefined) cache.set(key, round, 20);
    for (let i = 0; i < 5000; i++) cache.set(`scan${i}`, i, 20);
    expect(popular.filter((key) => cache.has(key))).toHaveLength(40);
  });

  test('the same requests keep the same entries', () => {
    const next = zipf(new Random(3), 500, 0.8);
    const keys = Array.from({ length: 5000 }, () => `k${next()}`);
    const kept = (): string[] => {
      const cache = new ByteCache<number>({ bytesMax: 100_000 });
      hits(cache, keys);
      return keys.filter((key) => cache.has(key));
    };
    expect(kept()).toEqual(kept());
  });
});

describe('hits of 100,000 requests, beside LRU', () => {
  const requests = 100_000;

  test.each([
    [0.7, { lru: 19_496, tinyLfu: 27_879 }],
    [0.9, { lru: 43_021, tinyLfu: 51_174 }],
    [1.1, { lru: 70_374, tinyLfu: 74_957 }],
  ])('Zipf %f over 20,000 keys, room for some 4 %%', (exponent, expected) => {
    const next = zipf(new Random(1), 20_000, exponent);
    const keys = Array.from({ length: requests }, () => `block${next()}`);
    expect(compare(keys, 1_000_000)).toEqual(expected);
  });

  test('Zipf 0.9 with a scan of new keys every 1,000 requests', () => {
    const next = zipf(new Random(2), 20_000, 0.9);
    const keys = Array.from({ length: requests }, (_, i) =>
      i % 2000 < 1000 ? `block${next()}` : `scan${i}`,
    );
    expect(compare(keys, 1_000_000)).toEqual({ lru: 16_487, tinyLfu: 23_054 });
  });

  test('a loop that is a little larger than the cache', () => {
    const keys = Array.from({ length: requests }, (_, i) => `block${i % 1000}`);
    expect(compare(keys, 1_000_000)).toEqual({ lru: 0, tinyLfu: 58_925 });
  });

  test('popularity that moves on: every 20,000 requests other keys, which costs some hits', () => {
    const next = zipf(new Random(4), 20_000, 0.9);
    const keys = Array.from({ length: requests }, (_, i) => `era${Math.floor(i / 20_000)}-${next()}`);
    expect(compare(keys, 1_000_000)).toEqual({ lru: 42_530, tinyLfu: 41_017 });
  });
});
