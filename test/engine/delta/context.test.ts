/** The context of literals: the ranges that docs/formats/package-v1.md ("Context") states, by hand and for arbitrary operations. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextBytesMax, contextGapBytes } from '../../../src/base/limits.js';
import { Random } from '../../../src/base/prng.js';
import { contextRanges, readContext } from '../../../src/engine/delta/context.js';
import { OperationReader } from '../../../src/engine/delta/operation-reader.js';
import type { Operation } from '../../../src/engine/delta/operations.js';
import { Layout } from '../../../src/engine/snapshot/layout.js';
import type { ContentReader } from '../../../src/engine/snapshot/snapshot.js';
import { memorySnapshot } from '../../../src/engine/snapshot/memory.js';
import { OperationWriter } from '../../support/operation-writer.js';

const targetAddress = 1000;

function rangesOf(operations: readonly Operation[], ...fileBytes: readonly number[]): [number, number][] {
  const writer = new OperationWriter(targetAddress);
  let targetBytes = 0;
  for (const operation of operations) {
    writer.push(operation);
    targetBytes += operation.length;
  }
  const layout = new Layout(fileBytes.map((sizeBytes) => ({ sizeBytes })));
  const bounds = { targetAddress, targetBytes, baseBytes: layout.totalBytes };
  const { starts, ends } = contextRanges(new OperationReader(writer.finish(), bounds), targetAddress, layout);
  return starts.map((start, i) => [start, ends[i] ?? NaN]);
}

const literal = (length: number): Operation => ({ kind: 'literal', length });
const copy = (length: number, baseAddress: number): Operation => ({ kind: 'copy', length, baseAddress });

describe('context ranges', () => {
  it('lie opposite the literal by the diagonal before it and by the one behind it', () => {
    // The first literal is at 1100; before it the base is 4000 bytes ahead, behind it 8000. The second joins that range.
    const operations = [copy(100, 5000), literal(50), copy(100, 9150), literal(20)];
    expect(rangesOf(operations, 20_000)).toEqual([
      [5100, 5150],
      [9100, 9270],
    ]);
  });

  it('are one where they are at most a gap apart', () => {
    const apart = (gap: number): Operation[] => [literal(10), copy(gap, targetAddress + 10), literal(10)];
    expect(rangesOf(apart(contextGapBytes), 9000)).toEqual([[1000, 1020 + contextGapBytes]]);
    expect(rangesOf(apart(contextGapBytes + 1), 9000)).toHaveLength(2);
  });

  it('know no diagonal behind a literal that something else follows', () => {
    const operations: Operation[] = [literal(10), { kind: 'zero', length: 5 }, copy(10, 6000), literal(3)];
    expect(rangesOf(operations, 9000)).toEqual([
      [1000, 1010],
      [6010, 6013],
    ]);
  });

  it('move into the file that lies there, and take the whole of a shorter one', () => {
    expect(rangesOf([literal(600)], 1100)).toEqual([[500, 1100]]);
    expect(rangesOf([literal(600)], 900)).toEqual([[300, 900]]);
    expect(rangesOf([literal(600)], 990, 100, 5000)).toEqual([[990, 1090]]);
    expect(rangesOf([copy(10, 0), literal(30)], 10, 0, 5000)).toEqual([[10, 40]]);
    expect(rangesOf([literal(600)], 0)).toEqual([]);
  });

  it('end with their limit', () => {
    const most = contextBytesMax;
    expect(rangesOf([literal(most + 5)], most * 4)).toEqual([[1000, 1000 + most]]);
    const far = [literal(most - 10), copy(300, 3 * most), literal(30), copy(9, 0), literal(4)];
    const [first, second, ...rest] = rangesOf(far, most * 4);
    expect(first).toEqual([1000, 1000 + most - 10]);
    expect((second?.[1] ?? 0) - (second?.[0] ?? 0)).toBe(10);
    expect(rest).toEqual([]);
  });

  it('stay inside the base and apart from their limit, whatever the operations', () => {
    const operation = fc
      .record({
        kind: fc.constantFrom('literal' as const, 'copy' as const, 'add' as const, 'zero' as const),
        length: fc.integer({ min: 1, max: 700 }),
        at: fc.nat(3000),
      })
      .map(({ kind, length, at }): Operation =>
        kind === 'copy' || kind === 'add' ? { kind, length, baseAddress: at } : { kind, length },
      );
    const files = fc.array(fc.nat(2000), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 30 }), files, (operations, sizes) => {
        const total = 3700 + sizes.reduce((sum, size) => sum + size, 0);
        for (const [start, end] of rangesOf(operations, ...sizes, 3700)) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(total);
        }
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});

describe('a context', () => {
  it('is a zero byte and the ranges end to end', () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
    const reader = memorySnapshot('image', [{ path: '', bytes }]).openReader();
    const context = readContext({ starts: [7, 90], ends: [9, 93] }, reader);
    expect([...context]).toEqual([0, 7, 8, 90, 91, 92]);
    expect([...readContext({ starts: [], ends: [] }, reader)]).toEqual([0]);
  });

  it('takes a read for what lies closely together, and one for what lies before it or far behind', () => {
    const bytes = new Uint8Array(1_000_000);
    new Random(3).fill(bytes);
    const reads: number[] = [];
    const inner = memorySnapshot('image', [{ path: '', bytes }]).openReader();
    const reader: ContentReader = {
      read: (address, into) => {
        reads.push(address, into.length);
        inner.read(address, into);
      },
      close: () => undefined,
    };
    const starts = [1000, 9000, 9500, 400, 500_000, 517_500, 534_000, 600_000, 616_000, 632_000];
    const lengths = [100, 1000, 100, 50, 1000, 100, 300_000, 10, 10, 10];
    const ends = starts.map((start, i) => start + (lengths[i] ?? 0));
    const expected = starts.flatMap((start, i) => [...bytes.subarray(start, ends[i])]);
    expect([...readContext({ starts, ends }, reader)].slice(1)).toEqual(expected);
    const runs = [
      [1000, 9000],
      [400, 50],
      [500_000, 1000],
      [517_500, 100],
      [534_000, 300_000],
      [600_000, 32_010],
    ];
    expect(reads).toEqual(runs.flat());
  });
});
