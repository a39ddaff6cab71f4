import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PieceTable, type Edit } from '../../src/workload/content/piece-table.js';
import { cellSource, patchworkSource, zeroSource } from '../../src/workload/content/source.js';

/** Byte i of the stream is i * 7 mod 251, drawn in cells of 13. */
const counting = cellSource(13, (cell, into) => {
  for (let i = 0; i < into.length; i++) into[i] = ((cell * 13 + i) * 7) % 251;
});

function bytesOf(
  fillable: { fill(offset: number, into: Uint8Array): void },
  offset: number,
  length: number,
): number[] {
  const bytes = new Uint8Array(length).fill(0xff);
  fillable.fill(offset, bytes);
  return [...bytes];
}

test('a source gives the same bytes at an offset, however it is read', () => {
  const at = (offset: number) => (offset * 7) % 251;
  const isRight = (offset: number, length: number) => {
    expect(bytesOf(counting, offset, length)).toEqual(Array.from({ length }, (_, i) => at(offset + i)));
  };
  fc.assert(fc.property(fc.nat(10_000), fc.nat(100), isRight), { seed: 1, numRuns: 300 });
});

test('a patchwork takes each stretch from its source, at its own offset', () => {
  const patchwork = patchworkSource(10, (stretch) => (stretch % 2 === 0 ? counting : zeroSource));
  const all = bytesOf(counting, 0, 40).map((byte, i) => (Math.floor(i / 10) % 2 === 0 ? byte : 0));
  expect(bytesOf(patchwork, 0, 40)).toEqual(all);
  expect(bytesOf(patchwork, 7, 20)).toEqual(all.slice(7, 27));
});

test('edits do to a piece table what splices do to an array', () => {
  const step = fc.record({ gap: fc.nat(12), remove: fc.nat(9), insert: fc.nat(9), from: fc.nat(500) });
  const rounds = fc.array(fc.array(step, { maxLength: 6 }), { minLength: 1, maxLength: 4 });
  const agrees = (steps: { gap: number; remove: number; insert: number; from: number }[][]) => {
    let table = new PieceTable([{ source: counting, from: 1000, length: 60 }]);
    let model = bytesOf(counting, 1000, 60);
    for (const round of steps) {
      const edits: Edit[] = [];
      const next: number[] = [];
      let at = 0;
      for (const { gap, remove, insert, from } of round) {
        const start = Math.min(model.length, at + gap);
        const removed = Math.min(remove, model.length - start);
        edits.push({ at: start, remove: removed, insert: { source: counting, from, length: insert } });
        next.push(...model.slice(at, start), ...bytesOf(counting, from, insert));
        at = start + removed;
      }
      next.push(...model.slice(at));
      table = table.edited(edits);
      model = next;
      expect(table.length).toBe(model.length);
      expect(bytesOf(table, 0, table.length)).toEqual(model);
      const middle = Math.floor(model.length / 3);
      expect(bytesOf(table, middle, model.length - middle)).toEqual(model.slice(middle));
    }
  };
  fc.assert(fc.property(rounds, agrees), { seed: 2, numRuns: 300 });
});
