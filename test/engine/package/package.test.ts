import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BugError, DataError, UsageError } from '../../../src/base/errors.js';
import { PackageDecoder } from '../../../src/engine/package/decode.js';
import { PackageEncoder } from '../../../src/engine/package/encode.js';
import { streamNames } from '../../../src/engine/package/model.js';
import { unpackStream } from '../../../src/engine/package/unpack.js';
import { present } from '../../../src/base/errors.js';
import { model as anyModel } from './arbitraries.js';
import { concat, encodeModel, encodePieces, hasherFor, imageModel, readAll, type Model } from './samples.js';

/** The model as a reader gives it, in the order of its segments. */
function itemsOf({ header, structure, segments }: Model): unknown[] {
  return [
    { type: 'header', header },
    { type: 'structure', structure },
    ...segments.map((segment) => ({ type: 'segment', segment })),
  ];
}

describe('packages', () => {
  test('round-trip, whole, byte by byte and in pieces of any size', () => {
    const pieceBytes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(anyModel, pieceBytes, (model, lengths) => {
        const bytes = encodeModel(model);
        const whole = readAll(bytes);
        expect(whole.failure).toBeUndefined();
        expect(whole.items.slice(0, -1)).toEqual(itemsOf(model));
        expect(whole.items.at(-1)).toMatchObject({
          type: 'footer',
          footer: { segmentCount: model.segments.length, signatures: [] },
        });
        expect(readAll(bytes, () => 1)).toEqual(whole);
        let turn = 0;
        expect(readAll(bytes, () => lengths[turn++ % lengths.length] ?? 1)).toEqual(whole);
      }),
      { seed: 21, numRuns: 100 },
    );
  });

  test('the same model gives the same bytes', () => {
    fc.assert(
      fc.property(anyModel, (model) => {
        expect(encodeModel(model)).toEqual(encodeModel(model));
      }),
      { seed: 22, numRuns: 30 },
    );
  });

  test('streams come back as they were', () => {
    fc.assert(
      fc.property(anyModel, (model) => {
        const { items } = readAll(encodeModel(model));
        const segments = items.flatMap((item) => (item.type === 'segment' ? [item.segment] : []));
        segments.forEach((segment, index) => {
          const before = present(model.segments[index], 'segment').streams;
          for (const name of streamNames) {
            const { codec, packed, rawBytes } = segment.streams[name];
            const wanted = unpackStream(before[name]);
            expect(Buffer.compare(unpackStream({ codec, packed, rawBytes }), wanted)).toBe(0);
          }
        });
      }),
      { seed: 23, numRuns: 50 },
    );
  });

  test('segments in any order are read, and give the same root', () => {
    const shuffled = anyModel.chain((model) =>
      fc.tuple(
        fc.constant(model),
        fc.shuffledSubarray([...model.segments], { minLength: model.segments.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([model, segments]) => {
        const ordered = readAll(encodeModel(model));
        const { items, failure } = readAll(encodeModel({ ...model, segments }));
        expect(failure).toBeUndefined();
        expect(items.slice(2, -1)).toEqual(segments.map((segment) => ({ type: 'segment', segment })));
        expect(items.at(-1)).toEqual(ordered.items.at(-1));
      }),
      { seed: 24, numRuns: 60 },
    );
  });

  test('every truncation is named, whatever the pieces, and keeps the items before it', () => {
    const bytes = encodeModel(imageModel([10, 20, 30]));
    const whole = readAll(bytes).items;
    for (let length = 0; length < bytes.length; length++) {
      const short = bytes.subarray(0, length);
      const { items, failure } = readAll(short);
      expect(failure).toBeInstanceOf(DataError);
      expect(failure?.message).toMatch(/^(truncated|not a snapdelta package: it is empty)/);
      expect(items).toEqual(whole.slice(0, items.length));
      expect(readAll(short, () => 1)).toEqual({ items, failure });
    }
  });

  test('bytes after the footer are refused, after the footer was handed over', () => {
    const bytes = encodeModel(imageModel([10]));
    const surplus = concat([bytes, Uint8Array.of(0)]);
    const { items, failure } = readAll(surplus);
    expect(items).toEqual(readAll(bytes).items);
    expect(failure?.message).toBe('bytes follow the footer');
    expect(readAll(surplus, () => 1)).toEqual({ items, failure });
  });
});

describe('the decoder', () => {
  test('tells what it knows as it learns it', () => {
    const model = imageModel([10, 20], 'sha256');
    const encoder = new PackageEncoder(hasherFor('sha256'));
    const pieces = [
      ...encoder.start(model.header, model.structure),
      ...model.segments.map((segment) => encoder.segment(segment)),
      encoder.finish(),
    ];
    const decoder = new PackageDecoder(hasherFor);
    const seen = pieces.map((piece) => {
      decoder.receive(piece);
      return [decoder.packageId !== undefined, decoder.rootMessage !== undefined, decoder.isComplete];
    });
    expect(seen).toEqual([
      [true, false, false],
      [true, false, false],
      [true, false, false],
      [true, false, false],
      [true, true, true],
    ]);
    expect(decoder.packageId).toEqual(encoder.packageId);
    expect(Buffer.from(decoder.rootMessage ?? []).subarray(-32)).toEqual(Buffer.from(encoder.root));
    expect(() => decoder.end()).not.toThrow();
  });

  test('is dead after a violation and repeats it', () => {
    const decoder = new PackageDecoder(hasherFor);
    expect(() => decoder.receive(new Uint8Array(20))).toThrow('not a snapdelta package');
    expect(() => decoder.receive(encodeModel(imageModel([10])))).toThrow('not a snapdelta package');
    expect(() => decoder.end()).toThrow('not a snapdelta package');
    expect(decoder.isComplete).toBe(false);
  });

  test('hands over what came before a violation, and throws at the next call', () => {
    const pieces = encodePieces(imageModel([10, 20, 30]));
    const second = present(pieces[3], 'second segment');
    second[20] = (second[20] ?? 0) ^ 1;
    const decoder = new PackageDecoder(hasherFor);
    expect(decoder.receive(concat(pieces)).map((item) => item.type)).toEqual([
      'header',
      'structure',
      'segment',
    ]);
    expect(() => decoder.receive(new Uint8Array(0))).toThrow('segment 1 is damaged');
    expect(() => decoder.end()).toThrow('segment 1 is damaged');
  });

  test('holds memory for what arrived, not for what is claimed', () => {
    const pieces = encodePieces(imageModel([10]));
    const decoder = new PackageDecoder(hasherFor);
    decoder.receive(concat(pieces.slice(0, 2)));
    const head = new Uint8Array(5);
    head[0] = 0x53;
    new DataView(head.buffer).setUint32(1, 64 * 2 ** 20, true);
    decoder.receive(head);
    expect(decoder.bufferedBytes).toBeLessThan(132_000);
    let sent = 0;
    for (const length of [1, 1000, 10_000, 100_000, 1_000_000]) {
      decoder.receive(new Uint8Array(length));
      sent += length;
      expect(decoder.bufferedBytes).toBeLessThanOrEqual(Math.max(132_000, 2 * sent));
    }
  });
});

describe('the encoder', () => {
  const good = imageModel([10, 20]);
  const encodeWith =
    (change: Partial<Model['header']>): (() => unknown) =>
    () =>
      encodeModel({ ...good, header: { ...good.header, ...change } });

  test.each([
    ['a volume with a newline', { volume: 'a\nb' }, 'control character'],
    ['a volume of 256 bytes', { volume: 'é'.repeat(128) }, '256 bytes'],
    ['a volume with half a character', { volume: 'a\ud800' }, 'not valid Unicode'],
    ['no strategy', { strategy: '' }, 'is empty'],
    ['a fractional parameter', { parameters: { level: 1.5 } }, 'not a whole number'],
    ['a negative version', { versions: { agent: -1 } }, 'not a whole number'],
    ['a fractional time', { timeMicros: 0.5 }, 'not a whole number'],
  ])('refuses %s as wrong use', (_, change, message) => {
    expect(encodeWith(change)).toThrow(UsageError);
    expect(encodeWith(change)).toThrow(message);
  });

  test.each([
    ['a gap', [{ ...present(good.segments[0], 's'), targetBytes: 9 }, present(good.segments[1], 's')]],
    ['a missing segment', [present(good.segments[1], 's')]],
    ['a segment twice', [present(good.segments[0], 's'), present(good.segments[0], 's')]],
    ['a part of the target', [present(good.segments[0], 's')]],
  ])('takes %s for our own bug', (_, segments) => {
    expect(() => encodeModel({ ...good, segments })).toThrow(BugError);
  });

  test('writer names and parameters may be any word, __proto__ included', () => {
    const versions = JSON.parse('{"__proto__": 4, "constructor": 5}') as Record<string, number>;
    const { items, failure } = readAll(encodeModel({ ...good, header: { ...good.header, versions } }));
    expect(failure).toBeUndefined();
    const [first] = items;
    const read = first?.type === 'header' ? first.header.versions : {};
    expect(Object.entries(read).sort()).toEqual([
      ['__proto__', 4],
      ['constructor', 5],
    ]);
  });
});
