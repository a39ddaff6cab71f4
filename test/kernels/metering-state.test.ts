/** Counts belong to one call: what an instance did before must not show, or sums would depend on how work is spread over workers. */
import { expect, test } from 'vitest';
import { createWasmKernels } from '../../src/kernels/load.js';

test('blake3 counts the same whatever was hashed before', () => {
  const { functions, memory, heapBase, instructions } = createWasmKernels('metered');
  const data = Math.ceil(heapBase / 16) * 16;
  const cuts = data + 16_384;
  const counted = (ends: readonly number[]): number => {
    new Uint32Array(memory.buffer, cuts, ends.length).set(ends);
    const before = instructions?.() ?? NaN;
    functions.blake3(data, cuts, ends.length, cuts + 64);
    return (instructions?.() ?? NaN) - before;
  };
  memory.grow(1);
  const subjects = [[1036], [64, 128, 192], [5000, 5064]];
  for (const subject of subjects) {
    const counts = [[], [64], [640], [1024], [3000]].map((before) => {
      counted(before);
      return counted(subject);
    });
    expect(counts[0]).toBeGreaterThan(1000);
    expect(new Set(counts).size).toBe(1);
  }
});
