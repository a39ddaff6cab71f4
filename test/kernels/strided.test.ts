import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KernelInstance } from '../../src/kernels/abi.js';
import { createTwinKernels } from '../../src/kernels/twin/index.js';
import { createWasmKernels } from '../../src/kernels/load.js';
import { GuardedMemory, implementations, noise, propertySeed } from './guarded.js';
import { stridedReference } from './strided-reference.js';

interface Sizes {
  readonly min: number;
  readonly avg: number;
  readonly max: number;
}

function cut(
  instance: KernelInstance,
  data: Uint8Array,
  sizes: Sizes,
  { final = true, misalignment = 0 } = {},
): number[] {
  const memory = new GuardedMemory(instance);
  const cuts = memory.reserve((Math.floor(data.length / sizes.min) + 1) * 4);
  const count = instance.functions.strided(
    memory.put(data, misalignment),
    data.length,
    final ? 1 : 0,
    sizes.min,
    sizes.avg,
    sizes.max,
    cuts,
  );
  memory.expectIntact();
  return memory.words(cuts, count);
}

function lengthsOf(cuts: readonly number[]): number[] {
  return cuts.map((end, i) => end - (cuts[i - 1] ?? 0));
}

/** `length` bytes that repeat the first `period` bytes of noise. */
function periodic(length: number, period: number, seed: number): Uint8Array {
  const unit = noise(period, seed);
  return Uint8Array.from({ length }, (_, i) => unit[i % period] ?? 0);
}

/** Random bytes of an alphabet of `letters`, in which few words repeat. */
function letters(length: number, count: number, seed: number): Uint8Array {
  return noise(length, seed).map((byte) => 97 + (byte % count));
}

const dense: Sizes = { min: 64, avg: 128, max: 2048 };

describe.each(implementations)('$name', ({ create }) => {
  const instance = create();

  it('cuts nothing from nothing, and short data once', () => {
    expect(cut(instance, new Uint8Array(0), dense)).toEqual([]);
    expect(cut(instance, Uint8Array.of(7), dense)).toEqual([1]);
    expect(cut(instance, noise(64, 3), dense)).toEqual([64]);
  });

  it('cuts at every length at the end of data as the reference does', () => {
    const data = noise(3000, 11);
    for (let length = 60; length < 400; length++) {
      const piece = data.subarray(0, length);
      const expected = stridedReference(piece, dense);
      expect(cut(instance, piece, dense, { misalignment: length % 19 })).toEqual(expected);
    }
  });

  it('cuts every constant at the maximum', () => {
    const sizes = { min: 64, avg: 128, max: 999 };
    for (let value = 0; value < 256; value++) {
      expect(lengthsOf(cut(instance, new Uint8Array(2500).fill(value), sizes))).toEqual([999, 999, 502]);
    }
  });

  it('cuts as the reference does: random, few letters, periods, runs among noise, any sizes', () => {
    const kinds = [
      noise,
      (length: number, seed: number) => letters(length, 5, seed),
      (length: number, seed: number) => periodic(length, 1 + (seed % 40), seed),
      (length: number, seed: number) => noise(length, seed).fill(seed, length / 4, (length * 3) / 4),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.nat(20_000),
        fc.nat(10_000),
        fc.integer({ min: 64, max: 700 }),
        fc.nat(3000),
        fc.nat(5000),
        fc.nat(30),
        (make, length, seed, min, more, most, misalignment) => {
          const data = make(length, seed);
          const sizes = { min, avg: min + more, max: min + more + most };
          expect(cut(instance, data, sizes, { misalignment })).toEqual(stridedReference(data, sizes));
        },
      ),
      { seed: propertySeed, numRuns: 150 },
    );
  });

  it('weighs a candidate behind a long constant run for exactly as many positions as the reference', () => {
    let weighed = 0;
    for (let seed = 1; seed <= 30; seed++) {
      const data = new Uint8Array(12_000);
      data.set(noise(6000, seed), 6000);
      const [at = 0] = cut(instance, data, { min: 64, avg: 64, max: 20_000 });
      const piece = data.subarray(0, at + 1);
      const averageAtMost = (chunk: (sizes: Sizes) => number[]): number => {
        let [low, high] = [0, 2 ** 30];
        while (high - low > 1) {
          const avg = 12_000 + Math.floor((low + high) / 2);
          if (chunk({ min: 64, avg, max: 2 ** 31 - 1 }).length === 2) low = avg - 12_000;
          else high = avg - 12_000;
        }
        return low;
      };
      const found = averageAtMost((sizes) => cut(instance, piece, sizes));
      expect(found).toBe(averageAtMost((sizes) => stridedReference(piece, sizes)));
      if (found > 0) weighed++;
    }
    expect(weighed).toBeGreaterThan(0);
  });

  it('stops where a cut could depend on bytes to come, and goes on from there exactly', () => {
    const data = noise(60_000, 4);
    const whole = cut(instance, data, dense);
    for (const split of [2047, 2048, 5000, 50_001]) {
      const head = cut(instance, data.subarray(0, split), dense, { final: false });
      const done = head[head.length - 1] ?? 0;
      expect(split - done).toBeLessThan(dense.max);
      const rest = cut(instance, data.subarray(done), dense).map((end) => end + done);
      expect([...head, ...rest]).toEqual(whole);
    }
  });

  it('finds the same cuts again from any start', () => {
    const data = noise(400_000, 5);
    const sizes = { min: 256, avg: 1024, max: 8192 };
    const whole = cut(instance, data, sizes);
    for (const start of [1, 777, 4096, 12_345]) {
      const shifted = new Set(cut(instance, data.subarray(start), sizes).map((end) => end + start));
      const missed = whole.filter((end) => end > start && !shifted.has(end));
      expect(missed.every((end) => end < start + 40_000)).toBe(true);
    }
  });

  it('does not look past a cut', () => {
    const data = noise(30_000, 6);
    const whole = cut(instance, data, dense);
    const end = whole[3] ?? 0;
    const changed = data.slice();
    changed.fill(0, end);
    expect(cut(instance, changed, dense).slice(0, 4)).toEqual(whole.slice(0, 4));
  });
});

describe('wasm and twin', () => {
  it('cut alike for sizes that are used, on a megabyte', () => {
    const [wasm, twin] = [createWasmKernels(), createTwinKernels()];
    for (const data of [noise(2_000_000, 9), letters(2_000_000, 30, 8)]) {
      for (let bits = 8; bits <= 18; bits++) {
        const sizes = { min: 2 ** (bits - 2) + (bits % 2), avg: 2 ** bits, max: 2 ** (bits + 2) };
        expect(cut(wasm, data, sizes)).toEqual(cut(twin, data, sizes));
      }
    }
  });

  it('cut alike at sizes that overflow nothing', () => {
    const [wasm, twin] = [createWasmKernels(), createTwinKernels()];
    const data = noise(100_000, 2);
    for (const sizes of [
      { min: 64, avg: 64, max: 64 },
      { min: 64, avg: 2 ** 31 - 1, max: 2 ** 31 - 1 },
      { min: 2 ** 31 - 1, avg: 2 ** 31 - 1, max: 2 ** 31 - 1 },
    ]) {
      expect(cut(wasm, data, sizes)).toEqual(cut(twin, data, sizes));
    }
  });
});
