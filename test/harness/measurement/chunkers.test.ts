import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import { foundBytes } from '../../../src/harness/measurement/chunkers/chunked.js';
import {
  drawEdits,
  editActions,
  editBytesMax,
  editCount,
  editedBytes,
  editSizes,
} from '../../../src/harness/measurement/chunkers/edits.js';
import { raceChunkers } from '../../../src/harness/measurement/chunkers/speed.js';
import { noiseSource } from '../../../src/workload/content/binary.js';

const old = Uint8Array.from({ length: 50_000 }, (_, i) => i % 251);

describe('edits', () => {
  it.each(editActions.flatMap((action) => editSizes.map((size) => ({ action, size }))))(
    '$action, $size: as many as asked for, in order, apart, within their maximum',
    ({ action, size }) => {
      fc.assert(
        fc.property(fc.nat(), fc.integer({ min: 1, max: 300 }), (seed, count) => {
          const edits = drawEdits(new Random(seed), old.length, count, action, size, noiseSource(1));
          expect(edits).toHaveLength(count);
          let end = 0;
          for (const { at, remove, insert } of edits) {
            expect(at).toBeGreaterThanOrEqual(end);
            end = at + remove;
            expect(Math.max(remove, insert?.length ?? 0)).toBeLessThanOrEqual(editBytesMax[size]);
            if (action === 'overwrite') expect(insert?.length).toBe(remove);
            if (action === 'insert') expect(remove).toBe(0);
            if (action === 'delete') expect(insert).toBeUndefined();
          }
          expect(end).toBeLessThanOrEqual(old.length);
        }),
        { seed: 7, numRuns: 50 },
      );
    },
  );

  it('are applied: what lies between them is kept, in order', () => {
    const edits = drawEdits(new Random(3), old.length, 20, 'overwrite', 'large', noiseSource(9));
    const fresh = edited(edits, 'overwrite');
    expect(fresh).toHaveLength(old.length);
    let at = 0;
    for (const edit of edits) {
      expect(fresh.subarray(at, edit.at)).toEqual(old.subarray(at, edit.at));
      at = edit.at + edit.remove;
    }
    expect(fresh.subarray(at)).toEqual(old.subarray(at));
    expect(Buffer.compare(fresh, old)).not.toBe(0);
  });

  it('number 200 in 64 MiB and at least one', () => {
    expect([64 << 20, 1 << 20, 16 << 20, 100].map(editCount)).toEqual([200, 3, 50, 1]);
  });

  function edited(edits: ReturnType<typeof drawEdits>, action: string): Uint8Array {
    const bytes = editedBytes(old, edits);
    const added = edits.reduce((sum, { insert }) => sum + (insert?.length ?? 0), 0);
    const removed = edits.reduce((sum, { remove }) => sum + remove, 0);
    expect(bytes.length, action).toBe(old.length + added - removed);
    return bytes;
  }
});

describe('found again', () => {
  it('counts the bytes of chunks that are known, each time they occur', () => {
    const version = { ends: [10, 30, 60, 70], digests: ['a', 'x', 'b', 'a'] };
    expect(foundBytes(new Set(['a', 'b']), version)).toBe(10 + 30 + 10);
    expect(foundBytes(new Set(), version)).toBe(0);
    expect(foundBytes(new Set(['a']), { ends: [], digests: [] })).toBe(0);
  });
});

describe('the race', () => {
  it('gives each racer one sample a round, passes until the round is full, and begins with another one each time', () => {
    const order: string[] = [];
    let nowMs = 0;
    const racer = (name: string, passMs: number) => ({
      name,
      pass: () => {
        order.push(name);
        nowMs += passMs;
      },
    });
    const results = raceChunkers([racer('slow', 10), racer('fast', 4)], {
      rounds: 2,
      roundMs: 8,
      bytes: 1e6,
      clock: { nowMs: () => nowMs },
    });
    expect(order).toEqual(['slow', 'fast', 'fast', 'fast', 'fast', 'slow']);
    expect(results).toEqual([
      { name: 'slow', samples: [0.1, 0.1] },
      { name: 'fast', samples: [0.25, 0.25] },
    ]);
  });
});
