/** Strings <-> UTF-8: the same as TextEncoder and TextDecoder say, short or long, of ASCII or not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8, isAscii, utf8Length, writeUtf8 } from '../../src/base/utf8.js';

const text = fc.oneof(
  fc.string({ maxLength: 100 }),
  fc.string({ unit: 'grapheme', maxLength: 100 }),
  fc.string({ unit: 'binary', maxLength: 100 }),
);

describe('UTF-8', () => {
  it('is written, measured and read as the platform does', () => {
    fc.assert(
      fc.property(text, (value) => {
        const expected = new TextEncoder().encode(value);
        expect(utf8Length(value)).toBe(expected.length);
        const bytes = new Uint8Array(expected.length + 2).fill(0x21);
        expect(writeUtf8(bytes, 1, value)).toBe(expected.length);
        expect(bytes).toEqual(Uint8Array.of(0x21, ...expected, 0x21));
        expect(decodeUtf8(bytes, 1, 1 + expected.length)).toBe(new TextDecoder().decode(expected));
        expect(isAscii(value)).toBe(expected.every((byte) => byte < 0x80));
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('keeps a byte order mark', () => {
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61), 0, 4)).toBe('\ufeffa');
  });

  it.each([
    ['a lone continuation byte', [0x61, 0x80]],
    ['an encoding longer than needed', [0xc0, 0x80]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['an end within a character', [0xe2, 0x82]],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeUtf8(Uint8Array.from(bytes), 0, bytes.length)).toThrow(TypeError);
    const long = Uint8Array.from([...new Array<number>(100).fill(0x61), ...bytes]);
    expect(() => decodeUtf8(long, 0, long.length)).toThrow(TypeError);
  });
});
