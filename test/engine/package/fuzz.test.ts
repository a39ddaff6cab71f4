/**
 * Hostile bytes: whatever comes, the decoder gives items or one DataError, holds no more memory than arrived, and
 * says the same however the bytes are cut.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError } from '../../../src/base/errors.js';
import { PackageDecoder } from '../../../src/engine/package/decode.js';
import { encodeCbor, type CborValue } from '../../../src/engine/package/cbor.js';
import { decodeManifest } from '../../../src/engine/package/manifest-file.js';
import { encodeManifest } from '../../../src/engine/package/manifest-file.js';
import { model as anyModel } from './arbitraries.js';
import { forge, rawFrames } from './forge.js';
import { imageManifest } from './manifest-samples.js';
import { concat, encodeModel, hasherFor, imageModel, readAll } from './samples.js';

/** Reads and judges: nothing but a DataError, memory bounded by what arrived, the same result in two cuts. */
function judge(bytes: Uint8Array, pieceBytes: number): void {
  const decoder = new PackageDecoder(hasherFor);
  let arrived = 0;
  try {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const piece = bytes.subarray(at, at + pieceBytes);
      arrived += piece.length;
      for (const item of decoder.receive(piece))
        expect(item.type).toMatch(/^(header|structure|segment|footer)$/);
      expect(decoder.bufferedBytes).toBeLessThanOrEqual(2 * arrived + 132_000);
    }
    decoder.end();
  } catch (failure) {
    expect(failure).toBeInstanceOf(DataError);
    expect((failure as Error).message).not.toMatch(/[\n\u001b]/);
  }
  expect(readAll(bytes, () => pieceBytes)).toEqual(readAll(bytes));
}

const seeds = [
  imageModel([10, 20, 30]),
  imageModel([1], 'blake3'),
  imageModel([], 'sha256'),
  imageModel([3000]),
].map((model) => encodeModel(model));
const seedPackage = fc.oneof(
  fc.constantFrom(...seeds),
  anyModel.map((model) => encodeModel(model)),
);
const pieceBytes = fc.integer({ min: 1, max: 500 });

describe('the package decoder', () => {
  test('bit flips are found', () => {
    fc.assert(
      fc.property(seedPackage, fc.nat(), fc.nat(7), pieceBytes, (bytes, place, bit, cut) => {
        const bad = bytes.slice();
        const at = place % bad.length;
        bad[at] = (bad[at] ?? 0) ^ (1 << bit);
        judge(bad, cut);
        expect(readAll(bad).failure).toBeInstanceOf(DataError);
      }),
      { seed: 41, numRuns: 200 },
    );
  });

  test('overwritten runs, insertions and deletions are found or harmless', () => {
    fc.assert(
      fc.property(
        seedPackage,
        fc.nat(),
        fc.nat(40),
        fc.uint8Array({ maxLength: 40 }),
        pieceBytes,
        (bytes, place, gone, added, cut) => {
          const at = place % (bytes.length + 1);
          const bad = concat([
            bytes.subarray(0, at),
            added,
            bytes.subarray(Math.min(bytes.length, at + gone)),
          ]);
          judge(bad, cut);
          if (Buffer.compare(bad, bytes) !== 0) expect(readAll(bad).failure).toBeInstanceOf(DataError);
        },
      ),
      { seed: 42, numRuns: 150 },
    );
  });

  test('truncations are found', () => {
    fc.assert(
      fc.property(seedPackage, fc.nat(), pieceBytes, (bytes, place, cut) => {
        const short = bytes.subarray(0, place % bytes.length);
        judge(short, cut);
        expect(readAll(short).failure).toBeInstanceOf(DataError);
      }),
      { seed: 43, numRuns: 200 },
    );
  });

  test('huge lengths cost nothing', () => {
    const lengths = fc.constantFrom(0xffffffff, 0x7fffffff, 0x80000000, 64 * 2 ** 20, 2 ** 20);
    fc.assert(
      fc.property(seedPackage, fc.nat(), lengths, pieceBytes, (bytes, place, length, cut) => {
        const bad = bytes.slice();
        const at = 12 + (place % (bad.length - 15));
        new DataView(bad.buffer).setUint32(at, length, true);
        judge(bad, cut);
        new DataView(bad.buffer).setUint32(at, length, false);
        judge(bad, cut);
      }),
      { seed: 44, numRuns: 200 },
    );
  });

  test('random bytes, with and without the magic', () => {
    const preamble = (seeds[0] ?? new Uint8Array(12)).subarray(0, 12);
    const frameHead = fc
      .tuple(fc.constantFrom(0x48, 0x45, 0x53, 0x46), fc.nat(300))
      .map(([type, length]) => Uint8Array.of(type, length & 255, length >> 8, 0, 0));
    fc.assert(
      fc.property(
        fc.boolean(),
        frameHead,
        fc.uint8Array({ maxLength: 400 }),
        pieceBytes,
        (isMagic, head, noise, cut) => {
          judge(isMagic ? concat([preamble, head, noise]) : noise, cut);
        },
      ),
      { seed: 45, numRuns: 500 },
    );
  });

  test('valid CBOR of a wrong schema behind right digests', () => {
    const { value } = fc.letrec<{ value: CborValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.maxSafeInteger(),
        fc.string({ maxLength: 10 }),
        fc.constantFrom<CborValue>(true, false, null),
        fc.uint8Array({ maxLength: 40 }),
        fc.array(tie('value'), { maxLength: 8 }),
        fc
          .dictionary(fc.constantFrom('volume', 'form', 'base', 'count', 'paths', 'root', 'x'), tie('value'))
          .map((object) => new Map(Object.entries(object))),
      ),
    }));
    const model = imageModel([10, 20]);
    fc.assert(
      fc.property(
        fc.nat(3),
        value,
        fc.uint8Array({ maxLength: 30 }),
        pieceBytes,
        (index, head, tail, cut) => {
          const frames = rawFrames(model).map((frame, place) =>
            place === index
              ? { ...frame, head: encodeCbor(head), tail: index === 0 ? frame.tail : tail }
              : frame,
          );
          const bad = forge(model, frames);
          judge(bad, cut);
          expect(readAll(bad).failure).toBeInstanceOf(DataError);
        },
      ),
      { seed: 46, numRuns: 200 },
    );
  });

  test('a right package with one number or string of a head replaced', () => {
    const model = imageModel([10, 20]);
    const frames = rawFrames(model);
    fc.assert(
      fc.property(fc.nat(3), fc.nat(), fc.nat(255), pieceBytes, (index, place, byte, cut) => {
        const list = frames.map((frame, at) => {
          if (at !== index) return frame;
          const head = frame.head.slice();
          head[place % head.length] = byte;
          return { ...frame, head };
        });
        judge(forge(model, list), cut);
      }),
      { seed: 47, numRuns: 300 },
    );
  });
});

describe('the manifest decoder', () => {
  const good = encodeManifest(imageManifest(600, 256), hasherFor('xxh3-128'));
  const read = (bytes: Uint8Array): void => {
    try {
      decodeManifest(bytes, hasherFor);
    } catch (failure) {
      expect(failure).toBeInstanceOf(DataError);
      throw failure;
    }
  };

  test('bit flips, truncations and other damage are found', () => {
    fc.assert(
      fc.property(
        fc.nat(good.length - 1),
        fc.nat(7),
        fc.nat(30),
        fc.uint8Array({ maxLength: 30 }),
        (at, bit, gone, added) => {
          expect(() => read(good.map((byte, place) => (place === at ? byte ^ (1 << bit) : byte)))).toThrow(
            DataError,
          );
          expect(() => read(good.subarray(0, at))).toThrow(DataError);
          const bad = concat([good.subarray(0, at), added, good.subarray(at + gone)]);
          if (Buffer.compare(bad, good) !== 0) expect(() => read(bad)).toThrow(DataError);
        },
      ),
      { seed: 48, numRuns: 500 },
    );
  });

  test('random bytes behind the magic', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        expect(() => read(concat([good.subarray(0, 12), noise]))).toThrow(DataError);
      }),
      { seed: 49, numRuns: 500 },
    );
  });
});
