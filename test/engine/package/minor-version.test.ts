/** What a reader does with a package of a newer minor version (docs/formats/package-v1.md, "Versions"). */
import { describe, expect, test } from 'vitest';
import { decodeCbor, encodeCbor, type CborMap } from '../../../src/engine/package/cbor.js';
import { asList, forge, rawFrames, unknownFrame, withElement, withField, type RawFrame } from './forge.js';
import { concat, encodeModel, encodePieces, imageModel, readAll } from './samples.js';

const model = imageModel([10, 20, 30]);
const good = encodeModel(model);
const pieces = encodePieces(model);
const frames = rawFrames(model);

describe('a newer minor version', () => {
  const newer = (editFooter: (map: CborMap) => void = () => undefined, list = frames): Uint8Array =>
    forge(model, list, editFooter, 1);
  const later = frames.map((frame, index): RawFrame => {
    const head = decodeCbor(frame.head, 'head');
    return {
      ...frame,
      head: encodeCbor(index === 0 ? withField(head, 'later', 1) : [...asList(head), 'later']),
    };
  });
  const whole = readAll(good).items;
  const types = whole.map((item) => item.type);

  test('is read, and what it adds to maps and rows is skipped', () => {
    const { items, failure } = readAll(newer((map) => map.set('later', 'x'), later));
    expect(failure).toBeUndefined();
    expect(items.slice(0, -1)).toEqual(whole.slice(0, -1));
  });

  test('may hold lower-case frames between header and footer', () => {
    const bytes = newer();
    const packageId = bytes.subarray((pieces[0]?.length ?? 0) - 16, pieces[0]?.length);
    const ends = pieces.slice(0, -1).map((_, index) => concat(pieces.slice(0, index + 1)).length);
    for (const end of ends) {
      const more = concat([bytes.subarray(0, end), unknownFrame('n', packageId), bytes.subarray(end)]);
      const { items, failure } = readAll(more, () => 100);
      expect(failure).toBeUndefined();
      expect(items.map((item) => item.type)).toEqual(types);
      const spoilt = more.slice();
      spoilt[end + 8] = 0;
      expect(readAll(spoilt).failure?.message).toBe('a frame of a newer version is damaged');
      const essential = concat([bytes.subarray(0, end), unknownFrame('N', packageId), bytes.subarray(end)]);
      expect(readAll(essential).failure?.message).toContain('unknown frame type 0x4e');
    }
    const first = concat([bytes.subarray(0, 12), unknownFrame('n', packageId), bytes.subarray(12)]);
    expect(readAll(first).failure?.message).toContain('unknown frame type 0x6e');
  });

  test('has its limits and rules still', () => {
    const wrong = later.map((frame, index) =>
      index === 3
        ? { ...frame, head: encodeCbor(withElement(decodeCbor(frame.head, 'head'), 1, 11)) }
        : frame,
    );
    expect(readAll(newer(undefined, wrong)).failure?.message).toContain('segment 1 begins at 11');
  });
});
