import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../../../src/base/codec.js';
import { DataError } from '../../../src/base/errors.js';
import { zstdBoundFactorMax, zstdBoundSlackBytes } from '../../../src/base/limits.js';
import { Random } from '../../../src/base/prng.js';
import {
  compress,
  compressInContext,
  decompress,
  decompressInContext,
  type CodecName,
} from '../../../src/engine/package/codecs.js';
import { checkZstdFrame, packZstdFrame } from '../../../src/engine/package/zstd-frame.js';

const packing = ['lz4', 'deflate', 'zstd'] as const satisfies readonly CodecName[];
const MiB = 2 ** 20;

/** Bytes of `letters` different values: compressible, not trivial. */
function text(length: number, letters: number, seed: number): Uint8Array {
  const random = new Random(seed);
  return Uint8Array.from({ length }, () => random.below(letters));
}

function packed(codec: CodecName, bytes: Uint8Array, level = 3): Uint8Array {
  const result = compress(codec, level, bytes, 'portable');
  if (result === undefined) throw new Error('no packed form');
  return result;
}

/** A zstd frame in our form whose blocks are given as header type, stated size and content. */
function frame(
  rawBytes: number,
  blocks: readonly (readonly [type: number, size: number, content: Uint8Array])[],
): Uint8Array {
  const out = new ByteWriter().u32(0xfd2fb528).u8(0xa0).u32(rawBytes);
  blocks.forEach(([type, size, content], index) => {
    const header = size * 8 + type * 2 + (index === blocks.length - 1 ? 1 : 0);
    out
      .u16(header & 0xffff)
      .u8(header >>> 16)
      .bytes(content);
  });
  return out.finish();
}

describe.each(['stored', ...packing] as const)('%s', (codec) => {
  test('round-trips at every level and both deflate encoders', () => {
    const content = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 2000 }),
      fc
        .tuple(fc.integer({ min: 1, max: 70_000 }), fc.integer({ min: 1, max: 256 }), fc.nat())
        .map(([length, letters, seed]) => text(length, letters, seed)),
    );
    const options = fc.tuple(
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom('portable' as const, 'native' as const),
    );
    fc.assert(
      fc.property(content, options, (bytes, [level, deflate]) => {
        const result = compress(codec, level, bytes, deflate);
        expect(result).toBeDefined();
        expect(Buffer.compare(decompress(codec, result ?? bytes, bytes.length), bytes)).toBe(0);
      }),
      { seed: 3, numRuns: 150 },
    );
  });

  test('gives the same bytes each time', () => {
    const bytes = text(50_000, 20, 4);
    expect(packed(codec, bytes)).toEqual(packed(codec, bytes));
  });

  test('refuses any other size than the one it is told', () => {
    for (const length of [1, 300, 5000, 200_000]) {
      const bytes = text(length, 5, length);
      const result = packed(codec, bytes);
      for (const claimed of [0, 1, length - 1, length + 1, length * 2, 16 * MiB]) {
        if (claimed === length) continue;
        expect(() => decompress(codec, result, claimed)).toThrow(DataError);
      }
    }
  });
});

describe.each(packing)('damaged %s', (codec) => {
  test('never gives anything but the stated size or a DataError', () => {
    const bytes = text(3000, 12, 5);
    const good = packed(codec, bytes);
    const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(damage, fc.nat(good.length), (flips, length) => {
        const bad = good.slice(0, length);
        for (const [at, value] of flips) if (at < bad.length) bad[at] = value;
        try {
          expect(decompress(codec, bad, bytes.length)).toHaveLength(bytes.length);
        } catch (failure) {
          expect(failure).toBeInstanceOf(DataError);
        }
      }),
      { seed: 6, numRuns: 500 },
    );
  });

  test('bytes after the stream are refused', () => {
    const bytes = text(3000, 12, 7);
    const surplus = Buffer.concat([packed(codec, bytes), Uint8Array.of(0)]);
    expect(() => decompress(codec, surplus, bytes.length)).toThrow(DataError);
  });

  test('random bytes are refused', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.integer({ min: 201, max: 100_000 }),
        (bytes, size) => {
          try {
            expect(decompress(codec, bytes, size)).toHaveLength(size);
          } catch (failure) {
            expect(failure).toBeInstanceOf(DataError);
          }
        },
      ),
      { seed: 8, numRuns: 500 },
    );
  });
});

describe('bombs', () => {
  test('deflate stops at the size that is stated', () => {
    const bomb = deflateRawSync(new Uint8Array(64 * MiB));
    expect(bomb.length).toBeLessThan(100_000);
    expect(() => decompress('deflate', bomb, 1000)).toThrow(DataError);
  });

  test('lz4 writes into an output of the stated size', () => {
    const bomb = packed('lz4', new Uint8Array(16 * MiB));
    expect(() => decompress('lz4', bomb, 1000)).toThrow(DataError);
  });

  test('a size that the bytes cannot yield is refused before it is allocated', () => {
    const huge = 2 ** 32 - 1;
    expect(() => decompress('lz4', new Uint8Array(1000), huge)).toThrow('lz4 stream is damaged');
    const small = frame(huge, [[1, 1, Uint8Array.of(0)]]);
    expect(() => decompress('zstd', small, huge)).toThrow('cannot yield');
    expect(() => decompress('deflate', Uint8Array.of(3, 0), huge)).toThrow('deflate stream is damaged');
  });

  test('zstd: a true frame that claims less is refused by its headers', () => {
    const bomb = packed('zstd', new Uint8Array(16 * MiB));
    expect(bomb.length).toBeLessThan(2000);
    expect(() => decompress('zstd', bomb, 1000)).toThrow('states 16777216 bytes instead of 1000');
  });

  test('zstd: RLE blocks beyond the bound are refused before decoding', () => {
    const blocks = Array.from({ length: 4000 }, () => [1, 128 * 1024, Uint8Array.of(0)] as const);
    const bomb = frame(70_000, blocks);
    expect(bomb.length).toBeLessThan(20_000);
    expect(() => decompress('zstd', bomb, 70_000)).toThrow(`could decode to ${4000 * 128 * 1024}`);
  });

  test('zstd: compressed blocks count as 128 KiB each', () => {
    const real = packed('zstd', text(70_000, 4, 9));
    const reader = new ByteReader(real.subarray(9));
    const content = real.subarray(12, 12 + ((reader.u16('low') + reader.u8('high') * 65_536) >>> 3));
    const count = Math.floor((70_000 * zstdBoundFactorMax + zstdBoundSlackBytes) / 70_000);
    const block = [2, content.length, content] as const;
    const within = frame(
      70_000,
      Array.from({ length: count }, () => block),
    );
    expect(() => checkZstdFrame(within, 70_000)).not.toThrow();
    // Within the bound it is decoded, and refused for its size.
    expect(() => decompress('zstd', within, 70_000)).toThrow(DataError);
    const beyond = frame(
      70_000,
      Array.from({ length: count + 1 }, () => block),
    );
    expect(() => checkZstdFrame(beyond, 70_000)).toThrow('more than permitted');
  });
});

describe('the form of a zstd frame', () => {
  test.each([1, 255, 256, 65_791, 65_792, 200_000])('states %i bytes in the shortest field', (length) => {
    const bytes = new Uint8Array(length);
    const result = packed('zstd', bytes);
    expect(result[4]).toBe(length < 256 ? 0x20 : length < 65_792 ? 0x60 : 0xa0);
    expect(decompress('zstd', result, length)).toHaveLength(length);
  });

  const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
  test.each([
    ['a skippable frame', '50 2a 4d 18 00000000', 'no zstd frame'],
    ['a window instead of a size', '28b52ffd 00 58 010000', 'single-segment'],
    ['a checksum', '28b52ffd 24 01 090000 00 00000000', 'single-segment'],
    ['a dictionary id', '28b52ffd 21 07 01 090000 00', 'single-segment'],
    ['a size padded to four bytes', '28b52ffd a0 01000000 090000 00', 'pads the content size'],
    ['a reserved block', '28b52ffd 20 01 0f0000 00', 'reserved type'],
    ['a block above 128 KiB', '28b52ffd 20 01 0b0010 00', 'above 128 KiB'],
    ['a block that is not there', '28b52ffd 20 01 590000 00', 'needs 11 bytes'],
    ['no last block', '28b52ffd 20 01 080000 00', 'needs 2 bytes'],
    ['bytes after the last block', '28b52ffd 20 01 090000 00 00', 'surplus'],
    ['a second frame', '28b52ffd 20 01 090000 00 28b52ffd 20 01 090000 00', 'surplus'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decompress('zstd', hex(bytes), 1)).toThrow(message);
    expect(() => decompress('zstd', hex(bytes), 1)).toThrow(DataError);
  });

  test('a writer gives up a frame that a reader would refuse', () => {
    const window = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58);
    const block = (header: number): Uint8Array =>
      Uint8Array.of(header & 0xff, (header >>> 8) & 0xff, header >>> 16, 0);
    const blocks = Array.from({ length: 65 }, (_, index) =>
      block(128 * 1024 * 8 + 2 + (index === 64 ? 1 : 0)),
    );
    const stream = Uint8Array.from(Buffer.concat([window, ...blocks]));
    expect(packZstdFrame(stream, 65 * 128 * 1024)).toBeDefined();
    expect(packZstdFrame(stream, 1000)).toBeUndefined();
  });
});

describe('zstd-context', () => {
  const context = text(300_001, 200, 21);
  context[0] = 0;
  /** What lay in the context, in pieces and another order, with something new between. */
  const bytes = Uint8Array.from(
    Buffer.concat(
      Array.from({ length: 100 }, (_, i) => [
        context.subarray((i * 7919) % 290_000).subarray(0, 300),
        text(20, 200, i),
      ]).flat(),
    ),
  );

  function inContext(level: number): Uint8Array {
    const result = compressInContext(level, bytes, context);
    if (result === undefined) throw new Error('no packed form');
    return result;
  }

  test('round-trips at every level, and finds what lies in the context', () => {
    for (const level of [3, 9, 15, 19]) {
      const result = inContext(level);
      expect(result.length).toBeLessThan(packed('zstd', bytes, level).length / 4);
      expect(Buffer.compare(decompressInContext(result, bytes.length, context), bytes)).toBe(0);
      expect(inContext(level)).toEqual(result);
    }
  });

  test('never yields more than it states, whatever the context', () => {
    const result = inContext(9);
    for (const other of [
      Uint8Array.of(0),
      context.subarray(1),
      context.subarray(0, 1000),
      text(300_001, 3, 5),
    ]) {
      let raw: Uint8Array | undefined;
      try {
        raw = decompressInContext(result, bytes.length, other);
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
      }
      if (raw !== undefined) {
        expect(raw.length).toBe(bytes.length);
        expect(Buffer.compare(raw, bytes)).not.toBe(0);
      }
    }
  });

  test('refuses any other size, what is cut, and frames that could yield too much', () => {
    const result = inContext(9);
    for (const claimed of [0, bytes.length - 1, bytes.length + 1, 16 * MiB]) {
      expect(() => decompressInContext(result, claimed, context)).toThrow(DataError);
    }
    expect(() => decompressInContext(result.subarray(0, -1), bytes.length, context)).toThrow(DataError);
    const run = [1, 128 * 1024, new Uint8Array(1)] as const;
    const many = Math.ceil((MiB * zstdBoundFactorMax + zstdBoundSlackBytes) / run[1]) + 1;
    const bomb = frame(
      MiB,
      Array.from({ length: many }, () => run),
    );
    expect(() => decompressInContext(bomb, MiB, context)).toThrow('more than permitted');
  });
});
