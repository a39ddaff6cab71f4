import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRivals } from '../../src/kernels/rivals.js';
import { GuardedMemory, noise, propertySeed } from './guarded.js';

interface Sizes {
  readonly min: number;
  readonly avg: number;
  readonly max: number;
}
type Name = 'ram' | 'vram' | 'seqcdc';

const rivals = createRivals();

function cut(name: Name, data: Uint8Array, sizes: Sizes, isFinal = true, misalignment = 0): number[] {
  const memory = new GuardedMemory(rivals);
  const cuts = memory.reserve((data.length + 1) * 4);
  const count = rivals.functions[name](
    memory.put(data, misalignment),
    data.length,
    isFinal ? 1 : 0,
    sizes.min,
    sizes.avg,
    sizes.max,
    cuts,
  );
  memory.expectIntact();
  return memory.words(cuts, count);
}

/** The cuts that a rule for one chunk's length gives. */
function cutBy(
  chunkBytes: (bytes: Uint8Array, sizes: Sizes) => number,
  data: Uint8Array,
  sizes: Sizes,
): number[] {
  const ends: number[] = [];
  for (let start = 0; start < data.length;) {
    start += chunkBytes(data.subarray(start, start + sizes.max), sizes);
    ends.push(start);
  }
  return ends;
}

/** The first byte behind the window that no byte inside surpasses ends the chunk. */
function ramChunkBytes(bytes: Uint8Array, { min, avg }: Sizes): number {
  const window = Math.max(min, avg - 256, 1);
  const largest = bytes.subarray(0, window).reduce((most, byte) => Math.max(most, byte), 0);
  const found = bytes.subarray(window).findIndex((byte) => byte >= largest);
  return found < 0 ? bytes.length : window + found + 1;
}

/** Five rises, not counting equal neighbours; averageBytes / 32 bytes are skipped at every fiftieth fall. */
function seqcdcChunkBytes(bytes: Uint8Array, { min, avg }: Sizes): number {
  let rises = 0;
  let falls = 0;
  for (let at = min; at < bytes.length; at++) {
    const slope = (bytes[at] ?? 0) - (bytes[at - 1] ?? 0);
    if (slope > 0 && ++rises === 5) return at;
    if (slope < 0) {
      rises = 0;
      falls++;
      if (falls === 50) {
        falls = 0;
        at += Math.floor(avg / 32);
      }
    }
  }
  return bytes.length;
}

const references = { ram: ramChunkBytes, vram: ramChunkBytes, seqcdc: seqcdcChunkBytes } as const;

/** Data of few distinct values: equal neighbours, long falls, maxima that come back or never do. */
function steps(length: number, seed: number, values: number): Uint8Array {
  return noise(length, seed).map((byte) => Math.floor((byte * values) / 256) * Math.floor(255 / values));
}

const lengths = (cuts: readonly number[]): number[] => cuts.map((end, i) => end - (cuts[i - 1] ?? 0));

describe.each(['ram', 'vram', 'seqcdc'] as const)('%s', (name) => {
  const sizes = { min: 64, avg: 512, max: 2048 };

  it('cuts as the plain reference does, wherever the data lies', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 0, max: 3000 }),
        fc.integer({ min: 0, max: 5000 }),
        fc.nat(40_000),
        fc.integer({ min: 1, max: 256 }),
        fc.nat(63),
        (min, more, most, length, values, misalignment) => {
          const chosen = { min, avg: min + more, max: min + more + most };
          const data = steps(length, length + min, values);
          expect(cut(name, data, chosen, true, misalignment)).toEqual(cutBy(references[name], data, chosen));
        },
      ),
      { seed: propertySeed, numRuns: 300 },
    );
  });

  it('stops where fewer than the maximum remain, and goes on from there exactly', () => {
    const data = steps(50_000, 5, 100);
    const whole = cut(name, data, sizes);
    for (const split of [2047, 2048, 9999, 49_999]) {
      const head = cut(name, data.subarray(0, split), sizes, false);
      const done = head[head.length - 1] ?? 0;
      expect(split - done).toBeLessThan(sizes.max);
      const rest = cut(name, data.subarray(done), sizes).map((end) => end + done);
      expect([...head, ...rest]).toEqual(whole);
    }
  });

  it('cuts nothing from nothing, and short data once', () => {
    expect(cut(name, new Uint8Array(0), sizes)).toEqual([]);
    expect(cut(name, Uint8Array.of(7), sizes)).toEqual([1]);
    expect(cut(name, noise(64, 3), sizes)).toEqual([64]);
  });

  it('covers data with chunks of at most the maximum', () => {
    for (const data of [noise(100_000, 1), new Uint8Array(100_000), steps(100_000, 2, 3)]) {
      const cuts = cut(name, data, sizes);
      expect(cuts[cuts.length - 1]).toBe(data.length);
      expect(Math.max(...lengths(cuts))).toBeLessThanOrEqual(sizes.max);
    }
  });
});

it('ram and vram cut zeros behind the window, seqcdc at the maximum', () => {
  const zeros = new Uint8Array(257 * 8);
  const sizes = { min: 64, avg: 512, max: 1028 };
  expect(lengths(cut('ram', zeros, sizes))).toEqual([257, 257, 257, 257, 257, 257, 257, 257]);
  expect(cut('vram', zeros, sizes)).toEqual(cut('ram', zeros, sizes));
  expect(lengths(cut('seqcdc', zeros, sizes))).toEqual([1028, 1028]);
});

it('a chunk of ram ends with the byte that reaches the maximum', () => {
  const data = new Uint8Array(600);
  data[10] = 9;
  data[400] = 9;
  expect(cut('ram', data, { min: 64, avg: 512, max: 2048 })).toEqual([401, 600]);
});

it('a chunk of seqcdc ends in front of the fifth rise, and equal bytes break nothing', () => {
  const data = new Uint8Array(400);
  data.set([1, 1, 2, 3, 3, 3, 4, 5], 200);
  expect(cut('seqcdc', data, { min: 64, avg: 512, max: 2048 })).toEqual([207, 400]);
});

it('their average is near the one asked for on random data', () => {
  const data = noise(4 << 20, 77);
  for (const name of ['vram', 'seqcdc'] as const) {
    const [half, twice] = name === 'vram' ? [4096, 65_536] : [8192, 32_768];
    const count = cut(name, data, { min: half, avg: 16_384, max: twice }).length;
    expect(data.length / count).toBeGreaterThan(16_384 * 0.75);
    expect(data.length / count).toBeLessThan(16_384 * 1.1);
  }
});
