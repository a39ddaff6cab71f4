import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../src/base/codec.js';
import { DataError } from '../../../src/base/errors.js';
import { homeBytesMin } from '../../../src/base/limits.js';
import { readOperations } from '../../../src/engine/delta/operation-reader.js';
import { OperationWriter } from '../../../src/engine/delta/operation-writer.js';
import type { Operation, OperationStreams } from '../../../src/engine/delta/operations.js';
import { instructionKind } from '../../../src/kernels/abi.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { Workspace } from '../../../src/kernels/workspace.js';

const workspace = new Workspace(createWasmKernels());
const start = 5 * 1024 ** 3;
const bounds = { targetAddress: start, targetBytes: 100, baseBytes: 6 * 1024 ** 3 };

function write(operations: readonly Operation[]): { streams: OperationStreams; count: number } {
  const writer = OperationWriter.of(workspace, start);
  for (const operation of operations) {
    const { kind, length } = operation;
    if (kind === 'copy' || kind === 'add') writer.put(kind, length, operation.baseAddress);
    else writer.put(kind, length, kind === 'repeat' ? operation.sourceAddress : 0);
  }
  const { instructions, lengths, addresses } = writer.finish();
  const streams = {
    instructions: instructions.slice(),
    lengths: lengths.slice(),
    addresses: addresses.slice(),
  };
  return { streams, count: writer.count };
}

function read(streams: OperationStreams, targetBytes = bounds.targetBytes): Operation[] {
  return [...readOperations(streams, { ...bounds, targetBytes })];
}

/** Bytes of each stream. */
function sizes({ instructions, lengths, addresses }: OperationStreams): number[] {
  return [instructions.length, lengths.length, addresses.length];
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
        expect(perByte(read(write(operations).streams, total))).toEqual(perByte(operations));
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('merge neighbours that continue each other, except repeats', () => {
    const { streams, count } = write([
      { kind: 'literal', length: 10 },
      { kind: 'literal', length: 5 },
      { kind: 'copy', length: 20, baseAddress: 1000 },
      { kind: 'copy', length: 5, baseAddress: 1020 },
      { kind: 'copy', length: 10, baseAddress: 1026 },
      { kind: 'repeat', length: 25, sourceAddress: start - 100 },
      { kind: 'repeat', length: 25, sourceAddress: start - 75 },
    ]);
    expect(count).toBe(5);
    expect(read(streams).map((operation) => operation.length)).toEqual([15, 25, 10, 25, 25]);
  });

  it('cost no address along the same diagonal, and a literal of up to 30 bytes before them nothing', () => {
    const around = (literalBytes: number): number[] =>
      sizes(
        write([
          { kind: 'copy', length: 10, baseAddress: start },
          { kind: 'literal', length: literalBytes },
          { kind: 'copy', length: 10, baseAddress: start + 10 + literalBytes },
        ]).streams,
      );
    expect(around(1)).toEqual([2, 2, 0]);
    expect(around(30)).toEqual([2, 2, 0]);
    expect(around(31)).toEqual([2, 3, 0]);
    expect(around(31 + 127)).toEqual([2, 3, 0]);
    expect(around(31 + 128)).toEqual([2, 4, 0]);
  });

  it('return without an address to the diagonal of the last long copy, 0 at first, and only copies do', () => {
    const away = { length: 10, baseAddress: 77 };
    const addressBytes = (long: number, back: 'copy' | 'add', to: number): number => {
      const { streams } = write([
        { kind: 'copy', length: long, baseAddress: start + 9 },
        { kind: 'copy', ...away },
        { kind: back, length: 5, baseAddress: start + long + 10 + to },
      ]);
      const total = long + 15;
      expect(read(streams, total).at(-1)).toEqual({
        kind: back,
        length: 5,
        baseAddress: start + long + 10 + to,
      });
      return streams.addresses.length;
    };
    // One byte to the displacement of 9, five away from it, five back where no home saves them.
    expect(addressBytes(homeBytesMin, 'copy', 9)).toBe(6);
    expect(addressBytes(homeBytesMin, 'copy', 0)).toBe(11);
    expect(addressBytes(homeBytesMin - 1, 'copy', 9)).toBe(11);
    expect(addressBytes(homeBytesMin - 1, 'copy', 0)).toBe(6);
    expect(addressBytes(homeBytesMin, 'add', 9)).toBe(11);
  });

  it('keep literals apart that nothing follows, and those before operations of every kind', () => {
    const operations: Operation[] = [
      { kind: 'literal', length: 3 },
      { kind: 'zero', length: 4 },
      { kind: 'literal', length: 1 },
      { kind: 'add', length: 5, baseAddress: start + 8 },
      { kind: 'literal', length: 2 },
      { kind: 'add', length: 5, baseAddress: start },
      { kind: 'literal', length: 40 },
      { kind: 'copy', length: 6, baseAddress: 0 },
      { kind: 'repeat', length: 7, sourceAddress: 5 },
      { kind: 'literal', length: 9 },
    ];
    const { streams, count } = write(operations);
    expect(count).toBe(operations.length);
    expect(sizes(streams)[0]).toBe(6);
    expect(read(streams, 82)).toEqual(operations);
  });

  const { copy, copyMoved, add, addMoved, repeat, zero, end } = instructionKind;
  /** Streams of instructions [kind, short literal], lengths and addresses. */
  const spelled = (
    instructions: readonly (readonly [kind: number, literalBytes: number])[],
    lengths: readonly number[] = [],
    addresses: Uint8Array = new Uint8Array(0),
  ): OperationStreams => {
    const lengthBytes = new ByteWriter();
    for (const length of lengths) lengthBytes.varint(length);
    return {
      instructions: Uint8Array.from(instructions, ([kind, literalBytes]) => kind * 32 + literalBytes),
      lengths: lengthBytes.finish(),
      addresses,
    };
  };
  const signed = (value: number): Uint8Array => new ByteWriter().signedVarint(value).finish();
  it.each<[string, OperationStreams, RegExp, number?]>([
    ['a copy that its byte leaves no room for', spelled([[copy, 1]], [100]), /100 bytes where 99 are left/],
    ['a copy that its literal leaves no room for', spelled([[copy, 31]], [10, 60]), /60 bytes where 59/],
    ['a literal without its length', spelled([[copy, 31]]), /literal length at byte 0 needs 1 bytes/],
    ['a literal past every address', spelled([[end, 31]], [2 ** 53 - 1]), /where 100 are left/],
    ['an operation without its length', spelled([[copy, 0]]), /operation length at byte 0 needs 1 bytes/],
    ['an empty instruction', spelled([[end, 0]]), /covers 0 bytes/],
    ['an empty copy', spelled([[copy, 3]], [0]), /covers 0 bytes/],
    ['empty zeros', spelled([[zero, 0]], [0]), /covers 0 bytes/],
    ['a copy outside the base', spelled([[copy, 0]], [100]), /outside the base/, start + 99],
    ['an addition outside the base', spelled([[add, 0]], [100]), /outside the base/, start + 99],
    ['too many bytes', spelled([[zero, 0]], [101]), /101 bytes where 100 are left/],
    ['too few bytes', spelled([[zero, 0]], [99]), /1 bytes of its range uncovered/],
    ['no bytes', spelled([]), /100 bytes of its range uncovered/],
    [
      'a copy past the base',
      spelled([[copyMoved, 0]], [100], signed(bounds.baseBytes - start - 99)),
      /outside the base/,
    ],
    ['a copy before the base', spelled([[copyMoved, 0]], [100], signed(-start - 1)), /outside the base/],
    [
      'displacements that add up beyond every address',
      spelled(
        [
          [copyMoved, 0],
          [addMoved, 0],
        ],
        [1, 1],
        Uint8Array.of(...signed(2 ** 30 - 5), ...signed(2 ** 53 - 1)),
      ),
      /outside the base/,
    ],
    ['a repeat of itself', spelled([[repeat, 0]], [100], Uint8Array.of(99)), /not before it/],
    [
      'a repeat of nothing',
      spelled([[repeat, 0]], [100], new ByteWriter().varint(start + 1).finish()),
      /not before it/,
    ],
    ['a cut address', spelled([[copyMoved, 0]], [100]), /base address at byte 0 needs 1 bytes/],
    ['a cut distance', spelled([[repeat, 0]], [100]), /repeat distance at byte 0 needs 1 bytes/],
    [
      'a padded varint',
      { ...spelled([[zero, 0]]), lengths: Uint8Array.of(0xe4, 0x00) },
      /operation length at byte 2 has a padded varint/,
    ],
    ['lengths to spare', spelled([[zero, 0]], [100, 1]), /stream of lengths at byte 1 has 1 surplus bytes/],
    [
      'addresses to spare',
      spelled([[zero, 0]], [100], Uint8Array.of(7)),
      /stream of addresses at byte 0 has 1 surplus bytes/,
    ],
    [
      'instructions to spare',
      spelled(
        [
          [zero, 0],
          [copy, 0],
        ],
        [100, 1],
      ),
      /1 bytes where 0 are left/,
    ],
  ])('refuse %s', (_, streams, message, baseBytes = bounds.baseBytes) => {
    const readAll = (): Operation[] => [...readOperations(streams, { ...bounds, baseBytes })];
    expect(readAll).toThrow(DataError);
    expect(readAll).toThrow(message);
  });

  const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
  const anyStreams = fc.record({ instructions: bytes(9), lengths: bytes(20), addresses: bytes(20) });
  it('fail with nothing but a DataError on arbitrary bytes', () => {
    fc.assert(
      fc.property(anyStreams, (streams) => {
        try {
          const total = read(streams).reduce((sum, operation) => sum + operation.length, 0);
          expect(total).toBe(100);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { numRuns: 2000, seed: 2 },
    );
  });
});
