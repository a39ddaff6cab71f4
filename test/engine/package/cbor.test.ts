import { isDeepStrictEqual } from 'node:util';
import { decode, encode, rfc8949EncodeOptions } from 'cborg';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError } from '../../../src/base/errors.js';
import { cborDepthMax, cborItemsMax } from '../../../src/base/limits.js';
import { decodeCbor, encodeCbor, itemLength, type CborValue } from '../../../src/engine/package/cbor.js';

const { value: anyValue } = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.maxSafeInteger(),
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 6 }),
    fc
      .dictionary(fc.string({ unit: 'grapheme' }), tie('value'), { maxKeys: 6 })
      .map((object) => new Map(Object.entries(object))),
  ),
}));

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

describe('canonical CBOR', () => {
  test('round-trips every value of our subset', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const bytes = encodeCbor(value);
        expect(decodeCbor(bytes, 'item')).toEqual(value);
        expect(itemLength(Buffer.concat([bytes, Uint8Array.of(1, 2)]), 'item')).toBe(bytes.length);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test('gives the bytes and the values of another implementation', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const bytes = Uint8Array.from(encode(value, rfc8949EncodeOptions));
        expect(encodeCbor(value)).toEqual(bytes);
        expect(decodeCbor(bytes, 'item')).toEqual(decode(bytes, { useMaps: true }));
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  test.each([0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1])(
    'writes %i, its negative, and strings of that length as another implementation does',
    (border) => {
      const values: CborValue[] = [border, -1 - border].filter(Number.isSafeInteger);
      if (border <= 65_536) {
        const key = 'k'.repeat(border);
        const item = new Map<string, CborValue>([
          [`${key}é`, 1],
          [key, 2],
        ]);
        values.push(new Uint8Array(border), 'a'.repeat(border), 'é'.repeat(border / 2), item);
      }
      for (const value of values) {
        const bytes = encodeCbor(value);
        expect(Buffer.compare(bytes, encode(value, rfc8949EncodeOptions))).toBe(0);
        expect(isDeepStrictEqual(decodeCbor(bytes, 'item'), value)).toBe(true);
      }
    },
  );

  test('gives byte strings that do not share the memory of what was decoded', () => {
    const bytes = Buffer.from('8242beef00', 'hex');
    const [first] = decodeCbor(bytes, 'item') as Uint8Array[];
    bytes.fill(0);
    expect(first).toEqual(Uint8Array.of(0xbe, 0xef));
  });

  test('sorts keys by their encoded bytes, in whatever order they came', () => {
    const wanted = 'a3 61 62 01 62 6161 02 63 616161 03';
    expect(encodeCbor({ aaa: 3, b: 1, aa: 2 })).toEqual(hex(wanted));
  });

  test.each([
    ['an integer in more bytes than needed', '18 17', 'is not canonical CBOR'],
    ['a length in more bytes than needed', '58 01 ff', 'is not canonical CBOR'],
    ['an indefinite array', '9f 01 ff', 'indefinite length'],
    ['an indefinite string', '5f 41 00 ff', 'indefinite length'],
    ['a break alone', 'ff', 'holds a value that is no'],
    ['keys out of order', 'a2 62 6161 02 61 62 01', 'is not canonical CBOR'],
    ['a key twice', 'a2 61 61 01 61 61 02', 'is not canonical CBOR'],
    ['a key that is a number', 'a1 01 02', 'map key that is not text'],
    ['a second key that is bytes', 'a2 61 61 01 41 62 02', 'map key that is not text'],
    ['a key that is a list', 'a1 80 02', 'map key that is not text'],
    ['a tag', 'c1 01', 'holds a tag'],
    ['a big number', 'c2 41 01', 'holds a tag'],
    ['a float', 'f9 3c00', 'holds a value that is no'],
    ['a double', 'fb 3ff0000000000000', 'holds a value that is no'],
    ['undefined', 'f7', 'holds a value that is no'],
    ['a simple value', 'f8 ff', 'holds a value that is no'],
    ['2^53', '1b 0020000000000000', 'beyond 2^53'],
    ['-2^53', '3b 001fffffffffffff', 'beyond 2^53'],
    ['a 64-bit length', '5b ffffffffffffffff', 'beyond 2^53'],
    ['a string longer than its bytes', '42 00', 'is truncated'],
    ['a long string that is not there', '5a ffffffff 00', 'is truncated'],
    ['an array longer than its bytes', '82 01', 'is truncated'],
    ['a huge array', '9a ffffffff', 'is truncated'],
    ['a huge map', 'ba ffffffff 60', 'is truncated'],
    ['a number cut short', '19 01', 'is truncated'],
    ['nothing', '', 'is truncated'],
    ['a second item', '01 02', 'surplus'],
    ['text that is not UTF-8', '62 c328', 'is not canonical CBOR'],
    ['text with a lone surrogate', '63 eda080', 'is not canonical CBOR'],
    ['a reserved head', '1c', 'indefinite length'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decodeCbor(hex(bytes), 'the item')).toThrow(DataError);
    expect(() => decodeCbor(hex(bytes), 'the item')).toThrow(message);
    expect(() => decodeCbor(hex(bytes), 'the item')).toThrow(/^the item/);
  });

  test('nests to the limit and no deeper', () => {
    const nested = (depth: number): Uint8Array => new Uint8Array(depth + 1).fill(0x81, 0, depth);
    expect(() => decodeCbor(nested(cborDepthMax), 'item')).not.toThrow();
    expect(() => decodeCbor(nested(cborDepthMax + 1), 'item')).toThrow('nested deeper');
    expect(() => decodeCbor(nested(10_000_000), 'item')).toThrow('nested deeper');
  });

  test('holds as many items as the limit and no more', () => {
    const list = (count: number): Uint8Array => encodeCbor(Array.from({ length: count }, () => 0));
    expect(() => decodeCbor(list(cborItemsMax - 1), 'item')).not.toThrow();
    expect(() => decodeCbor(list(cborItemsMax), 'item')).toThrow('more than');
  });

  test('a map may be a value below another map', () => {
    const value = new Map<string, CborValue>([
      ['a', new Map<string, CborValue>([['b', []]])],
      ['c', 1],
    ]);
    expect(decodeCbor(encodeCbor(value), 'item')).toEqual(value);
  });

  test('random bytes never give anything but a value or a DataError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          expect(encodeCbor(decodeCbor(bytes, 'item'))).toEqual(bytes);
        } catch (failure) {
          expect(failure).toBeInstanceOf(DataError);
        }
      }),
      { seed: 2, numRuns: 3000 },
    );
  });
});
