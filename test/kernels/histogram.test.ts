import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GuardedMemory, implementations, noise, propertySeed } from './guarded.js';

describe.each(implementations)('$name', ({ create }) => {
  const instance = create();

  function histogram(data: Uint8Array, misalignment: number): number[] {
    const memory = new GuardedMemory(instance);
    const out = memory.reserve(1024);
    instance.functions.histogram(memory.put(data, misalignment), data.length, out);
    memory.expectIntact();
    return memory.words(out, 256);
  }

  it('counts every byte value', () => {
    const all = Uint8Array.from({ length: 2560 }, (_, i) => i % 256);
    expect(histogram(all, 0)).toEqual(Array.from({ length: 256 }, () => 10));
    expect(histogram(new Uint8Array(0), 0)).toEqual(Array.from({ length: 256 }, () => 0));
    expect(histogram(new Uint8Array(70_001).fill(200), 3)[200]).toBe(70_001);
  });

  it('agrees with plain counting at any length and alignment', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(30), (data, misalignment) => {
        const expected = Array.from({ length: 256 }, () => 0);
        for (const byte of data) expected[byte] = (expected[byte] ?? 0) + 1;
        expect(histogram(data, misalignment)).toEqual(expected);
      }),
      { seed: propertySeed, numRuns: 100 },
    );
    expect(histogram(noise(100_003, 5), 1).reduce((a, b) => a + b)).toBe(100_003);
  });
});
