import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KernelInstance } from '../../src/kernels/abi.js';
import { createWasmKernels } from '../../src/kernels/load.js';
import { createTwinKernels } from '../../src/kernels/twin/index.js';
import { GuardedMemory, implementations, noise, propertySeed } from './guarded.js';

/** rsync's definition, with numbers that cannot overflow. */
function weakSum(bytes: Uint8Array): number {
  let a = 0;
  let b = 0;
  bytes.forEach((byte, i) => {
    a += byte;
    b += (bytes.length - i) * byte;
  });
  return (a % 65_536) + (b % 65_536) * 65_536;
}

/** End offsets of whole blocks. */
function wholeBlocks(bytes: Uint8Array, blockBytes: number): number[] {
  return Array.from({ length: Math.floor(bytes.length / blockBytes) }, (_, i) => (i + 1) * blockBytes);
}

interface Search {
  readonly pairs: readonly (readonly [offset: number, block: number])[];
  readonly probes: number;
}

interface Options {
  readonly startLimit?: number;
  readonly tableBits?: number;
  readonly misalignment?: number;
}

/** Signs the base's whole blocks and searches the target for them. */
function search(
  instance: KernelInstance,
  base: Uint8Array,
  target: Uint8Array,
  blockBytes: number,
  options: Options = {},
): Search {
  const { startLimit = target.length, tableBits = 8, misalignment = 0 } = options;
  const { functions } = instance;
  const memory = new GuardedMemory(instance);
  const ends = wholeBlocks(base, blockBytes);
  const data = memory.put(base, misalignment);
  const cuts = memory.putWords(ends);
  const sums = memory.reserve(ends.length * 4);
  const digests = memory.reserve(ends.length * 16);
  const heads = memory.reserve(4 << tableBits);
  const next = memory.reserve(ends.length * 4);
  const out = memory.reserve((Math.floor(target.length / blockBytes) + 1) * 8);
  const probes = memory.reserve(4);
  functions.rollingSums(data, cuts, ends.length, sums);
  functions.xxh3(data, cuts, ends.length, digests);
  functions.rollingIndex(sums, ends.length, heads, tableBits, next);
  const count = functions.rollingSearch(
    memory.put(target, misalignment),
    target.length,
    startLimit,
    blockBytes,
    sums,
    digests,
    ends.length,
    heads,
    tableBits,
    next,
    out,
    probes,
  );
  memory.expectIntact();
  const words = memory.words(out, count * 2);
  return {
    pairs: Array.from({ length: count }, (_, i) => [words[i * 2] ?? -1, words[i * 2 + 1] ?? -1] as const),
    probes: memory.words(probes, 1)[0] ?? -1,
  };
}

/** Greedy search by comparing bytes: what signatures must find when no digests collide. */
function plainSearch(
  base: Uint8Array,
  target: Uint8Array,
  blockBytes: number,
  startLimit: number,
): number[][] {
  const blocks = wholeBlocks(base, blockBytes).map((end) => base.subarray(end - blockBytes, end));
  const equals = (block: number, at: number): boolean => {
    const bytes = blocks[block];
    return bytes !== undefined && Buffer.compare(bytes, target.subarray(at, at + blockBytes)) === 0;
  };
  const pairs: number[][] = [];
  let expected = -1;
  for (let at = 0; at <= Math.min(startLimit - 1, target.length - blockBytes);) {
    const block = equals(expected, at) ? expected : blocks.findIndex((_, i) => equals(i, at));
    expected = block < 0 ? -1 : block + 1;
    if (block >= 0) pairs.push([at, block]);
    at += block < 0 ? 1 : blockBytes;
  }
  return pairs;
}

describe.each(implementations)('$name', ({ create }) => {
  const instance = create();

  it('sums blocks of any length as rsync does', () => {
    const data = noise(200_000, 1);
    for (const ends of [[], [0], [1], [15, 16, 33, 1000], [70_000, 70_001, 200_000], [131_072]]) {
      const memory = new GuardedMemory(instance);
      const sums = memory.reserve(ends.length * 4);
      instance.functions.rollingSums(memory.put(data, 7), memory.putWords(ends), ends.length, sums);
      memory.expectIntact();
      expect(memory.words(sums, ends.length)).toEqual(
        ends.map((end, i) => weakSum(data.subarray(ends[i - 1] ?? 0, end))),
      );
    }
    const white = new Uint8Array(100_000).fill(255);
    const memory = new GuardedMemory(instance);
    const sum = memory.reserve(4);
    instance.functions.rollingSums(memory.put(white), memory.putWords([100_000]), 1, sum);
    expect(memory.words(sum, 1)).toEqual([weakSum(white)]);
  });

  it('chains block indices in ascending order, at most 64 of one sum', () => {
    const memory = new GuardedMemory(instance);
    const sums = Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? 5 : i));
    const next = memory.reserve(sums.length * 4);
    const heads = memory.reserve(4 << 3);
    instance.functions.rollingIndex(memory.putWords(sums), sums.length, heads, 3, next);
    memory.expectIntact();
    const links = memory.words(next, sums.length);
    const listed: number[] = [];
    for (let entry of memory.words(heads, 8)) {
      let previous = -1;
      while (entry !== 0) {
        expect(entry - 1).toBeGreaterThan(previous);
        previous = entry - 1;
        listed.push(previous);
        entry = links[previous] ?? 0;
      }
    }
    const same = sums.flatMap((sum, i) => (sum === 5 ? [i] : [])).slice(0, 64);
    const others = sums.flatMap((sum, i) => (sum === 5 ? [] : [i]));
    expect(listed.sort((a, b) => a - b)).toEqual([...same, ...others].sort((a, b) => a - b));
  });

  it('finds moved blocks at any offset', () => {
    const base = noise(4000, 2);
    const target = new Uint8Array([
      ...noise(33, 3),
      ...base.subarray(400, 1000),
      ...noise(5, 4),
      ...base.subarray(100, 200),
    ]);
    expect(search(instance, base, target, 100, { misalignment: 3 }).pairs).toEqual([
      ...[4, 5, 6, 7, 8, 9].map((block, i) => [33 + i * 100, block]),
      [638, 1],
    ]);
  });

  it('follows equal blocks in order, beyond those that the table keeps', () => {
    const zeros = new Uint8Array(100 * 64);
    const { pairs, probes } = search(instance, zeros, zeros, 64);
    expect(pairs).toEqual(Array.from({ length: 100 }, (_, i) => [i * 64, i]));
    expect(probes).toBe(100);
  });

  it('does not try a block after the last', () => {
    const base = noise(256, 5);
    const target = new Uint8Array([...base, ...base.subarray(0, 128)]);
    expect(search(instance, base, target, 128).pairs).toEqual([
      [0, 0],
      [128, 1],
      [256, 0],
    ]);
  });

  it('does not take equal weak sums for equal blocks', () => {
    // Moving 1 from the outer to the inner of four neighbours keeps both sums.
    const base = noise(128, 6);
    for (let i = 0; i < 128; i++) base[i] = 100 + ((base[i] ?? 0) % 50);
    const target = base.slice();
    [1, -1, -1, 1].forEach((change, i) => (target[60 + i] = (target[60 + i] ?? 0) + change));
    expect(weakSum(target)).toBe(weakSum(base));
    expect(search(instance, base, target, 128)).toEqual({ pairs: [], probes: 1 });
  });

  it('starts windows below the limit only, though they may reach over it', () => {
    const base = noise(1000, 7);
    expect(search(instance, base, base, 100, { startLimit: 301 }).pairs).toHaveLength(4);
    expect(search(instance, base, base, 100, { startLimit: 300 }).pairs).toHaveLength(3);
    expect(search(instance, base, base, 100, { startLimit: 0 })).toEqual({ pairs: [], probes: 0 });
    expect(search(instance, base, base.subarray(0, 99), 100).pairs).toEqual([]);
    expect(search(instance, base.subarray(0, 99), base, 100).pairs).toEqual([]);
  });

  it('keeps the limit at every place of its eight-wide step', () => {
    const base = noise(64, 12);
    for (let before = 1; before < 40; before++) {
      const target = new Uint8Array([...noise(before, 13), ...base, ...noise(30, 14)]);
      expect(search(instance, base, target, 64, { startLimit: before }).pairs).toEqual([]);
      expect(search(instance, base, target, 64, { startLimit: before + 1 }).pairs).toEqual([[before, 0]]);
    }
  });

  it('finds what comparing bytes finds', () => {
    const piece = fc.oneof(
      fc.record({ from: fc.nat(1500), length: fc.nat(400) }),
      fc.uint8Array({ maxLength: 90 }),
      fc.record({ zeros: fc.nat(300) }),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.constantFrom(64, 65, 100, 128),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(2000),
        (pieces, blockBytes, tableBits, startLimit) => {
          const base = noise(2000, 8);
          base.fill(0, 500, 900);
          base.copyWithin(1200, 0, 256);
          const target = new Uint8Array(
            pieces.flatMap((part) => {
              if (part instanceof Uint8Array) return [...part];
              if ('zeros' in part) return [...new Uint8Array(part.zeros)];
              return [...base.subarray(part.from, part.from + part.length)];
            }),
          );
          const { pairs } = search(instance, base, target, blockBytes, {
            startLimit,
            tableBits,
            misalignment: 9,
          });
          expect(pairs).toEqual(plainSearch(base, target, blockBytes, startLimit));
        },
      ),
      { seed: propertySeed, numRuns: 150 },
    );
  });
});

describe('wasm and twin', () => {
  it('give the same pairs and probes on larger data', () => {
    const [wasm, twin] = [createWasmKernels(), createTwinKernels()];
    const base = noise(200_000, 10);
    for (let i = 0; i < base.length; i++) if (i % 7000 < 3000) base[i] = (base[i] ?? 0) & 3;
    const target = new Uint8Array([...noise(777, 11), ...base.subarray(50_001), ...base.subarray(0, 60_000)]);
    for (const blockBytes of [64, 700, 2048]) {
      for (const tableBits of [4, 12]) {
        const found = search(wasm, base, target, blockBytes, { tableBits });
        expect(found).toEqual(search(twin, base, target, blockBytes, { tableBits }));
        expect(found.pairs.length).toBeGreaterThan(180_000 / blockBytes);
      }
    }
  });
});
