/** The index against a plain map: digests that collide in their slots, removals that close gaps, growth. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BlockIndex } from '../../../src/replication/repository/block-index.js';

const width = 16;

/** Few distinct beginnings, so that most digests want the same slots. */
function digestOf(number: number): Uint8Array {
  const digest = new Uint8Array(width);
  digest[0] = (number % 3) * 127;
  new DataView(digest.buffer).setUint32(8, number, true);
  return digest;
}

const placeOf = (number: number) => ({
  pack: number % 7,
  offset: number,
  packedBytes: number + 1,
  rawBytes: number + 2,
  codec: number % 4,
});

test('finds what was set and not removed, at its last place', () => {
  const step = fc.record({ number: fc.nat(300), isRemoval: fc.boolean(), place: fc.nat(1000) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 900, size: 'max' }), (steps) => {
      const index = new BlockIndex(width);
      const model = new Map<number, number>();
      for (const { number, isRemoval, place } of steps) {
        const entry = index.find(digestOf(number), 0);
        expect(entry >= 0).toBe(model.has(number));
        if (!isRemoval) {
          index.set(digestOf(number), 0, placeOf(place));
          model.set(number, place);
        } else if (entry >= 0) {
          index.remove(entry);
          model.delete(number);
        }
      }
      expect(index.count).toBe(model.size);
      for (const [number, place] of model) {
        const entry = index.find(digestOf(number), 0);
        expect(index.digestOf(entry)).toEqual(digestOf(number));
        const { pack, offset, packedBytes, rawBytes, codec } = placeOf(place);
        expect([index.packOf(entry), index.offsetOf(entry), index.packedBytesOf(entry)]).toEqual([
          pack,
          offset,
          packedBytes,
        ]);
        expect([index.rawBytesOf(entry), index.codecOf(entry)]).toEqual([rawBytes, codec]);
      }
      const listed = [...index.byPack().values()].flat();
      expect(listed.length).toBe(model.size);
    }),
    { seed: 7, numRuns: 60 },
  );
});

test('marks and damage belong to an entry, and a new place clears the damage', () => {
  const index = new BlockIndex(width);
  for (let number = 0; number < 200; number++) index.set(digestOf(number), 0, placeOf(number));
  index.clearMarks();
  const entry = index.find(digestOf(5), 0);
  index.mark(entry);
  index.setDamaged(entry, true);
  const marked = Array.from({ length: 200 }, (_, number) => index.find(digestOf(number), 0)).filter((one) =>
    index.isMarked(one),
  );
  expect(marked).toEqual([entry]);
  expect(index.isDamaged(entry)).toBe(true);
  index.set(digestOf(5), 0, placeOf(6));
  expect(index.isDamaged(entry)).toBe(false);
  expect(index.isMarked(entry)).toBe(true);
});
