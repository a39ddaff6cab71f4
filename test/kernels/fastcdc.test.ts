import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTwinKernels } from '../../src/kernels/twin/index.js';
import { createWasmKernels } from '../../src/kernels/load.js';
import type { KernelInstance } from '../../src/kernels/abi.js';
import { GuardedMemory, implementations, noise, propertySeed } from './guarded.js';

interface Sizes {
  readonly min: number;
  readonly avg: number;
  readonly max: number;
}

interface Vectors {
  readonly cases: readonly (Sizes & { seed: number; cuts: readonly (readonly [string, number])[] })[];
  readonly zeros: Sizes & { length: number };
}

const vectorFolder = new URL('../vectors/', import.meta.url);
const vectors = JSON.parse(readFileSync(new URL('fastcdc-2020.json', vectorFolder), 'utf8')) as Vectors;
const picture = new Uint8Array(readFileSync(new URL('SekienAkashita.jpg', vectorFolder)));

interface Options {
  readonly final?: boolean;
  readonly seed?: readonly [low: number, high: number];
  readonly misalignment?: number;
}

function cut(instance: KernelInstance, data: Uint8Array, sizes: Sizes, options: Options = {}): number[] {
  const { final = true, seed = [0, 0], misalignment = 0 } = options;
  const memory = new GuardedMemory(instance);
  const cuts = memory.reserve((Math.floor(data.length / sizes.min) + 1) * 4);
  const count = instance.functions.fastcdc(
    memory.put(data, misalignment),
    data.length,
    final ? 1 : 0,
    sizes.min,
    sizes.avg,
    sizes.max,
    seed[0],
    seed[1],
    cuts,
  );
  memory.expectIntact();
  return memory.words(cuts, count);
}

function lengthsOf(cuts: readonly number[]): number[] {
  return cuts.map((end, i) => end - (cuts[i - 1] ?? 0));
}

describe.each(implementations)('$name', ({ create }) => {
  const instance = create();

  it.each(vectors.cases)('cuts as fastcdc-rs: $min, $avg, $max, seed $seed', (example) => {
    const cuts = cut(instance, picture, example, { seed: [example.seed, 0], misalignment: 3 });
    expect(lengthsOf(cuts)).toEqual(example.cuts.map(([, length]) => length));
  });

  it('cuts zeros at the maximum', () => {
    const { length, max } = vectors.zeros;
    expect(lengthsOf(cut(instance, new Uint8Array(length), vectors.zeros))).toEqual(
      Array.from({ length: length / max }, () => max),
    );
  });

  it('cuts nothing from nothing, and short data once', () => {
    const sizes = { min: 64, avg: 256, max: 1024 };
    expect(cut(instance, new Uint8Array(0), sizes)).toEqual([]);
    expect(cut(instance, Uint8Array.of(7), sizes)).toEqual([1]);
    expect(cut(instance, noise(64, 3), sizes)).toEqual([64]);
  });

  it('takes both halves of the seed', () => {
    const sizes = { min: 256, avg: 1024, max: 4096 };
    const plain = cut(instance, picture, sizes);
    expect(cut(instance, picture, sizes, { seed: [1, 0] })).not.toEqual(plain);
    expect(cut(instance, picture, sizes, { seed: [0, 0x8000] })).not.toEqual(plain);
  });

  it('stops where a cut could depend on bytes to come, and goes on from there exactly', () => {
    const sizes = { min: 64, avg: 256, max: 1024 };
    const whole = cut(instance, picture, sizes);
    for (const split of [1023, 1024, 5000, 50_001]) {
      const head = cut(instance, picture.subarray(0, split), sizes, { final: false });
      const done = head[head.length - 1] ?? 0;
      expect(split - done).toBeLessThan(sizes.max);
      const rest = cut(instance, picture.subarray(done), sizes).map((end) => end + done);
      expect([...head, ...rest]).toEqual(whole);
    }
  });

  it('keeps minimum and maximum, and covers the data', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 6, max: 12 }),
        fc.integer({ min: 2, max: 5000 }),
        fc.integer({ min: 0, max: 5000 }),
        fc.nat(20_000),
        fc.nat(30),
        (bits, low, high, length, misalignment) => {
          const avg = 2 ** bits;
          const sizes = { min: Math.min(avg, low), avg, max: avg + high };
          const cuts = cut(instance, noise(length, bits), sizes, { misalignment });
          expect(cuts[cuts.length - 1] ?? 0).toBe(length);
          const lengths = lengthsOf(cuts);
          for (const chunk of lengths.slice(0, -1)) {
            expect(chunk).toBeGreaterThanOrEqual(sizes.min - (sizes.min % 2));
            expect(chunk).toBeLessThanOrEqual(sizes.max);
          }
        },
      ),
      { seed: propertySeed, numRuns: 100 },
    );
  });
});

describe('wasm and twin', () => {
  it('cut alike for every average, odd sizes and seeds', () => {
    const [wasm, twin] = [createWasmKernels(), createTwinKernels()];
    const data = noise(300_000, 9);
    for (let bits = 6; bits <= 20; bits++) {
      const avg = 2 ** bits;
      for (const odd of [0, 1]) {
        const sizes = { min: Math.floor(avg / 4) + odd, avg, max: avg * 4 - odd };
        const options = { seed: [bits * 77, odd * 0xfedcba98] as const };
        expect(cut(wasm, data, sizes, options)).toEqual(cut(twin, data, sizes, options));
      }
    }
  });

  it('leave the last byte of an odd window unjudged', () => {
    const [wasm, twin] = [createWasmKernels(), createTwinKernels()];
    for (let length = 33; length < 600; length++) {
      const data = noise(length, length);
      const sizes = { min: 32, avg: 64, max: 129 };
      expect(cut(wasm, data, sizes)).toEqual(cut(twin, data, sizes));
    }
  });

  it('cut alike by the masks of large averages', () => {
    const [wasm, twin] = [createWasmKernels(), createTwinKernels()];
    const data = noise(8_000_000, 15);
    for (let bits = 17; bits <= 22; bits++) {
      const sizes = { min: 64, avg: 2 ** bits, max: 8_000_000 };
      expect(cut(wasm, data, sizes)).toEqual(cut(twin, data, sizes));
    }
  });
});
