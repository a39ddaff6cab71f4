import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deltaKind } from '../../src/kernels/abi.js';
import type { KernelInstance } from '../../src/kernels/abi.js';
import { createWasmKernels } from '../../src/kernels/load.js';
import { createTwinKernels } from '../../src/kernels/twin/index.js';
import { content } from '../support/pairs.js';
import { collect, halves, triplesOf, type AnchorOptions, type Triple } from './anchors.js';
import { GuardedMemory, implementations, noise, propertySeed } from './guarded.js';

/** Places that the definition in assembly/anchor-filter.ts chooses. */
function chosen(bytes: Uint8Array, spacingBits: number): number[] {
  const word = (at: number): number => (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 256;
  return Array.from({ length: Math.max(0, bytes.length - 31) }, (_, at) => at).filter((at) => {
    const mixed = ((((word(at) + word(at + 16)) % 65_536) ^ word(at + 9)) * 0x9e37) % 65_536;
    return mixed < 32_768 && mixed >= 32_768 - 2 ** (16 - spacingBits);
  });
}

function anchorsOf(
  instance: KernelInstance,
  bytes: Uint8Array,
  options: AnchorOptions & { readonly startLimit?: number } = {},
): Triple[] {
  const memory = new GuardedMemory(instance);
  const { records, count } = collect(
    instance,
    memory,
    memory.put(bytes, options.misalignment),
    bytes.length,
    options,
  );
  memory.expectIntact();
  return triplesOf(memory.words(records, count * 3));
}

interface Part {
  readonly bytes: Uint8Array;
  readonly address: number;
}

/** A table that the parts were inserted into, in their order. */
function tableOf(instance: KernelInstance, parts: readonly Part[], tableBits: number): Uint8Array {
  const memory = new GuardedMemory(instance);
  const length = 9 * 2 ** tableBits;
  const table = memory.put(new Uint8Array(length).fill(255));
  for (const { bytes, address } of parts) {
    const { records, count } = collect(instance, memory, memory.put(bytes), bytes.length);
    instance.functions.anchorInsert(records, count, ...halves(address), table, tableBits);
  }
  memory.expectIntact();
  return memory.bytes(table, length);
}

/** What the table knows of the bytes, as [offset, address]. */
function known(
  instance: KernelInstance,
  table: Uint8Array,
  bytes: Uint8Array,
): (readonly [number, number])[] {
  const memory = new GuardedMemory(instance);
  const { records, count } = collect(instance, memory, memory.put(bytes), bytes.length);
  const out = memory.reserve(count * 12);
  const tableBits = Math.log2(table.length / 9);
  const found = instance.functions.anchorLookup(records, count, memory.put(table), tableBits, out);
  const inPlace = instance.functions.anchorLookup(records, count, memory.put(table), tableBits, records);
  memory.expectIntact();
  expect(memory.words(records, inPlace * 3)).toEqual(memory.words(out, found * 3));
  return triplesOf(memory.words(out, found * 3)).map(([offset, low, high]) => [offset, high * 2 ** 32 + low]);
}

describe.each(implementations)('$name', ({ create }) => {
  const instance = create();

  it('chooses places by their 18 bytes alone', () => {
    for (const length of [0, 1, 31, 32, 33, 63, 64, 95, 96, 1000, 4127, 4128, 10_001]) {
      for (const spacingBits of [4, 6, 9]) {
        const data = noise(length, length);
        const places = anchorsOf(instance, data, { spacingBits, misalignment: length % 16 }).map(
          ([at]) => at,
        );
        expect(places).toEqual(chosen(data, spacingBits));
      }
    }
  });

  it('chooses one position in 2^spacingBits of random bytes', () => {
    for (const spacingBits of [4, 6, 8]) {
      const count = anchorsOf(instance, noise(100_000, 5), { spacingBits }).length;
      expect(Math.abs(count / (100_000 / 2 ** spacingBits) - 1)).toBeLessThan(0.15);
    }
  });

  it('starts anchors below the limit only, so that regions with 31 bytes more have each anchor once', () => {
    const data = noise(9000, 3);
    const whole = anchorsOf(instance, data);
    for (const seam of [0, 1, 31, 32, 4096, 8968, 8969, 9000]) {
      const left = anchorsOf(instance, data.subarray(0, seam + 31), { startLimit: seam });
      const right = anchorsOf(instance, data.subarray(seam));
      expect([...left, ...right.map(([at, low, high]) => [at + seam, low, high])]).toEqual(whole);
    }
  });

  it('thins by the hash, coarser samples inside finer ones, and goes on where the room ended', () => {
    const data = noise(60_000, 4);
    let finer = anchorsOf(instance, data, { spacingBits: 4 });
    for (const sampleBits of [1, 2, 5]) {
      const sampled = anchorsOf(instance, data, { spacingBits: 4, sampleBits });
      expect(sampled).toEqual(finer.filter(([, low]) => low % 2 ** sampleBits === 0));
      expect(sampled.length).toBeGreaterThan(60_000 / 2 ** (4 + sampleBits) / 2);
      finer = sampled;
    }
    const whole = anchorsOf(instance, data);
    const first = anchorsOf(instance, data, { capacity: 100 });
    const after = (first.at(-1)?.[0] ?? 0) + 1;
    const rest = anchorsOf(instance, data.subarray(after));
    expect([...first, ...rest.map(([at, low, high]) => [at + after, low, high])]).toEqual(whole);
    expect(anchorsOf(instance, data, { capacity: 0 })).toEqual([]);
  });

  it('finds anchors at addresses beyond 2^32', () => {
    const bytes = noise(20_000, 6);
    const address = 2 ** 41 + 12_345;
    const table = tableOf(instance, [{ bytes, address }], 14);
    const found = known(instance, table, bytes.subarray(5000));
    expect(found.length).toBeGreaterThan(200);
    for (const [offset, at] of found) expect(at).toBe(address + 5000 + offset);
    expect(known(instance, table, noise(20_000, 7))).toEqual([]);
  });

  it('keeps the lowest address of equal anchors', () => {
    const bytes = noise(3000, 8);
    const parts = [70_000, 2 ** 40, 5].map((address) => ({ bytes, address }));
    for (const [offset, at] of known(instance, tableOf(instance, parts, 12), bytes))
      expect(at).toBe(offset + 5);
  });

  it('has nothing in an empty table', () => {
    expect(known(instance, new Uint8Array(9 * 8).fill(255), noise(5000, 1))).toEqual([]);
  });

  it('fills the same table in any order, and merges by minimum and AND', () => {
    const parts = [10, 11, 12, 13].map((seed) => ({ bytes: noise(6000, seed), address: seed * 6000 }));
    // 376 anchors: a table that holds them, one that is full, one of eight slots.
    for (const tableBits of [11, 6, 3]) {
      const table = tableOf(instance, parts, tableBits);
      expect(tableOf(instance, [...parts].reverse(), tableBits)).toEqual(table);
      const [left, right] = [parts.slice(0, 2), parts.slice(2)].map((some) =>
        tableOf(instance, some, tableBits),
      );
      const merged = left?.slice() ?? new Uint8Array();
      const slots = new BigUint64Array(merged.buffer, 0, 2 ** tableBits);
      const others = new BigUint64Array(right?.buffer ?? new ArrayBuffer(0), 0, 2 ** tableBits);
      slots.forEach((slot, i) => {
        const other = others[i] ?? 0n;
        if (other < slot) slots[i] = other;
      });
      for (let i = slots.byteLength; i < merged.length; i++) merged[i] = (merged[i] ?? 0) & (right?.[i] ?? 0);
      expect(merged).toEqual(table);
    }
  });

  it('keeps an even sample of a base that is too large', () => {
    const bytes = noise(400_000, 9);
    const found = known(instance, tableOf(instance, [{ bytes, address: 0 }], 9), bytes);
    expect(found.length).toBe(512);
    const lower = found.filter(([offset]) => offset < 200_000).length;
    expect(Math.abs(lower - 256)).toBeLessThan(64);
  });
});

describe.each(implementations)('$name: anchors of literals', ({ create }) => {
  const instance = create();

  function ofLiterals(target: Uint8Array, operations: readonly Triple[], capacity: number): Triple[] {
    const memory = new GuardedMemory(instance);
    const out = memory.reserve(capacity * 12);
    const count = instance.functions.deltaAnchors(
      memory.put(target, 3),
      memory.putWords(operations.flat()),
      operations.length,
      48,
      4,
      1,
      out,
      capacity,
    );
    memory.expectIntact();
    return triplesOf(memory.words(out, count * 3));
  }

  it('are those of each long literal by itself, at their offsets in the target', () => {
    const target = noise(4000, 21);
    const { literal, copy, add } = deltaKind;
    const lengths: readonly (readonly [number, number])[] = [
      [literal, 700],
      [copy, 500],
      [literal, 47],
      [add, 253],
      [literal, 48],
      [literal, 2452],
    ];
    const operations = lengths.map(([kind, length]): Triple => [kind, length, 7]);
    const expected: Triple[] = [];
    let at = 0;
    for (const [kind, length] of lengths) {
      if (kind === literal && length >= 48) {
        const part = target.subarray(at, at + length);
        for (const [offset, low, high] of anchorsOf(instance, part, { spacingBits: 4, sampleBits: 1 })) {
          expected.push([at + offset, low, high]);
        }
      }
      at += length;
    }
    expect(expected.length).toBeGreaterThan(60);
    expect(ofLiterals(target, operations, 4000)).toEqual(expected);
    expect(ofLiterals(target, operations, 30)).toEqual(expected.slice(0, 30));
    expect(ofLiterals(target, [], 30)).toEqual([]);
  });
});

describe('wasm and twin', () => {
  it('give the same records and tables', () => {
    const [wasm, twin] = [createWasmKernels(), createTwinKernels()];
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(20_000),
        fc.integer({ min: 4, max: 12 }),
        fc.nat(3),
        fc.integer({ min: 3, max: 10 }),
        (seed, length, spacingBits, sampleBits, tableBits) => {
          const bytes = content(seed, length);
          const options = { spacingBits, sampleBits, misalignment: seed % 16, startLimit: seed % 30_000 };
          expect(anchorsOf(wasm, bytes, options)).toEqual(anchorsOf(twin, bytes, options));
          const parts = [{ bytes, address: seed }];
          expect(tableOf(wasm, parts, tableBits)).toEqual(tableOf(twin, parts, tableBits));
        },
      ),
      { seed: propertySeed, numRuns: 40 },
    );
  });
});
