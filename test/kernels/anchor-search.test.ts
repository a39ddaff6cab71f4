import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWasmKernels } from '../../src/kernels/load.js';
import { createTwinKernels } from '../../src/kernels/twin/index.js';
import { applyEdits, concat, content, edits } from '../support/pairs.js';
import { search, type AnchorOptions, type Search } from './anchors.js';
import { implementations, noise, propertySeed } from './guarded.js';

function coveredBytes({ matches }: Search): number {
  return matches.reduce((sum, [, length]) => sum + length, 0);
}

/** Ascending, apart, long enough, equal byte for byte, and not to be grown to the right. */
function expectSound(
  { matches }: Search,
  base: Uint8Array,
  target: Uint8Array,
  options: AnchorOptions = {},
): void {
  const { matchBytesMin = 32, hidden = [0, 0] } = options;
  const atHand = base.subarray(hidden[0], base.length - hidden[1]);
  let floor = 0;
  for (const [at, length, from] of matches) {
    expect(at).toBeGreaterThanOrEqual(floor);
    expect(length).toBeGreaterThanOrEqual(matchBytesMin);
    expect(from + length).toBeLessThanOrEqual(atHand.length);
    expect(Buffer.compare(target.subarray(at, at + length), atHand.subarray(from, from + length))).toBe(0);
    const isEnd = at + length === target.length || from + length === atHand.length;
    if (!isEnd) expect(target[at + length]).not.toBe(atHand[from + length]);
    floor = at + length;
  }
  expect(floor).toBeLessThanOrEqual(target.length);
}

describe.each(implementations)('$name', ({ create }) => {
  const instance = create();

  it('finds an unchanged target at once', () => {
    const base = noise(5000, 1);
    expect(search(instance, base, base)).toMatchObject({ matches: [[0, 5000, 0]], grown: 1, agreed: 5000 });
    for (const length of [0, 1, 15, 31])
      expect(search(instance, base, base.subarray(0, length)).matches).toEqual([]);
    expect(search(instance, base, base.subarray(0, 32)).matches).toEqual([[0, 32, 0]]);
    expect(search(instance, new Uint8Array(), base).matches).toEqual([]);
  });

  it('follows edits in place and small shifts without the table', () => {
    const base = noise(4000, 2);
    const table = new Uint8Array(9 * 2 ** 10).fill(255);
    const target = concat(
      base.subarray(0, 1000),
      base.subarray(1000, 1010).map((byte) => byte ^ 255),
      base.subarray(1010, 2000),
      noise(48, 4),
      base.subarray(2000, 3000),
      base.subarray(3060),
    );
    expect(search(instance, base, target, { table }).matches).toEqual([
      [0, 1000, 0],
      [1010, 990, 1010],
      [2048, 1000, 2000],
      [3048, 940, 3060],
    ]);
  });

  it('finds blocks that moved far', () => {
    const base = noise(60_000, 5);
    const target = concat(
      base.subarray(40_000, 45_000),
      noise(300, 6),
      base.subarray(1000, 9000),
      noise(700, 7),
    );
    const found = search(instance, base, target, { misalignment: 5, address: 2 ** 41 });
    expect(found.matches).toEqual([
      [0, 5000, 40_000],
      [5300, 8000, 1000],
    ]);
    expect(search(instance, base, noise(60_000, 8))).toMatchObject({ matches: [], grown: 0, agreed: 0 });
  });

  it('prefers the diagonal that it is on to the first of equal pieces', () => {
    const piece = noise(3000, 9);
    const base = concat(piece, noise(3000, 10), piece, noise(3000, 11), piece);
    const target = base.subarray(12_000 - 100);
    expect(search(instance, base, target, { diagonal: 11_900 }).matches).toEqual([[0, 3100, 11_900]]);
    const edited = target.slice();
    edited.fill(0, 1000, 1500);
    expect(search(instance, base, edited, { diagonal: 11_900 }).matches).toEqual([
      [0, 1000, 11_900],
      [1500, 1600, 13_400],
    ]);
  });

  it('takes diagonals as signed numbers', () => {
    const base = noise(3000, 12);
    const target = concat(noise(1000, 13), base);
    const table = new Uint8Array(9 * 8).fill(255);
    const { matches } = search(instance, base, target, { table, diagonal: -1000, spacingBits: 4 });
    expect(matches).toEqual([[1000, 3000, 0]]);
  });

  it('finds nothing outside the base at hand', () => {
    const base = noise(30_000, 14);
    const hidden = [10_000, 5000] as const;
    const options = { hidden, address: 2 ** 33 };
    expect(search(instance, base, base.subarray(10_000, 25_000), options).matches).toEqual([[0, 15_000, 0]]);
    expect(search(instance, base, base, options).matches).toEqual([[10_000, 15_000, 0]]);
    expect(search(instance, base, base.subarray(0, 10_000), options).matches).toEqual([]);
    expect(search(instance, base, base.subarray(25_000), options).matches).toEqual([]);
  });

  it('stops where the room ends, with the matches found so far', () => {
    const base = noise(20_000, 15);
    const target = concat(...[5, 3, 1, 4].map((i) => base.subarray(i * 3000, i * 3000 + 2000)));
    const whole = search(instance, base, target).matches;
    expect(whole).toHaveLength(4);
    for (const capacity of [0, 1, 3]) {
      expect(search(instance, base, target, { capacity }).matches).toEqual(whole.slice(0, capacity));
    }
  });

  it('trusts no table: whatever it holds, matches are verified', () => {
    const base = noise(8000, 16);
    const target = concat(base.subarray(4000), noise(500, 17), base.subarray(0, 3000));
    for (let seed = 0; seed < 20; seed++) {
      const table = noise(9 * 64, seed);
      // Short addresses and a sieve that lets all pass, so that many entries point somewhere near the base.
      for (let slot = 0; slot < 512; slot += 8) table.fill(0, slot + 2, slot + 6);
      table.fill(0, 512);
      expectSound(search(instance, base, target, { table, tableBits: 6, spacingBits: 4 }), base, target);
    }
  });

  it('gives sound matches for any edits, and most of what was kept', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(60_000),
        edits,
        fc.record({
          spacingBits: fc.constantFrom(4, 6, 8),
          sampleBits: fc.nat(2),
          tableBits: fc.constantFrom(3, 8, 12),
          address: fc.nat(2 ** 31),
          diagonal: fc.integer({ min: -70_000, max: 70_000 }),
          matchBytesMin: fc.constantFrom(1, 24, 32, 64),
          misalignment: fc.nat(15),
          hidden: fc.tuple(fc.nat(500), fc.nat(500)).map(([a, b]) => [a, b] as const),
        }),
        (seed, length, list, options) => {
          const base = content(seed, length + 1000);
          const target = applyEdits(base, list);
          const found = search(instance, base, target, options);
          expectSound(found, base, target, options);
          expect(found.agreed).toBeLessThanOrEqual(coveredBytes(found) + found.grown * options.matchBytesMin);
        },
      ),
      { seed: propertySeed, numRuns: 60 },
    );
  });
});

describe('wasm and twin', () => {
  const [wasm, twin] = [createWasmKernels(), createTwinKernels()];

  it('give the same matches and do the same work', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(150_000),
        edits,
        fc.constantFrom(4, 5, 8),
        fc.nat(2),
        fc.constantFrom(3, 7, 11),
        fc.constantFrom(16, 32, 64),
        (seed, length, list, spacingBits, sampleBits, tableBits, matchBytesMin) => {
          const base = content(seed, length);
          const target = applyEdits(base, list);
          const options = { spacingBits, sampleBits, tableBits, matchBytesMin, diagonal: (seed % 200) - 100 };
          const found = search(wasm, base, target, { ...options, misalignment: seed % 16 });
          expect({ ...found, instructions: 0 }).toEqual({
            ...search(twin, base, target, options),
            instructions: 0,
          });
        },
      ),
      { seed: propertySeed, numRuns: 80 },
    );
  });
});

describe('work', () => {
  const metered = createWasmKernels('metered');

  /** Bytes of which many anchors are equal, and matches that are refused or cut short. */
  const hostile: Readonly<Record<string, (length: number, side: 'base' | 'target') => Uint8Array>> = {
    zeros: (length) => new Uint8Array(length),
    'zeros against ones': (length, side) => new Uint8Array(length).fill(side === 'base' ? 0 : 1),
    'all anchors': (length) => new Uint8Array(length).fill(anchorByte()),
    'all anchors, broken every 31 bytes': (length, side) =>
      new Uint8Array(length)
        .fill(anchorByte())
        .map((byte, i) => (i % 31 === 30 ? i * (side === 'base' ? 3 : 5) : byte)),
    'period of 7': (length) => periodic(length, 7),
    'periods of 40 and 41': (length, side) => periodic(length, side === 'base' ? 40 : 41),
    'pieces of 31 bytes in another order': (length, side) => pieces(length, 31, side),
    'pieces of 33 bytes in another order': (length, side) => pieces(length, 33, side),
    'two letters': (length, side) => noise(length, side === 'base' ? 1 : 2).map((byte) => byte & 1),
    unrelated: (length, side) => noise(length, side === 'base' ? 1 : 2),
  };

  it.each(Object.keys(hostile))('is linear: %s', (name) => {
    const make = hostile[name] ?? (() => new Uint8Array());
    const counts = [1, 2, 4].map((factor) => {
      const length = factor * 50_000;
      // The table is too small throughout, and at 2^4 nearly all that could be an anchor is one.
      const target = make(length, 'target');
      const found = search(metered, make(length, 'base'), target, {
        spacingBits: 4,
        tableBits: 8,
        diagonal: 17,
      });
      expect(found.grown).toBeLessThanOrEqual(2 * length);
      expect(found.agreed).toBeLessThanOrEqual(coveredBytes(found) + 31 * found.grown);
      return found.instructions / length;
    });
    const [small = NaN, , large = NaN] = counts;
    expect(large).toBeLessThan(small * 1.25 + 0.5);
    expect(large).toBeLessThan(1000);
  });

  /** A byte that is an anchor at every position of a run of it. */
  function anchorByte(): number {
    const value = Array.from({ length: 256 }, (_, byte) => byte).find((byte) => {
      const word = byte * 257;
      const mixed = ((((word * 2) % 65_536) ^ word) * 0x9e37) % 65_536;
      return mixed < 32_768 && mixed >= 32_768 - 2 ** 12;
    });
    expect(value).toBeDefined();
    return value ?? 0;
  }

  function periodic(length: number, period: number): Uint8Array {
    const first = noise(period, period);
    return new Uint8Array(length).map((_, i) => first[i % period] ?? 0);
  }

  /** Sixteen pieces that a target has in another order than the base. */
  function pieces(length: number, bytes: number, side: 'base' | 'target'): Uint8Array {
    const all = noise(bytes * 16, 77);
    const order = noise(Math.ceil(length / bytes), side === 'base' ? 20 : 21);
    const parts = [...order].map((turn) => all.subarray((turn >> 4) * bytes, ((turn >> 4) + 1) * bytes));
    return concat(...parts).subarray(0, length);
  }
});
