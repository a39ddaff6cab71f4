/** The hash kernels against published vectors and, as a second witness at every kind of length, hash-wasm. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { createBLAKE3, createXXHash128 } from 'hash-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { GuardedMemory, implementations, noise, propertySeed } from './guarded.js';

type HashName = 'xxh3' | 'blake3';
const hashNames = ['xxh3', 'blake3'] as const;
const digestBytes = { xxh3: 16, blake3: 32 } as const;

const witnesses = new Map<HashName, (bytes: Uint8Array) => string>();

beforeAll(async () => {
  const xxh3 = await createXXHash128(0, 0);
  const blake3 = await createBLAKE3();
  witnesses.set('xxh3', (bytes) => xxh3.init().update(bytes).digest('hex'));
  witnesses.set('blake3', (bytes) => blake3.init().update(bytes).digest('hex'));
});

function witness(name: HashName, bytes: Uint8Array): string {
  return witnesses.get(name)?.(bytes) ?? 'no witness';
}

/** What the witness says of blocks of the given lengths, laid end to end. */
function witnessBlocks(name: HashName, data: Uint8Array, lengths: readonly number[]): string[] {
  let start = 0;
  return lengths.map((length) => {
    start += length;
    return witness(name, data.subarray(start - length, start));
  });
}

function ascending(lengths: readonly number[]): number[] {
  let end = 0;
  return lengths.map((length) => (end += length));
}

function sum(lengths: readonly number[]): number {
  return lengths.reduce((total, length) => total + length, 0);
}

/** Sizes just below, at and just above the places where an algorithm changes its way. */
const borders = [1024, 2048, 3072, 4096, 5120, 8192, 16_384, 65_536, 131_072, 262_144].flatMap((size) =>
  [-1025, -65, -64, -63, -1, 0, 1, 63, 64, 65, 1023]
    .map((offset) => size + offset)
    .filter((size) => size >= 0),
);

const vectors = JSON.parse(readFileSync(new URL('../vectors/blake3.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly (readonly [length: number, digest: string])[];
};

describe.each(implementations)('$name', ({ create }) => {
  const instance = create();

  /** Digests of blocks of the given lengths, laid end to end in `data`. */
  function hash(
    name: HashName,
    data: Uint8Array,
    lengths: readonly number[],
    misalignment = 0,
    outMisalignment = 0,
  ): string[] {
    const memory = new GuardedMemory(instance);
    const bytes = digestBytes[name];
    const pointer = memory.put(data, misalignment);
    const cuts = memory.putWords(ascending(lengths));
    const out = memory.reserve(lengths.length * bytes, outMisalignment);
    instance.functions[name](pointer, cuts, lengths.length, out);
    memory.expectIntact();
    expect(Buffer.compare(memory.bytes(pointer, data.length), data)).toBe(0);
    return lengths.map((_, i) => Buffer.from(memory.bytes(out + i * bytes, bytes)).toString('hex'));
  }

  it('gives the official BLAKE3 digests', () => {
    expect(vectors.cases.length).toBe(35);
    for (const [length, digest] of vectors.cases) {
      const input = Uint8Array.from({ length }, (_, i) => i % 251);
      expect(hash('blake3', input, [length]), `${length} bytes`).toEqual([digest]);
    }
  });

  it('gives the digests of xxhsum -H2', () => {
    const digests = [0, 3, 8, 16, 128, 240, 241, 4096].map(
      (length) =>
        hash(
          'xxh3',
          Uint8Array.from({ length }, (_, i) => i % 251),
          [length],
        )[0],
    );
    expect(digests).toEqual([
      '99aa06d3014798d86001c324468d497f',
      'e3b55f57945a17cf5f4299fc161c9cbb',
      'e1e4432a62217fe4cfd50c61c8bb98c1',
      '72950631827607e2842812cc870dcae2',
      '14792fc3af88dc6c05321a0b64d67b41',
      '65b5be86da5540e7c92b68e16f83bbb6',
      '1da1cb61bcb8a2a102e8cd95421c6d02',
      'e12cd72144990fe57135ffa504f1bc71',
    ]);
  });

  describe.each(hashNames)('%s', (name) => {
    it('agrees with hash-wasm at every length up to 1100, all in one call', () => {
      const lengths = Array.from({ length: 1101 }, (_, i) => i);
      const data = noise(sum(lengths), 7);
      expect(hash(name, data, lengths)).toEqual(witnessBlocks(name, data, lengths));
    });

    it('agrees with hash-wasm around the borders, one block a call', () => {
      for (const length of borders) {
        const data = noise(length, length);
        expect(hash(name, data, [length], length % 16), `${length} bytes`).toEqual([witness(name, data)]);
      }
    });

    it('agrees with hash-wasm at megabytes between small blocks', () => {
      const lengths = [5000, 1_048_576, 1, 1_048_577, 0, 65_536];
      const data = noise(sum(lengths), 11);
      expect(hash(name, data, lengths)).toEqual(witnessBlocks(name, data, lengths));
    });

    it('hashes equal blocks of the usual sizes, whatever their number', () => {
      const data = noise(9 * 65_536, 3);
      for (const blockBytes of [64, 128, 256, 512, 960, 1024, 4096, 16_384, 65_536]) {
        for (const count of [1, 2, 3, 4, 5, 7, 9]) {
          const lengths = Array.from({ length: count }, () => blockBytes);
          const blocks = data.subarray(0, count * blockBytes);
          expect(hash(name, blocks, lengths)).toEqual(witnessBlocks(name, blocks, lengths));
        }
      }
    });

    it('keeps apart neighbours of unequal short lengths', () => {
      const lengths = [64, 64, 128, 64, 64, 64, 64, 0, 512, 512, 500, 512, 1024, 1024, 1088, 1024, 1024, 64];
      const data = noise(sum(lengths), 13);
      expect(hash(name, data, lengths)).toEqual(witnessBlocks(name, data, lengths));
    });

    it('agrees with hash-wasm on any blocks at any address', () => {
      const length = fc.oneof(
        { arbitrary: fc.integer({ min: 0, max: 300 }), weight: 3 },
        { arbitrary: fc.integer({ min: 0, max: 6000 }), weight: 3 },
        { arbitrary: fc.integer({ min: 1, max: 40 }).map((chunks) => chunks * 1024), weight: 2 },
        { arbitrary: fc.integer({ min: 0, max: 150_000 }), weight: 1 },
      );
      const offset = fc.integer({ min: 0, max: 63 });
      fc.assert(
        fc.property(
          fc.array(length, { maxLength: 12 }),
          offset,
          offset,
          fc.nat(),
          (lengths, from, to, seed) => {
            const data = noise(sum(lengths), seed);
            expect(hash(name, data, lengths, from, to)).toEqual(witnessBlocks(name, data, lengths));
          },
        ),
        { seed: propertySeed, numRuns: 60 },
      );
    });

    it('reads nothing past the end of memory', () => {
      const memory = new GuardedMemory(instance);
      const cuts = memory.reserve(4);
      const out = memory.reserve(digestBytes[name]);
      memory.reserve(131_072);
      const { buffer } = instance.memory;
      for (const length of [0, 1, 3, 4, 8, 9, 16, 17, 65, 128, 129, 240, 241, 1000, 1024, 1025, 4096, 5000]) {
        const data = noise(length, length + 1);
        const pointer = buffer.byteLength - length;
        new Uint8Array(buffer).set(data, pointer);
        new Uint32Array(buffer, cuts, 1)[0] = length;
        instance.functions[name](pointer, cuts, 1, out);
        const digest = Buffer.from(memory.bytes(out, digestBytes[name])).toString('hex');
        expect(digest, `${length} bytes`).toBe(witness(name, data));
      }
    });

    it('writes nothing for no blocks', () => {
      expect(hash(name, new Uint8Array(), [])).toEqual([]);
    });
  });
});
