import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Meter } from '../../../src/base/meter.js';
import { Random } from '../../../src/base/prng.js';
import { Workspace } from '../../../src/kernels/workspace.js';
import { createTwinKernels } from '../../../src/kernels/twin/index.js';
import type { CompressionChoice } from '../../../src/engine/package/codecs.js';
import {
  chooseAndCompress,
  entropyOf,
  isNoise,
  orderZeroMillibits,
} from '../../../src/engine/package/compression.js';
import { streamNames } from '../../../src/engine/package/model.js';
import { unpackStream } from '../../../src/engine/package/unpack.js';
import { packStreams } from '../../../src/engine/package/pack.js';

const auto: CompressionChoice = { codec: 'auto', level: 3, deflate: 'portable' };

function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  new Random(seed).fill(bytes);
  return bytes;
}

describe('orderZeroMillibits', () => {
  test.each([
    ['nothing', [], 0],
    ['one value', [1000], 0],
    ['one byte', [1], 0],
    ['two values alike', [1, 1], 1000],
    ['four values alike', [7, 7, 7, 7], 2000],
    ['three to one', [3, 1], 811],
    ['a rare value', [999_999, 1], 0],
    ['all values alike', Array.from({ length: 256 }, () => 5), 8000],
  ])('%s', (_, counts, expected) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    expect(
      orderZeroMillibits(
        Uint32Array.from([...counts, ...new Array<number>(256 - counts.length).fill(0)]),
        total,
      ),
    ).toBe(expected);
  });

  test('is within 1 of the exact value, and whole', () => {
    const counts = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 256 });
    fc.assert(
      fc.property(counts, (list) => {
        const total = list.reduce((sum, count) => sum + count, 0);
        const exact = list.reduce(
          (sum, count) => (count === 0 ? sum : sum - (count / total) * Math.log2(count / total)),
          0,
        );
        const got = orderZeroMillibits(Uint32Array.from(list), total);
        expect(Number.isInteger(got)).toBe(true);
        expect(Math.abs(got - exact * 1000)).toBeLessThanOrEqual(1);
      }),
      { seed: 11, numRuns: 500 },
    );
  });
});

describe('chooseAndCompress', () => {
  const text = Uint8Array.from({ length: 400_000 }, (_, index) => 97 + ((index * index) % 13));

  test.each([
    ['nothing is stored', new Uint8Array(0), auto, 'stored', 'empty'],
    ['a few bytes are stored', new Uint8Array(127), auto, 'stored', 'empty'],
    ['a few more are tried', new Uint8Array(128), auto, 'deflate', 'gain'],
    ['noise is stored after a sample', noise(100_000), auto, 'stored', 'entropy'],
    ['a little noise is tried', noise(500), auto, 'stored', 'gain'],
    ['short text by deflate', text.subarray(0, 800), auto, 'deflate', 'gain'],
    ['text by zstd', text.subarray(0, 50_000), auto, 'zstd', 'gain'],
    ['at level 1 by lz4', text, { ...auto, level: 1 }, 'lz4', 'gain'],
    ['long text at a high level', text, { ...auto, level: 15 }, 'zstd', 'gain'],
    ['a fixed codec is kept', text, { ...auto, codec: 'deflate' }, 'deflate', 'fixed'],
    ['a fixed codec that does not gain', noise(5000), { ...auto, codec: 'lz4' }, 'stored', 'fixed'],
    ['stored by choice', text, { ...auto, codec: 'stored' }, 'stored', 'fixed'],
  ] as const)('%s', (_, bytes, choice, codec, reason) => {
    const { stream, reason: given } = chooseAndCompress(bytes, choice, entropyOf(bytes));
    expect([stream.codec, given]).toEqual([codec, reason]);
    expect(stream.rawBytes).toBe(bytes.length);
    if (codec !== 'stored') expect(stream.packed.length).toBeLessThan(bytes.length);
    expect(Buffer.compare(unpackStream(stream), bytes)).toBe(0);
  });

  test('bytes of even frequency that repeat are found by the sample', () => {
    const period = noise(1024);
    const bytes = Uint8Array.from({ length: 64 * 1024 }, (_, index) => period[index % 1024] ?? 0);
    const flat = 7990;
    expect(chooseAndCompress(bytes, auto, flat)).toMatchObject({
      reason: 'sample',
      stream: { codec: 'zstd' },
    });
  });

  test('what it returns owns its memory', () => {
    const source = noise(600);
    const { stream } = chooseAndCompress(source, auto, 8000);
    source.fill(0);
    expect(stream.packed).toEqual(noise(600));
  });
});

describe('isNoise', () => {
  const half = noise(2048);
  test.each([
    ['noise', noise(4096), true],
    ['a KiB of it', noise(1024), true],
    ['too little to tell', noise(500), false],
    ['noise twice', Buffer.concat([half, half]), false],
    ['few values', noise(4096).map((byte) => byte & 127), false],
    ['nothing', new Uint8Array(0), false],
  ])('%s', (_, bytes, expected) => {
    expect(isNoise(bytes)).toBe(expected);
  });
});

describe('packStreams', () => {
  test('packs kernel views and plain arrays alike, and counts', () => {
    const workspace = new Workspace(createTwinKernels());
    const meter = new Meter({ nowMs: () => 0 });
    const bytes = {
      instructions: Uint8Array.of(8, 9, 10),
      lengths: Uint8Array.of(1, 1, 1),
      addresses: Uint8Array.of(),
      differences: new Uint8Array(5000),
      literals: noise(20_000),
    };
    const windows = { differences: workspace.window('differences'), literals: workspace.window('literals') };
    windows.differences.u8(0, 5000).set(bytes.differences);
    windows.literals.u8(0, 20_000).set(bytes.literals);
    const views = {
      ...bytes,
      differences: windows.differences.u8(0, 5000),
      literals: windows.literals.u8(0, 20_000),
    };
    const fromKernel = packStreams(views, auto, workspace, meter);
    expect(fromKernel).toEqual(packStreams(bytes, auto, workspace, meter));
    expect(fromKernel.decisions).toEqual({ literalMillibits: entropyOf(bytes.literals), reason: 'entropy' });
    expect(meter.reading().counts.bytesCompressed).toBe(2 * 25_006);
    for (const name of streamNames) {
      const { codec, packed, rawBytes } = fromKernel.streams[name];
      expect(Uint8Array.from(unpackStream({ codec, packed, rawBytes }))).toEqual(bytes[name]);
    }
  });
});
