/**
 * The frozen bytes: writers still give them, readers still read them, the documents show them, and the CDDL schemas
 * describe them.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { present } from '../../../src/base/errors.js';
import { contentChunkerNames } from '../../../src/engine/chunk/content-chunkers.js';
import * as limits from '../../../src/base/limits.js';
import { readOperations } from '../../../src/engine/delta/operation-reader.js';
import type { Operation } from '../../../src/engine/delta/operations.js';
import { instructionKind } from '../../../src/kernels/abi.js';
import { decodeCbor, encodeCbor, itemLength, type CborValue } from '../../../src/engine/package/cbor.js';
import { codecNames, decompress, packingNames } from '../../../src/engine/package/codecs.js';
import { chooseAndCompress } from '../../../src/engine/package/compression.js';
import { PackageDecoder } from '../../../src/engine/package/decode.js';
import { mixedBlockBytesMax } from '../../../src/engine/chunk/mixed.js';
import { decodeManifest, encodeManifest } from '../../../src/engine/package/manifest-file.js';
import type { PackageItem, Segment } from '../../../src/engine/package/model.js';
import { unpackOperations, unpackStream } from '../../../src/engine/package/unpack.js';
import { signRoot, verifySignature } from '../../../src/engine/package/signature.js';
import { expectGolden, readGolden } from '../../golden/golden.js';
import { parseCddl } from './cddl.js';
import { asList, rawFrames, withField, withoutField } from './forge.js';
import { encodeStructure } from '../../../src/engine/package/structure.js';
import { imageManifest, manifestOf } from './manifest-samples.js';
import {
  bytesOf,
  encodeModel,
  hasherFor,
  imageModel,
  readAll,
  storedOperations,
  storedStream,
  type Model,
} from './samples.js';

const docs = (name: string): string =>
  readFileSync(new URL(`../../../docs/formats/${name}`, import.meta.url), 'utf8');

/** 96 bytes, of which 16 in the middle are new: the document's example. */
function exampleModel(): Model {
  const model = imageModel([96]);
  const streams = {
    ...storedOperations(exampleOperations),
    differences: storedStream(new Uint8Array(0)),
    literals: storedStream(bytesOf(16, 11)),
  };
  const segments = model.segments.map((segment): Segment => ({ ...segment, streams }));
  const header = { ...model.header, parameters: { blockBytes: 4096 }, versions: {} };
  return { ...model, header, segments };
}

/** A tree with every kind of structural change, segments with dependencies and decisions. */
function treeModel(): Model {
  const model = imageModel([300, 200, 100], 'sha256');
  const entry = { mode: 0o644, mtimeMicros: 1_650_000_000_000_001, sizeBytes: 0 };
  const decisions = { literalMillibits: 7991, reason: 'gain' as const };
  return {
    header: {
      ...model.header,
      form: 'tree',
      base: { ...model.header.base, entryCount: 5 },
      target: { ...model.header.target, entryCount: 6 },
      versions: { 'agent é': 2, b: 2 ** 40 },
      parameters: { blockBytes: 4096, codec: 'auto', subBlock: true, offset: -7 },
    },
    structure: {
      removed: ['old', 'old name'],
      changed: [
        { entry: { ...entry, path: '.', kind: 'directory', mode: 0o755 } },
        { entry: { ...entry, path: 'file', kind: 'file', sizeBytes: 400, mtimeMicros: -1 } },
        { entry: { ...entry, path: 'link', kind: 'symlink', mode: 0o777, linkTarget: '../漢' } },
        { entry: { ...entry, path: 'new name', kind: 'file', sizeBytes: 200 }, renamedFrom: 'old name' },
      ],
    },
    segments: model.segments.map((segment) => ({ ...segment, decisions })),
  };
}

const privateKey = createPrivateKey({
  key: Buffer.from(
    '302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'hex',
  ),
  format: 'der',
  type: 'pkcs8',
});

/** The frames' bodies without their digests. */
function bodiesOf(bytes: Uint8Array, width: number): Uint8Array[] {
  const bodies: Uint8Array[] = [];
  for (let at = 12; at < bytes.length;) {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 1, true);
    bodies.push(bytes.subarray(at + 5, at + 5 + length - width));
    at += 5 + length;
  }
  return bodies;
}

/** The structure's columns, unpacked. */
function rawStructure(bytes: Uint8Array, width: number): Uint8Array {
  const body = present(bodiesOf(bytes, width)[1], 'structure');
  const headBytes = itemLength(body, 'head');
  const [codec = -1, rawBytes = -1] = asList(decodeCbor(body.subarray(0, headBytes), 'head')).map(Number);
  return decompress(present(codecNames[codec], 'codec'), body.subarray(headBytes), rawBytes);
}

const exampleOperations: readonly Operation[] = [
  { kind: 'copy', length: 32, baseAddress: 0 },
  { kind: 'literal', length: 16 },
  { kind: 'copy', length: 48, baseAddress: 48 },
];

/** The operations of the example's only segment. */
function operationsOf(items: readonly PackageItem[]): Operation[] {
  const item = items.find(({ type }) => type === 'segment');
  const segment = present(item?.type === 'segment' ? item.segment : undefined, 'segment');
  const bounds = { targetAddress: 0, targetBytes: 96, baseBytes: 96 };
  return [...readOperations(unpackOperations(segment), bounds)];
}

describe('golden packages', () => {
  test('the example of the document', () => {
    const model = exampleModel();
    expectGolden('package-v1.sdelta', encodeModel(model));
    const { items, failure } = readAll(Uint8Array.from(readGolden('package-v1.sdelta')));
    expect(failure).toBeUndefined();
    expect(items.slice(0, 3)).toEqual([
      { type: 'header', header: model.header },
      { type: 'structure', structure: model.structure },
      { type: 'segment', segment: model.segments[0] },
    ]);
    expect(operationsOf(items)).toEqual(exampleOperations);
  });

  test('the same package with its literal apart and an address for each copy is read as well', () => {
    const { copyMoved, end } = instructionKind;
    const spelled = {
      instructions: storedStream(Uint8Array.of(copyMoved * 32, end * 32 + 16, copyMoved * 32)),
      lengths: storedStream(Uint8Array.of(32, 48)),
      addresses: storedStream(Uint8Array.of(0, 0)),
    };
    const make = (): Uint8Array => {
      const model = exampleModel();
      const segments = model.segments.map((segment): Segment => ({
        ...segment,
        streams: { ...segment.streams, ...spelled },
      }));
      return encodeModel({ ...model, segments });
    };
    const { items, failure } = readAll(Uint8Array.from(readGolden('package-v1-spelled-out.sdelta', make)));
    expect(failure).toBeUndefined();
    expect(operationsOf(items)).toEqual(exampleOperations);
  });

  test('a signed tree is read still, and its structure is laid out as ever', () => {
    const model = treeModel();
    const golden = readGolden('package-v1-tree.sdelta', () =>
      encodeModel(model, (message) => signRoot(privateKey, message)),
    );
    expect(Buffer.compare(rawStructure(golden, 32), encodeStructure(model.structure, model.header))).toBe(0);
    const decoder = new PackageDecoder(hasherFor);
    const items = decoder.receive(golden);
    decoder.end();
    expect(items[0]).toEqual({ type: 'header', header: model.header });
    expect(items[1]).toEqual({ type: 'structure', structure: model.structure });
    const last = items.at(-1);
    const signature = present(last?.type === 'footer' ? last.footer.signatures[0] : undefined, 'signature');
    const message = present(decoder.rootMessage, 'message');
    expect(verifySignature(createPublicKey(privateKey), message, signature)).toBe(true);
  });

  test('every codec is read still', () => {
    const literals = Uint8Array.from({ length: 5000 }, (_, index) => (index * index) % 61);
    const make = (): Uint8Array => {
      const model = imageModel(codecNames.map(() => literals.length));
      const segments = model.segments.map((segment, index): Segment => {
        const codec = present(codecNames[index], 'codec');
        const { stream } = chooseAndCompress(literals, { codec, level: 3, deflate: 'portable' }, 0);
        return { ...segment, streams: { ...segment.streams, literals: stream } };
      });
      return encodeModel({ ...model, segments });
    };
    const { items, failure } = readAll(Uint8Array.from(readGolden('package-v1-codecs.sdelta', make)));
    expect(failure).toBeUndefined();
    const streams = items.flatMap((item) => (item.type === 'segment' ? [item.segment.streams.literals] : []));
    expect(streams.map((stream) => stream.codec)).toEqual(codecNames);
    for (const { codec, packed, rawBytes } of streams) {
      expect(Buffer.compare(unpackStream({ codec, packed, rawBytes }), literals)).toBe(0);
    }
  });
});

test('the golden manifest', () => {
  const manifest = imageManifest(600, 256);
  expectGolden('manifest-v1.sdmanifest', encodeManifest(manifest, hasherFor('xxh3-128')));
  expect(decodeManifest(readGolden('manifest-v1.sdmanifest'), hasherFor)).toEqual(manifest);
});

test('the golden manifest of mixed blocks', () => {
  const chunker = { name: 'mixed', blockBytes: 512, rules: Uint8Array.of(3) } as const;
  const manifest = { ...imageManifest(600, 512), chunker };
  expectGolden('manifest-v1-mixed.sdmanifest', encodeManifest(manifest, hasherFor('xxh3-128')));
  expect(decodeManifest(readGolden('manifest-v1-mixed.sdmanifest'), hasherFor)).toEqual(manifest);
  const document = decodeCbor(readGolden('manifest-v1-mixed.sdmanifest').subarray(12, -16), 'manifest');
  expect(parseCddl(docs('manifest-v1.cddl'))('manifest', document)).toBe(true);
});

test.each(contentChunkerNames)('the golden manifest of content-defined chunks: %s', (name) => {
  const entry = { path: '', kind: 'file', mode: 0o600, mtimeMicros: 1_700_000_000_000_000 } as const;
  const chunker = { name, minBytes: 256, averageBytes: 1024, maxBytes: 4096 };
  const manifest = manifestOf('image', [{ ...entry, sizeBytes: 3000 }], chunker, 'blake3');
  const golden = `manifest-v1-${name}.sdmanifest`;
  expectGolden(golden, encodeManifest(manifest, hasherFor('blake3')));
  expect(decodeManifest(readGolden(golden), hasherFor)).toEqual(manifest);
  const document = decodeCbor(readGolden(golden).subarray(12, -32), 'manifest');
  expect(parseCddl(docs('manifest-v1.cddl'))('manifest', document)).toBe(true);
});

describe('documents', () => {
  test.each([
    ['package-v1.md', 'package-v1.sdelta'],
    ['manifest-v1.md', 'manifest-v1.sdmanifest'],
  ])('the example of %s is %s', (document, golden) => {
    const example = docs(document).split('## Example\n')[1]?.split('```')[1] ?? '';
    const hex = example
      .split('\n')
      .slice(1)
      .map((line) => line.split(';')[0] ?? '')
      .join('')
      .replaceAll(/\s/g, '');
    expect(hex).toBe(readGolden(golden).toString('hex'));
  });

  test.each(['package-v1.md', 'manifest-v1.md'])('the limits of %s are those of the code', (document) => {
    const section = docs(document).split('## Limits\n')[1]?.split('\n## ')[0] ?? '';
    const rows = [...section.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(
      ([, name = '', value]) => [name, Number(value)] as const,
    );
    expect(rows.length).toBeGreaterThan(3);
    const actual = new Map<string, number>(Object.entries(limits));
    for (const [name, value] of rows) expect([name, actual.get(name)]).toEqual([name, value]);
  });

  test('every limit that the package code uses is in a document', () => {
    const files = [
      'cbor',
      'columns',
      'fields',
      'footer',
      'frame',
      'header',
      'manifest-file',
      'manifest-tables',
      'segment',
      'structure',
      'structure-pack',
      'zstd-frame',
    ];
    const both = docs('package-v1.md') + docs('manifest-v1.md');
    for (const file of files) {
      const source = readFileSync(new URL(`../../../src/engine/package/${file}.ts`, import.meta.url), 'utf8');
      const imported = /import \{([^}]*)\} from '..\/..\/base\/limits.js'/.exec(source)?.[1] ?? '';
      for (const name of imported.split(',').map((word) => word.trim()))
        expect(both).toContain(name === '' ? '' : `\`${name}\``);
    }
  });
});

describe('CDDL', () => {
  const inPackage = parseCddl(docs('package-v1.cddl'));
  const inManifest = parseCddl(docs('manifest-v1.cddl'));

  const heads = (model: Model): CborValue[] => rawFrames(model).map(({ head }) => decodeCbor(head, 'head'));

  test.each([
    ['the example', exampleModel()],
    ['the tree', treeModel()],
  ])('describes %s', (_, model) => {
    const [header, structure, ...segments] = heads(model);
    expect(inPackage('header', header ?? null)).toBe(true);
    expect(inPackage('structure-head', structure ?? null)).toBe(true);
    for (const segment of segments) expect(inPackage('segment-head', segment)).toBe(true);
  });

  test('describes structure and footer', () => {
    const bytes = readGolden('package-v1-tree.sdelta');
    expect(inPackage('structure', decodeCbor(rawStructure(bytes, 32), 'structure'))).toBe(true);
    const footer = present(bodiesOf(bytes, 32).at(-1), 'footer');
    expect(inPackage('footer', decodeCbor(footer, 'footer'))).toBe(true);
  });

  test('describes the manifest', () => {
    const document = decodeCbor(readGolden('manifest-v1.sdmanifest').subarray(12, -16), 'manifest');
    expect(inManifest('manifest', document)).toBe(true);
    expect(inManifest('manifest', withoutField(document, 'origins'))).toBe(false);
    expect(inManifest('manifest', withField(document, 'origins', []))).toBe(false);
  });

  test('refuses what readers refuse', () => {
    const [header, , segment] = heads(exampleModel()).map((head) => decodeCbor(encodeCbor(head), 'head'));
    const wrong = (name: string, value: CborValue): boolean =>
      inPackage('header', withField(header ?? null, name, value));
    expect(wrong('volume', 'x'.repeat(256))).toBe(false);
    expect(wrong('volume', 'é'.repeat(127))).toBe(true);
    expect(wrong('strategy', '')).toBe(false);
    expect(wrong('sealing', 1)).toBe(false);
    expect(wrong('form', 'disk')).toBe(false);
    expect(wrong('versions', new Map([['a', -1]]))).toBe(false);
    expect(wrong('later', 1)).toBe(false);
    expect(inPackage('header', withoutField(header ?? null, 'base'))).toBe(false);
    const row = segment as CborValue[];
    expect(inPackage('segment-head', row)).toBe(true);
    expect(inPackage('segment-head', [...row, 1])).toBe(false);
    expect(inPackage('segment-head', row.slice(0, -1))).toBe(false);
    expect(
      inPackage(
        'segment-head',
        row.map((item, index) => (index === 3 ? [-1] : item)),
      ),
    ).toBe(false);
    expect(
      inPackage(
        'segment-head',
        row.map((item, index) => (index === 4 ? bytesOf(17) : item)),
      ),
    ).toBe(false);
  });

  test('says the same limits as the code', () => {
    const numbers = new Set(
      [...(docs('package-v1.cddl') + docs('manifest-v1.cddl')).matchAll(/\.\.(\d+)/g)].map(([, text]) =>
        Number(text),
      ),
    );
    const known = new Set([
      limits.entriesMax,
      limits.structureBytesMax,
      limits.segmentsMax,
      limits.segmentsMax - 1,
      limits.streamBytesMax,
      limits.addressMax,
      limits.nameBytesMax,
      limits.blockBytesMax,
      mixedBlockBytesMax,
      8000,
      codecNames.length - 1,
      packingNames.length - 1,
    ]);
    expect([...numbers].sort((a, b) => a - b)).toEqual([...known].sort((a, b) => a - b));
  });
});
