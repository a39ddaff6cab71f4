import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../../src/base/codec.js';
import { BugError, DataError } from '../../src/base/errors.js';

const most = Number.MAX_SAFE_INTEGER;
const hex = (text: string): ByteReader => new ByteReader(Uint8Array.from(Buffer.from(text, 'hex')));

describe('integers', () => {
  test('varints of both kinds round-trip over all exact integers', () => {
    const edges = fc.constantFrom(0, 63, 64, 127, 128, 2 ** 32, 2 ** 52 - 1, 2 ** 52, most - 1, most);
    const signed = fc.oneof(
      fc.maxSafeInteger(),
      edges,
      edges.map((value) => -value),
    );
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeNat(), edges), signed, (value, either) => {
        const reader = new ByteReader(new ByteWriter(1).varint(value).signedVarint(either).finish());
        expect(reader.varint('value')).toBe(value);
        expect(reader.signedVarint('either')).toBe(either === 0 ? 0 : either);
        reader.end('all');
      }),
      { seed: 61, numRuns: 1000 },
    );
  });

  test.each([
    [0, '00'],
    [-1, '01'],
    [1, '02'],
    [63, '7e'],
    [-64, '7f'],
    [64, '8001'],
    [-65, '8101'],
    [most, 'feffffffffffff1f'],
    [-most, 'fdffffffffffff1f'],
  ])('zigzag of %i', (value, bytes) => {
    expect(Buffer.from(new ByteWriter().signedVarint(value).finish()).toString('hex')).toBe(bytes);
    expect(hex(bytes).signedVarint('value')).toBe(value);
  });

  test.each([
    ['8000', 'padded'],
    ['818000', 'padded'],
    ['80', 'needs 1 bytes'],
    ['ffffffffffffff1f', 'beyond 2^53'],
    ['feffffffffffff20', 'beyond 2^53'],
    ['ffffffffffffffffff01', 'above 2^53'],
  ])('%s is no signed varint', (bytes, message) => {
    expect(() => hex(bytes).signedVarint('value')).toThrow(DataError);
    expect(() => hex(bytes).signedVarint('value')).toThrow(message);
  });

  test.each([
    ['8000', 'padded'],
    ['ff', 'needs 1 bytes'],
    ['8080808080808010', 'above 2^53'],
    ['ffffffffffffffff7f', 'above 2^53'],
  ])('%s is no varint', (bytes, message) => {
    expect(() => hex(bytes).varint('value')).toThrow(message);
  });

  test('what is no exact integer is our own bug', () => {
    for (const value of [0.5, 2 ** 53, -(2 ** 53), NaN]) {
      expect(() => new ByteWriter().signedVarint(value)).toThrow(BugError);
      expect(() => new ByteWriter().varint(value)).toThrow(BugError);
    }
  });
});

test('a reader never leaves its bytes', () => {
  expect(() => hex('0102').u32('field')).toThrow('field at byte 0 needs 4 bytes, only 2 are left');
  expect(() => hex('0102').bytes(2 ** 40, 'field')).toThrow(DataError);
  expect(() => hex('0102').bytes(NaN, 'field')).toThrow(DataError);
  expect(() => hex('0102').end('field')).toThrow('field at byte 0 has 2 surplus bytes');
});
