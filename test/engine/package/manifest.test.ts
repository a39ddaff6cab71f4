import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError } from '../../../src/base/errors.js';
import type { ChunkerSpec, Manifest } from '../../../src/engine/fingerprint/manifest.js';
import { merkleRoot } from '../../../src/engine/fingerprint/merkle.js';
import { decodeCbor, encodeCbor, type CborMap, type CborValue } from '../../../src/engine/package/cbor.js';
import { encodePreamble } from '../../../src/engine/package/format.js';
import { decodeManifest, encodeManifest, manifestFile } from '../../../src/engine/package/manifest-file.js';
import type { Entry } from '../../../src/engine/snapshot/snapshot.js';
import { treeEntries } from './arbitraries.js';
import { asMap, withField, withoutField } from './forge.js';
import { imageManifest, manifestOf } from './manifest-samples.js';
import { bytesOf, concat, hasherFor, imageModel, encodeModel } from './samples.js';

const encode = (manifest: Manifest): Uint8Array => encodeManifest(manifest, hasherFor(manifest.fingerprint));
const fastcdc: ChunkerSpec = { name: 'fastcdc', minBytes: 256, averageBytes: 1024, maxBytes: 4096 };
const strided: ChunkerSpec = { ...fastcdc, name: 'strided' };

describe('manifests', () => {
  test('that are asked for their file again give the same one, each its own', () => {
    const manifest = imageManifest(10_000, 4096);
    const hasher = hasherFor(manifest.fingerprint);
    const file = manifestFile(manifest, hasher);
    expect(file).toEqual(encodeManifest(manifest, hasher));
    expect(manifestFile(manifest, hasher)).toBe(file);
    const other = { ...manifest, volume: 'another' };
    expect(manifestFile(other, hasher)).toEqual(encodeManifest(other, hasher));
  });

  test('round-trip, with any tree, chunker and fingerprint', () => {
    const chunker = fc.constantFrom<ChunkerSpec>({ name: 'fixed', blockBytes: 4096 }, fastcdc, strided);
    const entries = treeEntries.map((list) =>
      list.map((entry): Entry => ({ ...entry, sizeBytes: Math.min(entry.sizeBytes, 200_000) })),
    );
    fc.assert(
      fc.property(
        entries,
        chunker,
        fc.constantFrom('xxh3-128', 'blake3', 'sha256'),
        (list, spec, fingerprint) => {
          const manifest = manifestOf('tree', list, spec, fingerprint);
          expect(decodeManifest(encode(manifest), hasherFor)).toEqual(manifest);
        },
      ),
      { seed: 51, numRuns: 60 },
    );
  });

  test('round-trip of an image, and of an empty one', () => {
    for (const sizeBytes of [0, 1, 256, 600, 200_000]) {
      const manifest = imageManifest(sizeBytes, 256, 'sha256');
      expect(decodeManifest(encode(manifest), hasherFor)).toEqual(manifest);
    }
  });

  test('a block costs its digest where blocks are fixed', () => {
    const costBytes =
      encode(imageManifest(256 * 1100, 256)).length - encode(imageManifest(256 * 100, 256)).length;
    expect(costBytes).toBeLessThan(1000 * 16 + 20);
  });
});

const good = imageManifest(600, 256);
const bytes = encode(good);
const documentOf = (manifest: Manifest): CborMap =>
  asMap(decodeCbor(encode(manifest).slice(12, -16), 'document'));

/** A manifest file of any document, with a right digest. */
function file(document: CborValue, minor = 0): Uint8Array {
  const hasher = hasherFor('xxh3-128');
  const preamble = encodePreamble('manifest');
  preamble[10] = minor;
  const whole = concat([preamble, encodeCbor(document)]);
  const pieces = Array.from({ length: Math.ceil(whole.length / 65_536) }, (_, index) =>
    hasher.digest(whole.subarray(index * 65_536, (index + 1) * 65_536)),
  );
  return concat([whole, merkleRoot(hasher, concat(pieces))]);
}

const field = (name: string, value: CborValue, of = good): Uint8Array =>
  file(withField(documentOf(of), name, value));
const chunker = (...sizes: readonly number[]): CborValue => chunkerNamed('fastcdc', ...sizes);
const chunkerNamed = (name: string, ...sizes: readonly number[]): CborValue =>
  new Map<string, CborValue>([
    ['name', name],
    ['minBytes', sizes[0] ?? 0],
    ['averageBytes', sizes[1] ?? 0],
    ['maxBytes', sizes[2] ?? 0],
  ]);
const mixed = (blockBytes: number, ...rules: readonly number[]): CborValue =>
  new Map<string, CborValue>([
    ['name', 'mixed'],
    ['blockBytes', blockBytes],
    ['rules', Uint8Array.from(rules)],
  ]);
const cut = manifestOf('image', good.entries, fastcdc);
const entry = (path: string, change: Partial<Entry> = {}): Entry => ({
  path,
  kind: 'file',
  mode: 0,
  mtimeMicros: 0,
  sizeBytes: 0,
  ...change,
});
const halves = manifestOf('image', [{ ...entry(''), sizeBytes: 4096 + 100 }], {
  ...fastcdc,
  averageBytes: 2048,
});
const root = entry('.', { kind: 'directory' });

const cases: Readonly<Record<string, readonly (readonly [Uint8Array, string])[]>> = {
  'other first bytes, text mode, a package, other major': [
    [new Uint8Array(0), 'not a snapdelta manifest: it is empty'],
    [new Uint8Array(50), 'not a snapdelta manifest'],
    [encodeModel(imageModel([10])), 'not a snapdelta manifest: it is a snapdelta package'],
    [bytes.map((byte) => byte & 127), 'not a snapdelta manifest any more'],
    [bytes.map((byte, at) => (at === 8 ? 2 : byte)), 'written by a newer version: manifest format 2'],
  ],
  'the file ends early, or its digest differs': [
    [bytes.subarray(0, 5), 'the manifest is truncated'],
    [bytes.subarray(0, 12), 'the manifest is truncated'],
    [bytes.subarray(0, 100), 'the manifest is truncated'],
    [bytes.subarray(0, -1), 'the manifest is truncated'],
    [bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte)), 'the manifest is damaged'],
    [bytes.map((byte, at) => (at === 10 ? 1 : byte)), 'the manifest is damaged'],
  ],
  'bytes after the digest': [[concat([bytes, bytes]), 'the manifest is followed by']],
  'CBOR not canonical, field missing, unknown or out of range': [
    ...[...documentOf(good).keys()].map(
      (name) => [file(withoutField(documentOf(good), name)), `the manifest: ${name} is missing`] as const,
    ),
    [file([]), 'the manifest is not a map'],
    [field('later', 1), "the manifest has an unknown field 'later'"],
    [field('fingerprint', 'md5'), "fingerprint is 'md5'"],
    [field('form', 'x'), "form is 'x'"],
    [field('volume', '\n'), 'volume contains a control character'],
    [field('content', bytesOf(8)), 'content has 8 bytes instead of 16'],
    [
      field(
        'chunker',
        new Map<string, CborValue>([
          ['name', 'fixed'],
          ['blockBytes', 255],
        ]),
      ),
      'blockBytes is 255',
    ],
    [field('chunker', chunker(255, 1024, 4096)), 'minBytes is 255, not in 256'],
    [field('chunker', chunker(256, 1024, (1 << 22) + 1)), 'maxBytes is 4194305, not in 256'],
  ],
  'chunker unknown, or with sizes that it does not cut': [
    [
      field('chunker', new Map([['name', 'random']])),
      "the manifest: chunker: name is 'random', not one of mixed, fixed, fastcdc, strided",
    ],
    [field('chunker', mixed(1000, 1)), 'the manifest: chunker blockBytes 1000 is not a power of two'],
    [field('chunker', mixed(256, 1)), 'blockBytes is 256, not in 512'],
    [field('chunker', mixed(131_072, 1)), 'blockBytes is 131072, not in 512'],
    [
      field(
        'chunker',
        new Map<string, CborValue>([
          ['name', 'fixed'],
          ['blockBytes', 5000],
        ]),
      ),
      'the manifest: chunker blockBytes 5000 is not a power of two',
    ],
    ...[fastcdc.name, strided.name].flatMap((name): (readonly [Uint8Array, string])[] => [
      [
        field('chunker', chunkerNamed(name, 2048, 1024, 4096)),
        'chunker sizes 2048, 1024, 4096 do not ascend',
      ],
      [field('chunker', chunkerNamed(name, 256, 1024, 1000)), 'chunker sizes 256, 1024, 1000 do not ascend'],
      [
        field('chunker', chunkerNamed(name, 256, 1000, 4096)),
        'chunker averageBytes 1000 is not a power of two',
      ],
      [
        field('chunker', chunkerNamed(name, 256, 512, 4096)),
        'averageBytes 512 is not a power of two from 1024',
      ],
      [field('chunker', chunkerNamed(name, 256, 1 << 21, 1 << 22)), 'chunker averageBytes 2097152 is not'],
    ]),
  ],
  'rules that are not one for each piece, or unknown': [
    [field('chunker', mixed(4096)), 'the manifest: chunker has 0 rules for 1 pieces'],
    [field('chunker', mixed(4096, 1, 1)), 'the manifest: chunker has 2 rules for 1 pieces'],
    [field('chunker', mixed(4096, 4)), 'the manifest: chunker has the unknown rule 4'],
  ],
  'entries break a rule (those of packages; also: each parent is a directory of the list)': [
    [
      encode(manifestOf('tree', [root, entry('a/b')], fastcdc)),
      'the manifest: "a/b" has no directory to lie in',
    ],
    [
      encode(manifestOf('tree', [entry('a')], fastcdc)),
      'the manifest does not begin with the root directory',
    ],
    [encode(manifestOf('tree', [root, entry('../a')], fastcdc)), "has the component '..'"],
    [encode(manifestOf('image', [root], fastcdc)), 'the manifest is not an image of one file entry'],
  ],
  "block lengths do not end where each file ends, or exceed the chunker's sizes": [
    [field('blockLengths', Uint8Array.of(0xd9, 4), cut), 'the manifest: the blocks of "" do not cover it'],
    [field('blockLengths', Uint8Array.of(100, 0xf4, 3), cut), 'the blocks of ""'],
    [field('blockLengths', Uint8Array.of(0, 0xd8, 4), cut), 'the blocks of ""'],
    [field('chunker', chunker(256, 1024, 1024), halves), 'the blocks of ""'],
    [field('chunker', chunker(2049, 4096, 8192), halves), 'the blocks of ""'],
    [field('blockLengths', new Uint8Array(0), cut), 'needs 1 bytes'],
    [field('blockLengths', Uint8Array.of(0xd8, 4, 1), cut), 'surplus'],
    [field('blockLengths', Uint8Array.of(1)), 'blockLengths of fixed blocks'],
  ],
  'number of digests differs from that of files or blocks': [
    [field('chunker', mixed(4096, 3)), 'the manifest: a block'],
    [field('chunker', mixed(4096, 1)), 'the manifest: 3 block digests for 1 blocks'],
    [field('entryDigests', bytesOf(32)), 'entryDigests has 32 bytes instead of 16'],
    [field('blockDigests', bytesOf(32)), '2 block digests for more blocks'],
    [field('blockDigests', bytesOf(64)), '4 block digests for 3 blocks'],
    [field('blockDigests', bytesOf(47)), 'not a whole number of digests'],
  ],
  'runs do not sum to the number of blocks, name no origin, or do not alternate': [
    [field('originRuns', Uint8Array.of(0, 1)), 'the manifest: originRuns leaves 2 blocks'],
    [field('originRuns', Uint8Array.of(0, 4)), 'the manifest: originRuns has a run of 4 blocks'],
    [field('originRuns', Uint8Array.of(2, 3)), 'of origin 2 that cannot be'],
    [field('originRuns', Uint8Array.of(0, 1, 0, 2)), 'originRuns has a run of 2 blocks of origin 0'],
    [field('originRuns', Uint8Array.of(0, 0, 1, 3)), 'originRuns has a run of 0 blocks'],
    [field('originRuns', Uint8Array.of(0)), 'originRuns'],
    [field('origins', []), 'origins are not distinct snapshots that end with this one'],
    [field('origins', [bytesOf(16)]), 'origins are not distinct'],
    [field('origins', [good.id.content, good.id.content]), 'origins are not distinct'],
    [field('origins', [1]), 'origins has an element that is no digest'],
  ],
  'the id does not follow from entries and content digests': [
    [field('metadata', bytesOf(16)), "the manifest's id does not match"],
    [field('entryDigests', bytesOf(16)), "the manifest's id does not match"],
  ],
};

describe.each(Object.entries(cases))('%s', (_, examples) => {
  test.each(examples)('is refused: %#', (bad, message) => {
    expect(() => decodeManifest(bad, hasherFor)).toThrow(DataError);
    expect(() => decodeManifest(bad, hasherFor)).toThrow(message);
  });
});

test('every case of the document is tried', () => {
  const document = readFileSync(new URL('../../../docs/formats/manifest-v1.md', import.meta.url), 'utf8');
  const section = document.split('## What a reader does\n')[1]?.split('\n## ')[0] ?? '';
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2);
  expect(rows.map((row) => row.split('|')[1]?.trim())).toEqual(Object.keys(cases));
});

test('a newer minor version may add a field', () => {
  expect(decodeManifest(file(withField(documentOf(good), 'later', 1), 1), hasherFor)).toEqual(good);
});

test('a chunker of a newer version is refused with the way out', () => {
  for (const minor of [0, 1]) {
    const newer = file(withField(documentOf(good), 'chunker', chunkerNamed('later', 256, 1024, 4096)), minor);
    expect(() => decodeManifest(newer, hasherFor)).toThrow(
      expect.objectContaining({
        message: "the manifest: chunker: name is 'later', not one of mixed, fixed, fastcdc, strided",
        hint: 'if a newer version wrote it, update snapdelta',
      }),
    );
  }
});
