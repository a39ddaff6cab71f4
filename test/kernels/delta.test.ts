import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deltaKind } from '../../src/kernels/abi.js';
import type { KernelInstance } from '../../src/kernels/abi.js';
import { createWasmKernels } from '../../src/kernels/load.js';
import { createTwinKernels } from '../../src/kernels/twin/index.js';
import { GuardedMemory, implementations, noise, propertySeed } from './guarded.js';

interface Options {
  readonly diagonal?: number;
  readonly tableBits?: number;
  readonly capacity?: number;
  readonly misalignment?: number;
  readonly inContext?: boolean;
}

type DeltaRecord = readonly [kind: number, length: number, baseOffset: number];

/** Encodes, gathers and applies; checks the laws of the records and that the target comes back. Returns the records. */
function roundTrip(
  instance: KernelInstance,
  base: Uint8Array,
  target: Uint8Array,
  options: Options = {},
): DeltaRecord[] {
  const { diagonal = 0, tableBits = 10, capacity = target.length + 1, misalignment = 0 } = options;
  const { functions } = instance;
  const memory = new GuardedMemory(instance);
  const basePointer = memory.put(base, misalignment);
  const targetPointer = memory.put(target, (misalignment * 5) % 16);
  const table = memory.put(noise(4 << tableBits, 99));
  const operations = memory.reserve(capacity * 12);
  const count = functions.deltaEncode(
    basePointer,
    base.length,
    targetPointer,
    target.length,
    diagonal,
    table,
    tableBits,
    operations,
    capacity,
    options.inContext === true ? 48 : 0,
  );
  const words = memory.words(operations, count * 3);
  const records = Array.from(
    { length: count },
    (_, i) => [words[i * 3] ?? -1, words[i * 3 + 1] ?? -1, words[i * 3 + 2] ?? -1] as const,
  );
  expect(count).toBeLessThanOrEqual(capacity);

  const differences = memory.reserve(target.length, 1);
  const literals = memory.reserve(target.length, 2);
  const gathered = functions.deltaGather(
    basePointer,
    targetPointer,
    operations,
    count,
    differences,
    literals,
  );
  const bytesOf = (kind: number): number =>
    records.reduce((sum, record) => sum + (record[0] === kind ? record[1] : 0), 0);
  expect(gathered).toBe(bytesOf(deltaKind.add));
  for (const [kind, length, baseOffset] of records) {
    expect(length).toBeGreaterThan(0);
    if (kind === deltaKind.literal) expect(baseOffset).toBe(0);
    else expect(baseOffset + length).toBeLessThanOrEqual(base.length);
  }
  records.forEach(([kind], i) => {
    if (kind === deltaKind.literal) expect(records[i - 1]?.[0]).not.toBe(deltaKind.literal);
  });

  const out = memory.reserve(target.length, 3);
  const written = functions.deltaApply(
    basePointer,
    base.length,
    operations,
    count,
    differences,
    gathered,
    literals,
    bytesOf(deltaKind.literal),
    out,
    target.length,
  );
  expect(written).toBe(target.length);
  expect(Buffer.compare(memory.bytes(out, target.length), target)).toBe(0);
  memory.expectIntact();
  return records;
}

function literalBytes(records: readonly DeltaRecord[]): number {
  return records.reduce((sum, [kind, length]) => sum + (kind === deltaKind.literal ? length : 0), 0);
}

function insert(bytes: Uint8Array, at: number, inserted: Uint8Array): Uint8Array {
  return new Uint8Array([...bytes.subarray(0, at), ...inserted, ...bytes.subarray(at)]);
}

describe.each(implementations)('$name', ({ create }) => {
  const instance = create();

  it('copies an unchanged target whole, along the given diagonal', () => {
    const base = noise(5000, 1);
    expect(roundTrip(instance, base, base)).toEqual([[deltaKind.copy, 5000, 0]]);
    expect(roundTrip(instance, base, base.subarray(777, 2000), { diagonal: 777 })).toEqual([
      [deltaKind.copy, 1223, 777],
    ]);
  });

  it('needs no records for an empty target and one literal for an empty base', () => {
    expect(roundTrip(instance, noise(100, 1), new Uint8Array(0))).toEqual([]);
    expect(roundTrip(instance, new Uint8Array(0), noise(100, 1))).toEqual([[deltaKind.literal, 100, 0]]);
    expect(roundTrip(instance, noise(3, 1), noise(1, 2))).toEqual([[deltaKind.literal, 1, 0]]);
  });

  it('spends a literal on a changed field and stays on the diagonal', () => {
    const base = noise(3000, 2);
    const target = base.slice();
    target.set(noise(5, 3), 1500);
    expect(roundTrip(instance, base, target, { misalignment: 5 })).toEqual([
      [deltaKind.copy, 1500, 0],
      [deltaKind.literal, 5, 0],
      [deltaKind.copy, 1495, 1505],
    ]);
  });

  it('crosses an overwritten block of any size', () => {
    const base = noise(60_000, 4);
    for (const length of [64, 100, 511, 4096, 30_000]) {
      const target = base.slice();
      target.set(noise(length, 5), 10_000);
      const records = roundTrip(instance, base, target);
      expect(records.map(([kind]) => kind)).toEqual([deltaKind.copy, deltaKind.literal, deltaKind.copy]);
      expect(literalBytes(records)).toBeLessThanOrEqual(length);
    }
  });

  it('finds shifted content after inserts and deletions', () => {
    const base = noise(20_000, 6);
    for (const length of [1, 7, 31, 200, 3000]) {
      const inserted = roundTrip(instance, base, insert(base, 9001, noise(length, 7)), { tableBits: 12 });
      expect(literalBytes(inserted)).toBeLessThanOrEqual(length);
      const deleted = insert(base.subarray(0, 9001), 9001, base.subarray(9001 + length));
      expect(literalBytes(roundTrip(instance, base, deleted, { tableBits: 12 }))).toBe(0);
    }
  });

  it('finds moved content without a hint', () => {
    const base = noise(30_000, 8);
    const target = new Uint8Array([...base.subarray(20_000), ...base.subarray(0, 20_000)]);
    for (const diagonal of [0, -5_000_000, 2 ** 31 - 1, -(2 ** 31)]) {
      expect(roundTrip(instance, base, target, { diagonal, tableBits: 12 })).toEqual([
        [deltaKind.copy, 10_000, 20_000],
        [deltaKind.copy, 20_000, 0],
      ]);
    }
  });

  it('adds where most bytes equal the base', () => {
    const base = noise(4096, 9);
    const target = base.map((byte, i) => (i % 6 === 5 ? byte + 3 : byte));
    const records = roundTrip(instance, base, target);
    expect(records.some(([kind]) => kind === deltaKind.add)).toBe(true);
    expect(records.length).toBeLessThan(10);
    expect(literalBytes(records)).toBeLessThan(32);
  });

  it('leaves to the codec, in context, what mostly equals the base and what is short and lies elsewhere', () => {
    const base = noise(4096, 9);
    const target = base.map((byte, i) => (i % 6 === 5 ? byte + 3 : byte));
    target.set(base.subarray(3000, 3047), 500);
    target.set(base.subarray(2500, 2580), 1000);
    const kinds = roundTrip(instance, base, target, { inContext: true });
    expect(kinds.every(([kind]) => kind !== deltaKind.add)).toBe(true);
    const moved = kinds.filter(([kind, length]) => kind === deltaKind.copy && length > 20);
    expect(moved).toEqual([[deltaKind.copy, 80, 2500]]);
  });

  it('copies what agrees between changes that stand apart, down to four bytes', () => {
    const base = noise(6000, 13);
    const target = base.map((byte, i) => (i % 100 === 50 || i % 100 === 55 ? byte ^ 1 : byte));
    const records = roundTrip(instance, base, target, { misalignment: 3 });
    // All but the last 64 bytes: where less than that is left, only the end itself or 32 agreeing bytes end a gap.
    expect(records.slice(0, 8)).toEqual([
      [deltaKind.copy, 50, 0],
      [deltaKind.literal, 1, 0],
      [deltaKind.copy, 4, 51],
      [deltaKind.literal, 1, 0],
      [deltaKind.copy, 94, 56],
      [deltaKind.literal, 1, 0],
      [deltaKind.copy, 4, 151],
      [deltaKind.literal, 1, 0],
    ]);
    expect(literalBytes(records)).toBeLessThanOrEqual(2 * 60 + 4);
  });

  it('does not copy crumbs along a diagonal that mostly disagrees', () => {
    const base = noise(6000, 14);
    const target = noise(6000, 15).map((byte, i) => (i % 20 < 6 ? (base[i] ?? 0) : byte));
    target.set(base.subarray(0, 100));
    expect(roundTrip(instance, base, target).length).toBeLessThan(4);
  });

  it('prefers shifted equality to approximate equality in place', () => {
    const record = (i: number): number[] => [...new Uint8Array(20), i & 255, i >> 8, ...noise(10, i)];
    const base = new Uint8Array(Array.from({ length: 400 }, (_, i) => record(i)).flat());
    const target = new Uint8Array([...record(900), ...record(901), ...base]);
    const records = roundTrip(instance, base, target, { tableBits: 12 });
    const copied = records.reduce((sum, [kind, length]) => sum + (kind === deltaKind.copy ? length : 0), 0);
    expect(copied).toBeGreaterThan(base.length * 0.95);
  });

  it('leaves a diagonal on which it only stumbles along', () => {
    const record = (i: number): number[] => [...new Uint8Array(75), ...noise(25, i + 1)];
    const base = new Uint8Array(Array.from({ length: 300 }, (_, i) => record(i)).flat());
    const records = roundTrip(instance, base, insert(base, 0, noise(20, 500)), { tableBits: 12 });
    expect(literalBytes(records)).toBeLessThan(1000);
    expect(records.length).toBeLessThan(30);
  });

  it('puts the rest into one literal when records run out', () => {
    const base = noise(10_000, 10);
    const target = base.slice();
    for (let at = 100; at < 10_000; at += 200) target[at] = (target[at] ?? 0) ^ 1;
    const all = roundTrip(instance, base, target);
    expect(all.length).toBeGreaterThan(90);
    for (const capacity of [1, 2, 3, 4, 50]) {
      const records = roundTrip(instance, base, target, { capacity });
      expect(records.length).toBeGreaterThan(capacity - 2);
      expect(records[records.length - 1]?.[0]).toBe(deltaKind.literal);
    }
    expect(roundTrip(instance, base, base, { capacity: 1 })).toHaveLength(1);
  });

  it('adds bytes, also in place', () => {
    for (const length of [0, 1, 15, 16, 17, 100]) {
      const [a, b] = [noise(length, 11), noise(length, 12)];
      const sums = a.map((byte, i) => byte + (b[i] ?? 0));
      const memory = new GuardedMemory(instance);
      const [aPointer, bPointer] = [memory.put(a, 3), memory.put(b, 5)];
      const out = memory.reserve(length, 7);
      instance.functions.addBytes(aPointer, bPointer, length, out);
      expect(memory.bytes(out, length)).toEqual(sums);
      instance.functions.addBytes(aPointer, bPointer, length, aPointer);
      expect(memory.bytes(aPointer, length)).toEqual(sums);
      expect(memory.bytes(bPointer, length)).toEqual(b);
      memory.expectIntact();
    }
  });

  it('copies literals of every length', () => {
    for (let length = 1; length < 300; length++) {
      const memory = new GuardedMemory(instance);
      const bytes = noise(length, length);
      const out = memory.reserve(length, length % 16);
      const written = instance.functions.deltaApply(
        0,
        0,
        memory.putWords([deltaKind.literal, length, 0]),
        1,
        0,
        0,
        memory.put(bytes, (length * 7) % 16),
        length,
        out,
        length,
      );
      expect(written).toBe(length);
      expect(memory.bytes(out, length)).toEqual(bytes);
      memory.expectIntact();
    }
  });
});

/** Edits of a base, as small programs: they cover in-place changes, shifts, moves and approximate copies. */
const edit = fc.oneof(
  fc.record({
    kind: fc.constant('overwrite' as const),
    at: fc.nat(9000),
    length: fc.nat(300),
    seed: fc.nat(99),
  }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: fc.nat(9000),
    length: fc.nat(600),
    seed: fc.nat(99),
  }),
  fc.record({
    kind: fc.constant('remove' as const),
    at: fc.nat(9000),
    length: fc.nat(600),
    seed: fc.nat(99),
  }),
  fc.record({
    kind: fc.constant('move' as const),
    at: fc.nat(9000),
    length: fc.nat(2000),
    seed: fc.nat(9000),
  }),
  fc.record({
    kind: fc.constant('sprinkle' as const),
    at: fc.nat(9000),
    length: fc.nat(3000),
    seed: fc.nat(60),
  }),
);
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

function applyEdit(bytes: Uint8Array, { kind, at, length, seed }: Edit): Uint8Array {
  const piece = bytes.slice(at, at + length);
  switch (kind) {
    case 'overwrite': {
      const changed = bytes.slice();
      changed.set(noise(piece.length, seed), Math.min(at, bytes.length));
      return changed;
    }
    case 'insert':
      return insert(bytes, at, noise(length, seed));
    case 'remove':
      return new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + length)]);
    case 'move':
      return insert(new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + length)]), seed, piece);
    case 'sprinkle':
      return bytes.map((byte, i) => (i >= at && i < at + length && i % (seed + 2) === 0 ? byte + 1 : byte));
  }
}

/** Bases of several textures: random, with zero runs, of repeated records, of few symbols, periodic. */
function textured(kind: number, length: number): Uint8Array {
  const bytes = noise(length, kind);
  switch (kind % 6) {
    case 1:
      return bytes.map((byte, i) => (i % 500 < 300 ? 0 : byte));
    case 2:
      return bytes.map((byte, i) => (i % 40 < 30 ? (i % 40) * 3 : byte));
    case 3:
      return bytes.map((byte) => byte & 1);
    case 4:
      return bytes.map((byte, i) => (i % 100 < 96 ? (i % 100) * 5 : byte));
    case 5:
      return bytes.map((byte, i) => ((i >> 7) % 4 === 0 ? byte : (i * 7) & 127));
    default:
      return bytes;
  }
}

describe('wasm and twin', () => {
  const [wasm, twin] = [createWasmKernels(), createTwinKernels()];

  it('give the same records for arbitrary edits, and the target comes back', () => {
    fc.assert(
      fc.property(
        fc.array(edit, { maxLength: 6 }),
        fc.nat(11),
        fc.nat(9000),
        fc.integer({ min: -2000, max: 2000 }),
        fc.integer({ min: 4, max: 12 }),
        fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
        fc.nat(15),
        fc.boolean(),
        (edits, texture, length, diagonal, tableBits, capacity, misalignment, inContext) => {
          const base = textured(texture, length);
          const target = edits.reduce(applyEdit, base);
          const options = {
            diagonal,
            tableBits,
            misalignment,
            inContext,
            ...(capacity === undefined ? {} : { capacity }),
          };
          const records = roundTrip(wasm, base, target, options);
          expect(records).toEqual(roundTrip(twin, base, target, { ...options, misalignment: 0 }));
        },
      ),
      { seed: propertySeed, numRuns: 400 },
    );
  });

  it('agree on unrelated, periodic and large data', () => {
    const periodic = (length: number, period: number): Uint8Array =>
      Uint8Array.from({ length }, (_, i) => ((i % period) * 37) & 255);
    const cases: [Uint8Array, Uint8Array][] = [
      [noise(100_000, 20), noise(100_000, 21)],
      [periodic(50_000, 24), periodic(50_000, 25)],
      [periodic(30_000, 100), periodic(40_000, 100).map((byte, i) => (i % 30 === 0 ? byte ^ 1 : byte))],
      [new Uint8Array(50_000), new Uint8Array(60_000).map((_, i) => (i % 20 === 0 ? 1 : 0))],
      [textured(2, 400_000), insert(textured(2, 400_000), 123_457, noise(1000, 22))],
    ];
    for (const [base, target] of cases) {
      expect(roundTrip(wasm, base, target, { tableBits: 14 })).toEqual(
        roundTrip(twin, base, target, { tableBits: 14 }),
      );
    }
  });
});
