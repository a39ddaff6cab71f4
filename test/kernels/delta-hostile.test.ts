import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deltaApplyRefused } from '../../src/kernels/abi.js';
import { GuardedMemory, implementations, noise, propertySeed } from './guarded.js';

type DeltaRecord = readonly [kind: number, length: number, baseOffset: number];

describe.each(implementations)('$name', ({ create }) => {
  const instance = create();
  const windows = { base: 100, differences: 50, literals: 40, out: 120 };

  function apply(records: readonly DeltaRecord[]): { written: number; out: Uint8Array } {
    const memory = new GuardedMemory(instance);
    const out = memory.reserve(windows.out);
    const written = instance.functions.deltaApply(
      memory.put(noise(windows.base, 1)),
      windows.base,
      memory.putWords(records.flat()),
      records.length,
      memory.put(noise(windows.differences, 2)),
      windows.differences,
      memory.put(noise(windows.literals, 3)),
      windows.literals,
      out,
      windows.out,
    );
    memory.expectIntact();
    return { written, out: memory.bytes(out, windows.out) };
  }

  it.each<[string, DeltaRecord[]]>([
    ['a copy that starts beyond the base', [[1, 1, 101]]],
    ['a copy that ends beyond the base', [[1, 2, 99]]],
    ['a copy whose end wraps around 2^32', [[1, 64, 0xfffffff0]]],
    ['a copy of 2^32 - 1 bytes', [[1, 0xffffffff, 0]]],
    ['a literal beyond the literals', [[0, 41, 0]]],
    [
      'literals that together run out',
      [
        [0, 20, 0],
        [0, 21, 0],
      ],
    ],
    ['an add beyond the differences', [[2, 51, 0]]],
    [
      'adds that together run out',
      [
        [2, 30, 0],
        [2, 21, 0],
      ],
    ],
    ['an add that ends beyond the base', [[2, 10, 95]]],
    [
      'more output than its window',
      [
        [1, 100, 0],
        [1, 21, 0],
      ],
    ],
    ['an unknown kind', [[3, 1, 0]]],
    ['a kind with high bits', [[0x101, 1, 0]]],
  ])('refuses %s', (_, records) => {
    expect(apply(records).written).toBe(deltaApplyRefused);
  });

  it('accepts records up to the edges, and empty ones', () => {
    expect(
      apply([
        [1, 0, 100],
        [0, 40, 0],
        [2, 50, 50],
        [1, 30, 70],
      ]).written,
    ).toBe(120);
    expect(apply([]).written).toBe(0);
  });

  it('rebuilds exactly, or refuses, records that fill the window, whatever their borders and however they end', () => {
    const wide = { base: 500, differences: 300, literals: 300, out: 400 };
    const [base, differences, literals] = [
      noise(wide.base, 4),
      noise(wide.differences, 5),
      noise(wide.literals, 6),
    ];
    const cut = fc.nat(wide.out);
    const kind = fc.constantFrom(0, 1, 1, 2);
    const part = fc.tuple(cut, kind, fc.nat(wide.base));
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 12 }),
        kind,
        fc.nat(100),
        fc.nat(15),
        (parts, last, offset, shift) => {
          const ends = parts.map(([end]) => end).sort((a, b) => a - b);
          const records = [...ends, wide.out].map((end, i): DeltaRecord => {
            const [, ofKind, baseOffset] = parts[i] ?? [0, last, offset];
            return [ofKind, end - (ends[i - 1] ?? 0), baseOffset];
          });
          const expected: number[] = [];
          let [added, taken] = [0, 0];
          for (const [ofKind, length, from] of records) {
            for (let i = 0; i < length; i++) {
              if (ofKind === 0) expected.push(literals[taken++] ?? NaN);
              else if (ofKind === 1) expected.push(base[from + i] ?? NaN);
              else expected.push(((base[from + i] ?? NaN) + (differences[added++] ?? NaN)) & 0xff);
            }
            if (ofKind !== 0 && from + length > wide.base) expected.push(NaN);
          }
          const isPossible = added <= wide.differences && taken <= wide.literals && !expected.includes(NaN);

          const memory = new GuardedMemory(instance);
          const out = memory.reserve(wide.out, shift);
          const written = instance.functions.deltaApply(
            memory.put(base, (shift * 3) % 16),
            wide.base,
            memory.putWords(records.flat()),
            records.length,
            memory.put(differences),
            wide.differences,
            memory.put(literals),
            wide.literals,
            out,
            wide.out,
          );
          memory.expectIntact();
          expect(written).toBe(isPossible ? wide.out : deltaApplyRefused);
          if (isPossible) expect([...memory.bytes(out, wide.out)]).toEqual(expected);
        },
      ),
      { seed: propertySeed, numRuns: 1000 },
    );
  });

  it('refuses or stays inside, whatever the records', () => {
    const number = fc.oneof(fc.nat(130), fc.integer({ min: 0, max: 0xffffffff }));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(4), number, number), { maxLength: 8 }), (records) => {
        const { written, out } = apply(records);
        if (written === deltaApplyRefused) return;
        expect(written).toBe(records.reduce((sum, [, length]) => sum + length, 0));
        expect(out.subarray(written).every((byte) => byte === 0xa5)).toBe(true);
      }),
      { seed: propertySeed, numRuns: 1000 },
    );
  });
});
