/** Encoding with an index of the base: what moved is found, every target is rebuilt exactly, and unknown data costs bounded work. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import { planBaseIndex, type BaseIndexPlan } from '../../../src/engine/detect/base-index.js';
import { ExtentList, extentKind, type ExtentColumns } from '../../../src/engine/detect/extents.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { createTwinKernels } from '../../../src/kernels/twin/index.js';
import { encodeAndRebuild } from './rebuild.js';

const KiB = 1024;
const plan: BaseIndexPlan = { spacingBits: 5, sampleBits: 0, tableBits: 14 };

function uniform(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  new Random(seed).fill(bytes);
  return bytes;
}

function dataExtents(...parts: readonly (readonly [length: number, hint: number])[]): ExtentColumns {
  const extents = new ExtentList();
  for (const [length, hint] of parts) extents.push(extentKind.data, length, hint);
  return extents.finish();
}

/** A base, and a target made of its pieces, of new bytes, of constant bytes and of edited pieces. */
const pair = fc
  .record({
    seed: fc.nat(1000),
    baseBytes: fc.constantFrom(0, 20, 5000, 60_000),
    pieces: fc.array(
      fc.record({
        kind: fc.constantFrom('moved', 'edited', 'new', 'zeros', 'same'),
        at: fc.float({ min: 0, max: 1, noNaN: true }),
        length: fc.integer({ min: 1, max: 9000 }),
        hint: fc.constantFrom('none', 'in place', 'far'),
      }),
      { minLength: 1, maxLength: 10 },
    ),
  })
  .map(({ seed, baseBytes, pieces }) => {
    const base = uniform(seed, baseBytes);
    const extents = new ExtentList();
    const parts: Uint8Array[] = [];
    let at = 0;
    for (const [i, { kind, at: place, length, hint }] of pieces.entries()) {
      const from = Math.floor(place * Math.max(0, baseBytes - length));
      const bytes = uniform(seed + 7 * i + 1, length);
      if (kind === 'zeros') bytes.fill(0);
      else if (kind === 'same') bytes.fill(171);
      else if (kind !== 'new') bytes.set(base.subarray(from, from + length));
      if (kind === 'edited')
        for (let byte = 50; byte < length; byte += 300) bytes[byte] = (bytes[byte] ?? 0) + 1;
      const opposite = hint === 'in place' ? at : hint === 'far' ? from + 9999 : -1;
      extents.push(extentKind.data, length, opposite < baseBytes ? opposite : -1);
      parts.push(bytes);
      at += length;
    }
    return { base, target: Uint8Array.from(Buffer.concat(parts)), extents: extents.finish() };
  });

describe('encoding with an index of the base', () => {
  const [wasm, twin] = [createWasmKernels(), createTwinKernels()];

  it('rebuilds every target, alike with both kernels, and never with more literals than without', () => {
    fc.assert(
      fc.property(pair, ({ base, target, extents }) => {
        const encoded = encodeAndRebuild(wasm, base, target, extents, plan);
        expect(Buffer.compare(encoded.rebuilt, target)).toBe(0);
        expect(encodeAndRebuild(twin, base, target, extents, plan)).toEqual(encoded);
        const without = encodeAndRebuild(wasm, base, target, extents);
        expect(encoded.literalBytes).toBeLessThanOrEqual(without.literalBytes);
      }),
      { seed: 8, numRuns: 25 },
    );
  });

  it('finds passages of several places for one piece of new data that nothing lies opposite of', () => {
    const base = uniform(1, 400_000);
    const places = [300_000, 20_000, 150_123, 4096];
    const passages = places.map((place) => base.subarray(place, place + 1500));
    const target = Uint8Array.from(Buffer.concat(passages));
    const { rebuilt, literalBytes, operationCount } = encodeAndRebuild(
      wasm,
      base,
      target,
      dataExtents([target.length, -1]),
      plan,
    );
    expect(Buffer.compare(rebuilt, target)).toBe(0);
    expect(literalBytes).toBe(0);
    expect(operationCount).toBe(places.length);
  });

  it('goes from the opposite bytes to a page elsewhere and back', () => {
    const base = uniform(2, 200_000);
    const target = base.slice(40_960, 45_056);
    target.copyWithin(100, 0, 2000);
    target.set(base.subarray(120_000, 122_000), 1000);
    const extents = dataExtents([target.length, 40_960]);
    expect(encodeAndRebuild(wasm, base, target, extents).literalBytes).toBe(2000);
    const { rebuilt, literalBytes } = encodeAndRebuild(wasm, base, target, extents, plan);
    expect(Buffer.compare(rebuilt, target)).toBe(0);
    expect(literalBytes).toBe(0);
  });

  it('never copies across a seam, where the window goes on with what lies elsewhere in the base', () => {
    const base = uniform(3, 300_000);
    // Zeros behind one passage and before the other: a match of the window runs over the seam between what is read of them.
    base.fill(0, 1500, 1500 + 4096);
    base.fill(0, 200_000 - 5000, 200_000);
    const parts = [base.subarray(0, 1500), new Uint8Array(6000), base.subarray(200_000, 201_500)];
    const target = Uint8Array.from(Buffer.concat(parts));
    const extents = dataExtents([target.length, -1]);
    const { rebuilt, operationCount, literalBytes } = encodeAndRebuild(wasm, base, target, extents, plan);
    expect(Buffer.compare(rebuilt, target)).toBe(0);
    expect(literalBytes).toBe(0);
    expect(operationCount).toBe(3);
  });

  it('reads little of the base for megabytes of new data, also where its phrases are common', () => {
    const MiB = 1024 * KiB;
    const base = uniform(4, MiB);
    const target = uniform(5, 4 * MiB);
    const unrelated = encodeAndRebuild(
      wasm,
      base,
      target,
      dataExtents([target.length, -1]),
      planBaseIndex(MiB, 'fast'),
    );
    expect(unrelated.counts['bytesRead']).toBe(target.length);
    expect(unrelated.counts['bytesDeltaEncoded']).toBeUndefined();
    expect(unrelated.literalBytes).toBe(target.length);
    // Every 4 KiB of the target has one passage of 200 bytes of the base: too little to be worth its address everywhere.
    for (let at = 0; at < target.length; at += 4 * KiB) {
      target.set(base.subarray(at / 4, at / 4 + 200), at);
    }
    const { rebuilt, counts } = encodeAndRebuild(
      wasm,
      base,
      target,
      dataExtents([target.length, -1]),
      planBaseIndex(MiB, 'fast'),
    );
    expect(Buffer.compare(rebuilt, target)).toBe(0);
    expect(counts['bytesRead']).toBeLessThan(target.length * 6);
  });

  it('of a base of zeros, or one shorter than an anchor, learns nothing', () => {
    const target = uniform(6, 10_000);
    for (const base of [new Uint8Array(0), new Uint8Array(20), new Uint8Array(50_000)]) {
      const { rebuilt, literalBytes } = encodeAndRebuild(
        wasm,
        base,
        target,
        dataExtents([target.length, -1]),
        plan,
      );
      expect(Buffer.compare(rebuilt, target)).toBe(0);
      expect(literalBytes).toBe(target.length);
    }
  });

  it('takes a stretch of which every place is an anchor, as constant bytes of some values are', () => {
    const stretch = 64 * KiB;
    const target = new Uint8Array(256 * stretch);
    for (let value = 0; value < 256; value++) target.fill(value, value * stretch, (value + 1) * stretch);
    const extents = dataExtents([target.length, -1]);
    const { rebuilt, literalBytes } = encodeAndRebuild(wasm, uniform(7, 50_000), target, extents, plan);
    expect(Buffer.compare(rebuilt, target)).toBe(0);
    expect(literalBytes).toBe(target.length);
  });
});
