/** Anchors of several ranges in one call: what calls for each stretch give, moved and without equal neighbours. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KernelInstance } from '../../src/kernels/abi.js';
import { createWasmKernels } from '../../src/kernels/load.js';
import { createTwinKernels } from '../../src/kernels/twin/index.js';
import { content } from '../support/pairs.js';
import { triplesOf, type Triple } from './anchors.js';
import { GuardedMemory, implementations, noise, propertySeed } from './guarded.js';

type Range = readonly [offset: number, length: number];

interface Choice {
  readonly spacingBits: number;
  readonly sampleBits: number;
  readonly offset: number;
  readonly capacity: number;
}

const stretchBytes = 32 * 1024;
const usual: Choice = { spacingBits: 5, sampleBits: 0, offset: 7, capacity: 30_000 };
const earlier: readonly Triple[] = [[1, 2, 3]];

function atOnce(
  instance: KernelInstance,
  bytes: Uint8Array,
  ranges: readonly Range[],
  choice = usual,
): Triple[] {
  const memory = new GuardedMemory(instance);
  const out = memory.putWords([
    ...earlier.flat(),
    ...Array.from({ length: (choice.capacity - 1) * 3 }, () => 0),
  ]);
  const count = instance.functions.anchorCollectEach(
    memory.put(bytes, 3),
    bytes.length,
    memory.putWords(ranges.flat()),
    ranges.length,
    choice.spacingBits,
    choice.sampleBits,
    choice.offset,
    out,
    earlier.length,
    choice.capacity,
  );
  memory.expectIntact();
  return triplesOf(memory.words(out, count * 3));
}

function oneByOne(
  instance: KernelInstance,
  bytes: Uint8Array,
  ranges: readonly Range[],
  choice = usual,
): Triple[] {
  const { spacingBits, sampleBits, offset, capacity } = choice;
  const found = [...earlier];
  const memory = new GuardedMemory(instance);
  const data = memory.put(bytes);
  const out = memory.reserve(capacity * 12);
  for (const [start, length] of ranges) {
    for (let at = start; at < start + length; at += stretchBytes) {
      const starts = Math.min(stretchBytes, start + length - at);
      const most = Math.min((stretchBytes >> spacingBits) * 4, capacity - found.length);
      const reach = Math.min(starts + 31, bytes.length - at);
      const call = [data + at, reach, starts, spacingBits, sampleBits, out, most] as const;
      const count = instance.functions.anchorCollect(...call);
      for (const [own, low, high] of triplesOf(memory.words(out, count * 3))) {
        const [, lastLow, lastHigh] = found[found.length - 1] ?? [];
        if (low !== lastLow || high !== lastHigh) found.push([own + at + offset, low, high]);
      }
    }
  }
  return found;
}

describe.each(implementations)('anchors of ranges, $name', ({ create }) => {
  const instance = create();

  it('are those of each range, at their offsets, behind what was there', () => {
    const bytes = noise(90_000, 4);
    const ranges: Range[] = [
      [0, 1000],
      [2000, 70_000],
      [80_000, 10_000],
    ];
    const found = atOnce(instance, bytes, ranges);
    expect(found).toEqual(oneByOne(instance, bytes, ranges));
    expect(found.length).toBeGreaterThan(300);
    expect(found[0]).toEqual(earlier[0]);
    expect(atOnce(instance, bytes, [])).toEqual(earlier);
  });

  it('reach into what follows a range, but not behind the data', () => {
    const bytes = noise(5000, 5);
    const whole = atOnce(instance, bytes, [[0, 5000]]);
    const halves = atOnce(instance, bytes, [
      [0, 2500],
      [2500, 2500],
    ]);
    expect(halves).toEqual(whole);
    expect(whole.every(([offset]) => offset - usual.offset <= 5000 - 32)).toBe(true);
  });

  it('are few where bytes repeat, and stop where there is no room', () => {
    const constant = new Uint8Array(100_000).fill(119);
    expect(atOnce(instance, constant, [[0, 100_000]]).length).toBeLessThanOrEqual(2);
    const bytes = noise(40_000, 6);
    const all = atOnce(instance, bytes, [[0, 40_000]]);
    expect(atOnce(instance, bytes, [[0, 40_000]], { ...usual, capacity: 50 })).toEqual(all.slice(0, 50));
  });
});

describe('anchors of ranges', () => {
  it('are the same from wasm, the twin and single calls', () => {
    const [wasm, twin] = [createWasmKernels(), createTwinKernels()];
    const cuts = fc.uniqueArray(fc.nat(60_000), { minLength: 2, maxLength: 9 });
    fc.assert(
      fc.property(
        fc.nat(),
        cuts,
        fc.integer({ min: 4, max: 9 }),
        fc.nat(2),
        (seed, places, spacingBits, sampleBits) => {
          const ascending = places.sort((a, b) => a - b);
          const ranges: Range[] = [];
          for (let i = 0; i + 1 < ascending.length; i += 2) {
            const start = ascending[i] ?? 0;
            ranges.push([start, (ascending[i + 1] ?? 0) - start]);
          }
          const bytes = content(seed, 60_000);
          const choice = { ...usual, spacingBits, sampleBits };
          const expected = oneByOne(wasm, bytes, ranges, choice);
          expect(atOnce(wasm, bytes, ranges, choice)).toEqual(expected);
          expect(atOnce(twin, bytes, ranges, choice)).toEqual(expected);
        },
      ),
      { seed: propertySeed, numRuns: 25 },
    );
  });
});
