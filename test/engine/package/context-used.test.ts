/** Which part of a long context literals are compressed beside, and that readers who have all of it need not know. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import { compressInContext, decompressInContext, usedContext } from '../../../src/engine/package/codecs.js';

const MiB = 2 ** 20;

function noise(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  new Random(seed).fill(bytes);
  return bytes;
}

const context = noise(1, 2 * MiB + 1);

describe('a context', () => {
  test('is used from its end, below the length at which tables double', () => {
    expect(Buffer.compare(usedContext(context, 12), context.subarray(1025))).toBe(0);
    expect(Buffer.compare(usedContext(context, 19), context.subarray(1025))).toBe(0);
    expect(Buffer.compare(usedContext(context, 16), context.subarray(MiB + 1025))).toBe(0);
    expect(usedContext(context.subarray(0, MiB - 1024), 16)).toHaveLength(MiB - 1024);
  });

  test('is never used from the magic number of a trained dictionary on', () => {
    const trap = context.slice();
    trap.set([0x37, 0xa4, 0x30, 0xec], 1025);
    expect(Buffer.compare(usedContext(trap, 12), trap.subarray(1026))).toBe(0);
  });

  test.each([3, 12, 16])('is known to readers as a whole, at level %i', (level) => {
    const literals = new Uint8Array(100_000);
    literals.set(context.subarray(1_990_000, 2_040_000));
    literals.set(context.subarray(2_047_153), 50_000);
    const packed = compressInContext(level, literals, context);
    expect(packed?.length).toBeLessThan(1000);
    const raw = decompressInContext(packed ?? literals, literals.length, context);
    expect(Buffer.compare(raw, literals)).toBe(0);
  });
});
