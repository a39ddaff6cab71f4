/** What the kernels write of operations is, byte for byte, what the plain writer of test/support writes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { homeBytesMin } from '../../src/base/limits.js';
import type { Operation, OperationStreams } from '../../src/engine/delta/operations.js';
import { putKind, type KernelInstance } from '../../src/kernels/abi.js';
import { OperationWriter } from '../support/operation-writer.js';
import { GuardedMemory, implementations, propertySeed } from './guarded.js';

const streamNames = ['instructions', 'lengths', 'addresses'] as const;
const roomy = { instructions: 4000, lengths: 4000, addresses: 4000 };

/** A writer's state and windows in guarded memory, driven as the engine drives it. */
class KernelWriter {
  readonly #instance: KernelInstance;
  readonly #memory: GuardedMemory;
  readonly #state: number;
  readonly #pointers: Readonly<Record<keyof OperationStreams, number>>;

  constructor(instance: KernelInstance, targetAddress: number, room = roomy) {
    this.#instance = instance;
    this.#memory = new GuardedMemory(instance);
    this.#pointers = {
      instructions: this.#memory.reserve(room.instructions, 1),
      lengths: this.#memory.reserve(room.lengths, 3),
      addresses: this.#memory.reserve(room.addresses, 7),
    };
    const next = streamNames.map((name) => this.#pointers[name]);
    const ends = streamNames.map((name) => this.#pointers[name] + room[name]);
    const target = [targetAddress >>> 0, Math.floor(targetAddress / 2 ** 32)];
    this.#state = this.#memory.putWords([...target, ...Array<number>(12).fill(0), ...next, ...ends, 0, 0]);
  }

  put({ kind, length, ...place }: Operation): number {
    const address =
      'baseAddress' in place ? place.baseAddress : 'sourceAddress' in place ? place.sourceAddress : 0;
    const high = Math.floor(address / 2 ** 32);
    return this.#instance.functions.deltaPut(this.#state, putKind[kind], length, address >>> 0, high);
  }

  write(records: readonly number[], parts: readonly number[]): number {
    const operations = this.#memory.putWords(records);
    const places = this.#memory.putWords(parts);
    const { functions } = this.#instance;
    return functions.deltaWrite(this.#state, operations, records.length / 3, places, parts.length / 3);
  }

  finish(): OperationStreams & { readonly count: number; readonly literalBytes: number } {
    expect(this.#instance.functions.deltaPut(this.#state, putKind.end, 0, 0, 0)).toBe(1);
    this.#memory.expectIntact();
    const words = this.#memory.words(this.#state, 22);
    const bytes = (index: 0 | 1 | 2): Uint8Array => {
      const pointer = this.#pointers[streamNames[index]];
      return this.#memory.bytes(pointer, (words[14 + index] ?? 0) - pointer);
    };
    const streams = { instructions: bytes(0), lengths: bytes(1), addresses: bytes(2) };
    return { ...streams, count: words[13] ?? -1, literalBytes: words[20] ?? -1 };
  }

  expectIntact(): void {
    this.#memory.expectIntact();
  }
}

/** What the reference makes of the same. */
function expected(operations: readonly Operation[], targetAddress: number) {
  const writer = new OperationWriter(targetAddress);
  for (const operation of operations) writer.push(operation);
  const literalBytes = operations.reduce(
    (sum, { kind, length }) => sum + (kind === 'literal' ? length : 0),
    0,
  );
  return { ...writer.finish(), count: writer.count, literalBytes: literalBytes % 2 ** 32 };
}

const address = fc.oneof(
  fc.nat(300),
  fc.nat(2 ** 31 - 1),
  fc.integer({ min: 2 ** 52, max: 2 ** 53 - 2 ** 40 }),
);
const length = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  fc.integer({ min: homeBytesMin - 1, max: homeBytesMin }),
);
/** Some continue what precedes them. */
const drafts = fc.array(
  fc.record({
    kind: fc.constantFrom('literal', 'copy', 'repeat', 'zero', 'add'),
    length,
    address,
    continues: fc.boolean(),
  }),
  { maxLength: 40 },
);
const scripts = fc.tuple(drafts, address).map(([list, targetAddress]) => {
  let last = 0;
  let at = targetAddress;
  const operations = list.map((draft): Operation => {
    const baseAddress = draft.continues ? last : draft.address;
    last = baseAddress + draft.length;
    const { kind } = draft;
    const sourceAddress = Math.max(0, Math.min(baseAddress, at - draft.length));
    const from = at;
    at += draft.length;
    if (kind === 'literal' || kind === 'zero') return { kind, length: draft.length };
    if (kind === 'repeat')
      return { kind, length: draft.length, sourceAddress: Math.min(sourceAddress, from) };
    return { kind, length: draft.length, baseAddress };
  });
  return { operations, targetAddress };
});

describe.each(implementations)('deltaPut and deltaWrite ($name)', ({ create }) => {
  const instance = create();

  it('append operations one by one as the reference does, over all addresses', () => {
    fc.assert(
      fc.property(scripts, ({ operations, targetAddress }) => {
        const writer = new KernelWriter(instance, targetAddress);
        for (const operation of operations) expect(writer.put(operation)).toBe(1);
        expect(writer.finish()).toEqual(expected(operations, targetAddress));
      }),
      { seed: propertySeed, numRuns: 300 },
    );
  });

  it('write nothing of nothing', () => {
    const empty = new Uint8Array(0);
    const nothing = { instructions: empty, lengths: empty, addresses: empty, count: 0, literalBytes: 0 };
    expect(new KernelWriter(instance, 5).finish()).toEqual(nothing);
    const writer = new KernelWriter(instance, 5);
    expect(writer.write([], [10, 0, 0])).toBe(0);
    expect(writer.finish()).toEqual(nothing);
  });

  const partSizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 9 });
  const records = fc.array(
    fc.record({ kind: fc.constantFrom('literal', 'copy', 'add'), at: fc.nat(1000), length: fc.nat(200) }),
    { maxLength: 30 },
  );
  it('append records of a window gathered from anywhere, cut at each seam', () => {
    fc.assert(
      fc.property(partSizes, address, records, fc.nat(20), (sizes, first, list, before) => {
        const starts = sizes.map((_, i) => (first + i * 7919 * 2 ** (i * 3)) % (2 ** 53 - 2 ** 20));
        const ends = sizes.map((_, i) => sizes.slice(0, i + 1).reduce((sum, size) => sum + size, 0));
        const windowBytes = ends.at(-1) ?? 0;
        const addresses = sizes.flatMap((size, i) =>
          Array.from({ length: size }, (__, j) => (starts[i] ?? 0) + j),
        );
        const words: number[] = [];
        const operations: Operation[] = before === 0 ? [] : [{ kind: 'zero', length: before }];
        for (const { kind, at, length: wanted } of list) {
          const offset = at % windowBytes;
          const bytes = Math.max(1, Math.min(wanted, windowBytes - offset));
          words.push(putKind[kind], bytes, kind === 'literal' ? 0 : offset);
          if (kind === 'literal') operations.push({ kind, length: bytes });
          else {
            // Byte by byte: the reference merges what lies side by side.
            for (let i = 0; i < bytes; i++) {
              operations.push({ kind, length: 1, baseAddress: addresses[offset + i] ?? -1 });
            }
          }
        }
        const writer = new KernelWriter(instance, 77);
        if (before > 0) writer.put({ kind: 'zero', length: before });
        const parts = ends.flatMap((end, i) => {
          const start = starts[i] ?? 0;
          return [end, start >>> 0, Math.floor(start / 2 ** 32)];
        });
        expect(writer.write(words, parts)).toBe(list.length);
        expect(writer.finish()).toEqual(expected(operations, 77));
      }),
      { seed: propertySeed, numRuns: 300 },
    );
  });

  it.each([
    ['instructions', { ...roomy, instructions: 3 }],
    ['lengths', { ...roomy, lengths: 16 + 2 }],
    ['addresses', { ...roomy, addresses: 8 + 2 }],
    ['everything', { instructions: 0, lengths: 0, addresses: 0 }],
  ])('stop where a window may be too small, and never write past it: %s', (_, room) => {
    // Each copy lies elsewhere, one byte of length and one of address; a record is written when the next but one comes.
    const list = Array.from({ length: 20 }, (__, i) => [1, 5, i % 2 === 0 ? 20 : 10, 0, 3, 0]).flat();
    const writer = new KernelWriter(instance, 0, room);
    const count = writer.write(list, [100, 0, 0]);
    expect(count).toBeLessThan(40);
    expect(count).toBeGreaterThan(0);
    writer.expectIntact();
    const single = new KernelWriter(instance, 0, room);
    let put = 0;
    while (put < 40 && single.put({ kind: 'copy', length: 5, baseAddress: put % 2 === 0 ? 0 : 400 }) === 1)
      put++;
    expect(put).toBeLessThan(40);
    single.expectIntact();
  });
});
