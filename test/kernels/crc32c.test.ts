/** CRC-32C against the vectors of RFC 3720 (appendix B.4) and, at every kind of length, a table of its own. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GuardedMemory, implementations, noise, propertySeed } from './guarded.js';

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let state = byte;
  for (let bit = 0; bit < 8; bit++) state = (state >>> 1) ^ ((state & 1) === 1 ? 0x82f63b78 : 0);
  return state;
});

function witness(bytes: Uint8Array): number {
  let state = 0xffffffff;
  for (const byte of bytes) state = (state >>> 8) ^ (table[(state ^ byte) & 0xff] ?? 0);
  return ~state >>> 0;
}

function witnessBlocks(data: Uint8Array, lengths: readonly number[]): number[] {
  let start = 0;
  return lengths.map((length) => {
    start += length;
    return witness(data.subarray(start - length, start));
  });
}

function sum(lengths: readonly number[]): number {
  return lengths.reduce((total, length) => total + length, 0);
}

/** An iSCSI read command, as in the appendix. */
const command = Uint8Array.from(
  Buffer.from(
    '01c000000000000000000000000000001400000000000400000000140000001828000000000000000200000000000000',
    'hex',
  ),
);

describe.each(implementations)('$name', ({ create }) => {
  const instance = create();

  /** CRCs of blocks of the given lengths, laid end to end in `data`. */
  function crc32c(data: Uint8Array, lengths: readonly number[], misalignment = 0): number[] {
    const memory = new GuardedMemory(instance);
    const pointer = memory.put(data, misalignment);
    let end = 0;
    const cuts = memory.putWords(lengths.map((length) => (end += length)));
    const out = memory.reserve(lengths.length * 4);
    instance.functions.crc32c(pointer, cuts, lengths.length, out);
    memory.expectIntact();
    expect(Buffer.compare(memory.bytes(pointer, data.length), data)).toBe(0);
    return memory.words(out, lengths.length);
  }

  it('gives the published values', () => {
    expect(crc32c(Buffer.from('123456789'), [9])).toEqual([0xe3069283]);
    expect(crc32c(new Uint8Array(32), [32])).toEqual([0x8a9136aa]);
    expect(crc32c(new Uint8Array(32).fill(0xff), [32])).toEqual([0x62a8ab43]);
    expect(
      crc32c(
        Uint8Array.from({ length: 32 }, (_, i) => i),
        [32],
      ),
    ).toEqual([0x46dd794e]);
    expect(
      crc32c(
        Uint8Array.from({ length: 32 }, (_, i) => 31 - i),
        [32],
      ),
    ).toEqual([0x113fdb5c]);
    expect(crc32c(command, [48])).toEqual([0xd9963a56]);
  });

  it('agrees at every length up to 2,600, all in one call', () => {
    const lengths = Array.from({ length: 2601 }, (_, i) => i);
    const data = noise(sum(lengths), 5);
    expect(crc32c(data, lengths, 3)).toEqual(witnessBlocks(data, lengths));
  });

  it('agrees around the sizes where the algorithm changes its way', () => {
    for (const size of [3344, 4096, 6688, 8192, 10_032, 16_384, 65_536, 209 * 16 * 7]) {
      const lengths = [-17, -16, -15, -1, 0, 1, 15, 16, 17, 32].map((more) => size + more);
      const data = noise(sum(lengths), size);
      expect(crc32c(data, lengths, size % 13)).toEqual(witnessBlocks(data, lengths));
    }
  });

  it('does not depend on what was summed before', () => {
    const data = noise(300_000, 9);
    const lengths = [100_000, 9000, 2000, 10, 0, 2000, 9000, 100_000];
    const blocks = data.subarray(0, sum(lengths));
    expect(crc32c(blocks, lengths)).toEqual(witnessBlocks(data, lengths));
  });

  it('agrees on any blocks at any address', () => {
    const length = fc.oneof(
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: 1200, max: 9000 }),
      fc.integer({ min: 0, max: 60_000 }),
    );
    fc.assert(
      fc.property(fc.array(length, { maxLength: 6 }), fc.nat(63), fc.nat(), (lengths, misalignment, seed) => {
        const data = noise(sum(lengths), seed);
        expect(crc32c(data, lengths, misalignment)).toEqual(witnessBlocks(data, lengths));
      }),
      { seed: propertySeed, numRuns: 60 },
    );
  });

  it('reads nothing past the end of memory', () => {
    const memory = new GuardedMemory(instance);
    const cuts = memory.reserve(4);
    const out = memory.reserve(4);
    memory.reserve(131_072);
    const { buffer } = instance.memory;
    for (const length of [0, 1, 7, 8, 15, 16, 1279, 1280, 1281, 8191, 8192, 8193, 16_384, 16_400]) {
      const data = noise(length, length + 1);
      const pointer = buffer.byteLength - length;
      new Uint8Array(buffer).set(data, pointer);
      new Uint32Array(buffer, cuts, 1)[0] = length;
      instance.functions.crc32c(pointer, cuts, 1, out);
      expect(memory.words(out, 1), `${length} bytes`).toEqual([witness(data)]);
    }
  });

  it('writes nothing for no blocks', () => {
    expect(crc32c(new Uint8Array(), [])).toEqual([]);
  });
});

describe.each([
  ['crc32c-fold.ts', 6],
  ['crc32c-short.ts', 8],
] as const)('the polynomial that %s states', (file, terms) => {
  const source = readFileSync(new URL(`../../assembly/${file}`, import.meta.url), 'utf8');
  const [line = ''] = /^ \* {3}x\^.* \+ 1$/m.exec(source) ?? [];
  const exponents = line
    .replace(/^[ *]+/, '')
    .split(' + ')
    .map((term) => (term === '1' ? 0 : term === 'x' ? 1 : Number(term.slice(2))));

  it(`is a multiple of the generator with ${terms} terms`, () => {
    expect(exponents.length).toBe(terms);
    const remainder = exponents.reduce((total, exponent) => total ^ powerOfX(exponent), 0);
    expect(remainder).toBe(0);
  });
});

/** x^exponent modulo the generator, not reflected. */
function powerOfX(exponent: number): number {
  let power = 1;
  for (let i = 0; i < exponent; i++) power = (power << 1) ^ (power < 0 ? 0x1edc6f41 : 0);
  return power;
}
