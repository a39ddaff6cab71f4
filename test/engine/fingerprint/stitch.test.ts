/** Regions cut in parallel give exactly the cuts of one sequential pass. */
import { describe, expect, it } from 'vitest';
import { stoppedClock } from '../../../src/base/clock.js';
import { Random } from '../../../src/base/prng.js';
import { regionBytes } from '../../../src/base/limits.js';
import { Arena } from '../../../src/kernels/arena.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { cutPiece } from '../../../src/engine/chunk/chunker.js';
import type { ChunkerSpec } from '../../../src/engine/chunk/spec.js';
import { fingerprints } from '../../../src/engine/fingerprint/fingerprint.js';
import { blockTable, chunkerOf } from '../../../src/engine/strategy/blocks-detector.js';
import { resolveStrategy } from '../../../src/engine/strategy/settings.js';
import { requireCutting } from '../../../src/engine/strategy/strategy.js';
import { EngineRun } from '../../../src/engine/strategy/run.js';
import { content, image } from '../../support/pairs.js';

/** All cuts of one entry by a single kernel call, and the digest of each block. */
function sequential(bytes: Uint8Array, chunker: ChunkerSpec): { ends: number[]; digests: Uint8Array } {
  const kernels = createWasmKernels();
  const arena = new Arena(kernels);
  const data = arena.reserve(bytes.length);
  const cuts = arena.reserve(bytes.length / 16 + 64);
  data.u8().set(bytes);
  const count = cutPiece(kernels, chunker, data.pointer, bytes.length, true, cuts.pointer);
  const out = arena.reserve(count * 16);
  fingerprints['xxh3-128'].hashBlocks(kernels, data.pointer, cuts, count, out);
  return { ends: [...cuts.u32(count)], digests: out.u8().slice() };
}

const noise = (length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  new Random(9).fill(bytes);
  return bytes;
};

const shifted = (bytes: Uint8Array): Uint8Array => bytes.subarray(1000);

const data: Readonly<Record<string, Uint8Array>> = {
  'mixed content': content(5, 3 * regionBytes + 777_777),
  noise: noise(2 * regionBytes + 1),
  'a constant': new Uint8Array(2 * regionBytes + 12_345).fill(7),
  'noise, then a constant that starts out of phase': (() => {
    const bytes = new Uint8Array(3 * regionBytes);
    bytes.set(shifted(noise(500_000)));
    return bytes;
  })(),
  'exactly one region': noise(regionBytes),
  'one byte more than a region': noise(regionBytes + 1),
};

describe.each(Object.entries(data))('cuts of %s', (_, bytes) => {
  it.each([
    [
      'fastcdc of 2 KiB',
      resolveStrategy('fastcdc', { averageBytes: '2KiB', minBytes: 300, maxBytes: 20_000 }),
    ],
    ['fastcdc of 64 KiB', resolveStrategy('fastcdc')],
    ['fastcdc of 1 MiB', resolveStrategy('fastcdc', { averageBytes: '1MiB' })],
    ['fixed of 64 KiB', resolveStrategy('fixed')],
  ])('are sequential with %s', async (__, strategy) => {
    const chunker = chunkerOf(requireCutting(strategy));
    const target = image(bytes, 'target');
    const pairs = new Int32Array(1).fill(-1);
    const run = new EngineRun({ base: undefined, target, pairs }, strategy, {
      workers: 1,
      clock: stoppedClock,
    });
    const table = await blockTable(run, 'target', target.layout, chunker);
    await run.close();
    const expected = sequential(bytes, chunker);
    expect([...table.blocks.ends]).toEqual(expected.ends);
    expect(Buffer.compare(table.blocks.digests, expected.digests)).toBe(0);
  });
});
