/**
 * Cuts of `strided`, frozen: manifests depend on them. Data is made here, from nothing but noise and the picture of the FastCDC vectors, so that no change of
 * a generator moves them.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectGolden } from '../golden/golden.js';
import { GuardedMemory, implementations, noise } from './guarded.js';
import { stridedReference } from './strided-reference.js';

const picture = new Uint8Array(readFileSync(new URL('../vectors/SekienAkashita.jpg', import.meta.url)));
const document = readFileSync(new URL('../../docs/formats/strided-v1.md', import.meta.url), 'utf8');

/** Words of one to nine letters, each chosen by noise. */
function words(length: number): Uint8Array {
  const vocabulary = Array.from({ length: 400 }, (_, i) =>
    noise(1 + (i % 9), i).map((byte) => 97 + (byte % 26)),
  );
  const choices = noise(length, 77);
  const text: number[] = [];
  for (let i = 0; text.length < length; i += 2) {
    const word = vocabulary[((choices[i] ?? 0) * 256 + (choices[i + 1] ?? 0)) % vocabulary.length] ?? [];
    text.push(...word, 32);
  }
  return Uint8Array.from(text.slice(0, length));
}

/** Rows of 24 bytes, most of them zero, a block of zeros after each 3,000 rows. */
function rows(count: number): Uint8Array {
  const bytes = new Uint8Array(count * 24 + Math.floor(count / 3000) * 9000);
  const values = noise(count * 3, 5);
  for (let row = 0; row < count; row++) {
    const at = row * 24 + Math.floor(row / 3000) * 9000;
    new DataView(bytes.buffer).setUint32(at, row, true);
    bytes.set(values.subarray(row * 3, row * 3 + 3), at + 9);
  }
  return bytes;
}

interface Entry {
  readonly kind: string;
  readonly min: number;
  readonly avg: number;
  readonly max: number;
  readonly cuts: readonly number[];
}

const period = noise(48, 3);
const kinds: Readonly<Record<string, Uint8Array>> = {
  picture,
  noise: noise(1_500_000, 1),
  words: words(700_000),
  rows: rows(20_000),
  zeros: new Uint8Array(200_000),
  periodic: Uint8Array.from({ length: 200_000 }, (_, i) => period[i % period.length] ?? 0),
};
const sizes = [
  { min: 64, avg: 256, max: 1024 },
  { min: 1000, avg: 5000, max: 20_001 },
  { min: 4096, avg: 16_384, max: 65_536 },
  { min: 16_384, avg: 65_536, max: 262_144 },
];

describe.each(implementations)('$name', ({ create }) => {
  const instance = create();

  function cut(data: Uint8Array, { min, avg, max }: (typeof sizes)[number]): number[] {
    const memory = new GuardedMemory(instance);
    const cuts = memory.reserve((Math.floor(data.length / min) + 1) * 4);
    const at = memory.put(data, 5);
    return memory.words(cuts, instance.functions.strided(at, data.length, 1, min, avg, max, cuts));
  }

  it('cuts as it always did', () => {
    const cuts = Object.entries(kinds).flatMap(([kind, data]) =>
      sizes.map((size) => ({ kind, bytes: data.length, ...size, cuts: cut(data, size) })),
    );
    const lines = cuts.map((entry) => `${JSON.stringify(entry)}\n`);
    expectGolden('strided-v1.ndjson', Buffer.from(lines.join('')));
  });

  it("cuts the document's example as it says", () => {
    const data = Uint8Array.from({ length: 4096 }, (_, i) => (i * i + Math.floor(i / 7)) % 251);
    const stated = /^Cuts: (.*)\.$/m
      .exec(document)?.[1]
      ?.split(', ')
      .map((cut) => Number(cut.replace(',', '')));
    expect(cut(data, { min: 64, avg: 256, max: 1024 })).toEqual(stated);
  });
});

describe('the document', () => {
  it('states the constants of the kernel', () => {
    const source = ['one', 'two']
      .map((stage) =>
        readFileSync(new URL(`../../assembly/strided-stage-${stage}.ts`, import.meta.url), 'utf8'),
      )
      .join('');
    const gap = Number(/gapBytesMax: usize = (\d+)/.exec(source)?.[1]);
    const factors = [...new Set(source.match(/0x[0-9a-f]{4,16}\b/g))];
    const stated = document.match(/0x[0-9A-F]{4,16}\b/g)?.map((constant) => constant.toLowerCase());
    expect(factors).toContain('0xb34c039411898df1');
    for (const factor of factors) if (factor !== '0x00ff') expect(stated).toContain(factor);
    expect(document).toContain(`p - ${gap - 1})`);
  });
});

describe('the reference', () => {
  it.each(Object.keys(kinds))('agrees with the golden cuts: %s', (kind) => {
    const data = kinds[kind] ?? new Uint8Array();
    const lines = readFileSync(new URL('../golden/strided-v1.ndjson', import.meta.url), 'utf8')
      .trim()
      .split('\n');
    const golden = lines.map((line) => JSON.parse(line) as Entry);
    const entry = golden.find((known) => known.kind === kind && known.avg === 5000);
    expect(entry && stridedReference(data, entry)).toEqual(entry?.cuts);
    expect(entry).toBeDefined();
  });
});
