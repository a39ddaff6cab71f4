import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../src/base/codec.js';
import { DataError } from '../../../src/base/errors.js';
import { readOperations } from '../../../src/engine/delta/operation-reader.js';
import { OperationWriter, type Operation } from '../../../src/engine/delta/operations.js';

const start = 5 * 1024 ** 3;
const bounds = { targetAddress: start, targetBytes: 100, baseBytes: 6 * 1024 ** 3 };

function write(operations: readonly Operation[]): { stream: Uint8Array; count: number } {
  const writer = new OperationWriter(start);
  for (const operation of operations) writer.push(operation);
  return { stream: writer.finish(), count: writer.count };
}

function read(stream: Uint8Array, targetBytes = bounds.targetBytes): Operation[] {
  return [...readOperations(stream, { ...bounds, targetBytes })];
}

const anyOperation: fc.Arbitrary<Operation> = fc
  .record({
    kind: fc.constantFrom('literal', 'copy', 'repeat', 'zero', 'add'),
    length: fc.integer({ min: 1, max: 5000 }),
    at: fc.nat(2 ** 31),
  })
  .map(({ kind, length, at }): Operation => {
    if (kind === 'copy' || kind === 'add') return { kind, length, baseAddress: at };
    if (kind === 'repeat') return { kind, length, sourceAddress: at };
    return kind === 'zero' ? { kind, length } : { kind: 'literal', length };
  });

/** Operations byte by byte, so that merged and unmerged lists compare equal. */
function perByte(operations: readonly Operation[]): string[] {
  return operations.flatMap((operation) =>
    Array.from({ length: operation.length }, (_, i) => {
      if (operation.kind === 'copy' || operation.kind === 'add')
        return `${operation.kind} ${operation.baseAddress + i}`;
      return operation.kind === 'repeat' ? `repeat ${operation.sourceAddress + i}` : operation.kind;
    }),
  );
}

describe('operations', () => {
  it('read back as they were written, byte for byte of the target', () => {
    fc.assert(
      fc.property(fc.array(anyOperation, { maxLength: 20 }), (operations) => {
        const total = operations.reduce((sum, operation) => sum + operation.length, 0);
        expect(perByte(read(write(operations).stream, total))).toEqual(perByte(operations));
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('merge neighbours that continue each other, except repeats', () => {
    const { stream, count } = write([
      { kind: 'literal', length: 10 },
      { kind: 'literal', length: 5 },
      { kind: 'copy', length: 20, baseAddress: 1000 },
      { kind: 'copy', length: 5, baseAddress: 1020 },
      { kind: 'copy', length: 10, baseAddress: 1026 },
      { kind: 'repeat', length: 25, sourceAddress: start - 100 },
      { kind: 'repeat', length: 25, sourceAddress: start - 75 },
    ]);
    expect(count).toBe(5);
    expect(read(stream).map((operation) => operation.length)).toEqual([15, 25, 10, 25, 25]);
  });

  it('cost no address along the same diagonal, and a literal between copies at most its length', () => {
    const streamBytes = (literalBytes: number): number =>
      write([
        { kind: 'copy', length: 10, baseAddress: 77 },
        { kind: 'literal', length: literalBytes },
        { kind: 'copy', length: 10, baseAddress: 87 + literalBytes },
      ]).stream.length;
    const one = write([{ kind: 'copy', length: 10, baseAddress: 77 }]).stream.length;
    expect(streamBytes(1) - one).toBe(1);
    expect(streamBytes(2) - one).toBe(2);
    expect(streamBytes(127) - one).toBe(2);
    expect(streamBytes(128) - one).toBe(3);
  });

  it('keep literals apart that no copy along the diagonal follows', () => {
    const operations: Operation[] = [
      { kind: 'literal', length: 3 },
      { kind: 'zero', length: 4 },
      { kind: 'literal', length: 1 },
      { kind: 'add', length: 5, baseAddress: start + 8 },
      { kind: 'literal', length: 2 },
      { kind: 'copy', length: 6, baseAddress: 0 },
      { kind: 'literal', length: 9 },
    ];
    const { stream, count } = write(operations);
    expect(count).toBe(operations.length);
    expect(read(stream, 30)).toEqual(operations);
  });

  const tag = (length: number, kind: number): ByteWriter => new ByteWriter().varint(length * 8 + kind);
  it.each<[string, Uint8Array, RegExp, number?]>([
    ['an onward copy that its byte leaves no room for', tag(100, 6).finish(), /100 bytes where 99 are left/],
    [
      'an onward copy that its literal leaves no room for',
      tag(60, 7).varint(41).finish(),
      /60 bytes where 59/,
    ],
    ['an onward copy after an empty literal', tag(100, 7).varint(0).finish(), /covers 0 bytes/],
    [
      'an onward copy after a literal without length',
      tag(100, 7).finish(),
      /literal length at byte 2 needs 1 bytes/,
    ],
    ['an empty onward copy', tag(0, 6).finish(), /covers 0 bytes/],
    ['an onward copy outside the base', tag(100, 5).finish(), /outside the base/, start + 99],
    ['an empty operation', tag(0, 0).finish(), /covers 0 bytes/],
    ['too many bytes', tag(101, 0).finish(), /101 bytes where 100 are left/],
    ['too few bytes', tag(99, 0).finish(), /1 bytes of its range uncovered/],
    [
      'a copy past the base',
      tag(100, 1)
        .signedVarint(bounds.baseBytes - start - 99)
        .finish(),
      /outside the base/,
    ],
    [
      'a copy before the base',
      tag(100, 1)
        .signedVarint(-start - 1)
        .finish(),
      /outside the base/,
    ],
    ['a repeat of itself', tag(100, 2).varint(99).finish(), /not before it/],
    [
      'a repeat of nothing',
      tag(100, 2)
        .varint(start + 1)
        .finish(),
      /not before it/,
    ],
    ['a cut address', tag(100, 1).finish(), /needs 1 bytes/],
    ['a padded varint', Uint8Array.of(0xa0, 0x86, 0x00), /padded/],
  ])('refuse %s', (_, stream, message, baseBytes = bounds.baseBytes) => {
    const readAll = (): Operation[] => [...readOperations(stream, { ...bounds, baseBytes })];
    expect(readAll).toThrow(DataError);
    expect(readAll).toThrow(message);
  });

  it('fail with nothing but a DataError on arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (stream) => {
        try {
          const total = read(stream).reduce((sum, operation) => sum + operation.length, 0);
          expect(total).toBe(100);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { numRuns: 2000, seed: 2 },
    );
  });
});
