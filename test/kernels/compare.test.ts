import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GuardedMemory, implementations, noise, propertySeed } from './guarded.js';

/** Alternating runs, first of blocks that are not `special`, as plainly as can be. */
function runsOf(
  length: number,
  blockBytes: number,
  special: (from: number, to: number) => boolean,
): number[] {
  const runs: number[] = [];
  let expected = false;
  for (let from = 0; from < length; from += blockBytes) {
    const to = Math.min(from + blockBytes, length);
    if (special(from, to) !== expected || runs.length === 0) {
      if (special(from, to) !== expected) {
        if (runs.length === 0) runs.push(0);
        expected = !expected;
      }
      runs.push(0);
    }
    runs[runs.length - 1] = (runs[runs.length - 1] ?? 0) + to - from;
  }
  return runs;
}

describe.each(implementations)('$name', ({ create }) => {
  const instance = create();
  const { functions } = instance;

  function compare(a: Uint8Array, b: Uint8Array, blockBytes: number, misalignment = 0): number[] {
    const memory = new GuardedMemory(instance);
    const runs = memory.reserve((Math.ceil(a.length / blockBytes) + 1) * 4);
    const count = functions.compareRuns(
      memory.put(a, misalignment),
      memory.put(b, misalignment * 3),
      a.length,
      blockBytes,
      runs,
    );
    memory.expectIntact();
    return memory.words(runs, count);
  }

  function zeros(data: Uint8Array, blockBytes: number, misalignment = 0): number[] {
    const memory = new GuardedMemory(instance);
    const runs = memory.reserve((Math.ceil(data.length / blockBytes) + 1) * 4);
    const count = functions.zeroRuns(memory.put(data, misalignment), data.length, blockBytes, runs);
    memory.expectIntact();
    return memory.words(runs, count);
  }

  it('compares by blocks and merges runs', () => {
    const a = noise(1000, 1);
    const b = a.slice();
    expect(compare(a, b, 100)).toEqual([1000]);
    b[250] = (b[250] ?? 0) ^ 1;
    b[399] = (b[399] ?? 0) ^ 128;
    expect(compare(a, b, 100)).toEqual([200, 200, 600]);
    b[0] = (b[0] ?? 0) ^ 1;
    expect(compare(a, b, 100)).toEqual([0, 100, 100, 200, 600]);
    b[999] = (b[999] ?? 0) ^ 1;
    expect(compare(a, b, 512)).toEqual([0, 1000]);
  });

  it('judges what differs by probes and by blocks of zeros', () => {
    const memory = new GuardedMemory(instance);
    const a = noise(40_000, 3);
    const b = a.slice();
    // Of 100 bytes the middle 64 are probed, of 7,000 three times 64; zeros count as agreeing.
    b.subarray(1000, 1100).forEach((_, i, part) => (part[i] = i % 2));
    for (let i = 5000; i < 12_000; i++) b[i] = (a[i] ?? 0) ^ 255 || 1;
    b.fill(0, 8192, 12_000);
    const runs = [1000, 100, 3900, 7000, 28_000];
    const out = memory.reserve(16);
    functions.judgeRuns(memory.put(a, 5), memory.put(b, 11), memory.putWords(runs), runs.length, 1024, out);
    memory.expectIntact();
    const probed = (from: number): number =>
      Array.from({ length: 64 }, (_, i) => from + i).filter((i) => b[i] === 0 || b[i] === a[i]).length;
    const places = [5000 + 1166, 5000 + 3500, 5000 + 5833];
    expect(memory.words(out, 4)).toEqual([
      probed(1036),
      0,
      places.reduce((sum, place) => sum + probed(place), 0),
      3,
    ]);
  });

  it('knows no runs of nothing', () => {
    expect(compare(new Uint8Array(0), new Uint8Array(0), 64)).toEqual([]);
    expect(zeros(new Uint8Array(0), 64)).toEqual([]);
  });

  it('sees every single changed byte of a block of any length', () => {
    for (const length of [1, 15, 16, 17, 127, 128, 129, 300]) {
      const a = noise(length, length);
      for (let at = 0; at < length; at++) {
        const b = a.slice();
        b[at] = (b[at] ?? 0) ^ 0x10;
        expect(compare(a, b, 4096, at % 16)).toEqual([0, length]);
        const single = new Uint8Array(length);
        single[at] = 1;
        expect(zeros(single, 4096, at % 16)).toEqual([length]);
      }
      expect(zeros(new Uint8Array(length), 4096, 5)).toEqual([0, length]);
    }
  });

  it('agrees with a plain comparison on arbitrary patterns', () => {
    const blocks = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 60 });
    fc.assert(
      fc.property(
        blocks,
        fc.integer({ min: 1, max: 200 }),
        fc.nat(40),
        fc.nat(20),
        (kinds, blockBytes, tail, shift) => {
          const length = kinds.length * blockBytes + (tail % blockBytes);
          const a = noise(length, 7);
          const b = a.slice();
          kinds.forEach((kind, i) => {
            if (kind === 1) b[i * blockBytes + (tail % blockBytes)] = 0;
            if (kind === 2) b.fill(0, i * blockBytes, (i + 1) * blockBytes);
          });
          expect(compare(a, b, blockBytes, shift)).toEqual(
            runsOf(
              length,
              blockBytes,
              (from, to) => Buffer.compare(a.subarray(from, to), b.subarray(from, to)) !== 0,
            ),
          );
          expect(zeros(b, blockBytes, shift)).toEqual(
            runsOf(length, blockBytes, (from, to) => b.subarray(from, to).every((byte) => byte === 0)),
          );
        },
      ),
      { seed: propertySeed, numRuns: 200 },
    );
  });
});
