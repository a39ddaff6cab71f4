/**
 * Packages that break one rule each, keyed by the wording of docs/formats/package-v1.md, "What a reader does":
 * bytes, and a part of the message that must come.
 */
import { deflateRawSync } from 'node:zlib';
import { dependenciesMax, headBytesMax, segmentsMax, signaturesMax } from '../../../src/base/limits.js';
import { decodeCbor, encodeCbor, type CborMap, type CborValue } from '../../../src/engine/package/cbor.js';
import {
  asList,
  asMap,
  forge,
  forgeHead,
  rawFrames,
  withElement,
  withField,
  withoutField,
  type RawFrame,
} from './forge.js';
import { bytesOf, concat, encodeModel, encodePieces, imageModel, type Model } from './samples.js';

const model = imageModel([10, 20, 30]);
const good = encodeModel(model);
const pieces = encodePieces(model);

function edited(edit: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = good.slice();
  edit(bytes);
  return bytes;
}

/**
 * The package with one byte of a piece changed: 0 header (in the base's id), 1 structure, 2 to 4 segments, 5
 * footer.
 */
function flipped(piece: number): Uint8Array {
  return concat(
    pieces.map((bytes, index) => bytes.map((byte, at) => (index === piece && at === 40 ? byte ^ 1 : byte))),
  );
}

const frames = rawFrames(model);
const header = (edit: (map: CborMap) => CborValue): Uint8Array =>
  forgeHead(model, 0, (head) => edit(asMap(head)));
const base = (edit: (map: CborMap) => CborValue): Uint8Array =>
  header((map) => withField(map, 'base', edit(asMap(map.get('base') ?? null))));
const segment = (index: number, place: number, value: CborValue, of: Model = model): Uint8Array =>
  forgeHead(of, index + 2, (head) => withElement(head, place, value));
const footer = (edit: (map: CborMap) => void): Uint8Array => forge(model, frames, edit);
const framed = (change: (list: RawFrame[]) => RawFrame[]): Uint8Array => forge(model, change([...frames]));
const at = (index: number): RawFrame => {
  const frame = frames[index];
  if (frame === undefined) throw new Error('no such frame');
  return frame;
};
/** Rows of instructions, and of what follows the lengths and addresses, of which there are none. */
const streams = (instructions: readonly number[], ...rows: readonly (readonly number[])[]): CborValue =>
  [instructions, [0, 0, 0], [0, 0, 0], ...rows].map((row) => [...row]);
const structureOf = (head: CborValue, tail: Uint8Array): Uint8Array =>
  framed((list) =>
    list.map((frame, index) => (index === 1 ? { ...frame, head: encodeCbor(head), tail } : frame)),
  );
const rawHead = (index: number, head: Uint8Array): Uint8Array =>
  framed((list) => list.map((frame, place) => (place === index ? { ...frame, head } : frame)));
/** Preamble, header frame and structure frame, then any bytes. */
const after = (count: number, ...rest: number[]): Uint8Array =>
  concat([...pieces.slice(0, count), Uint8Array.from(rest)]);
const preambleThen = (...rest: number[]): Uint8Array => concat([good.subarray(0, 12), Uint8Array.from(rest)]);
const signature = new Map<string, CborValue>([
  ['algorithm', 'ed25519'],
  ['keyId', bytesOf(16)],
  ['signature', bytesOf(64)],
]);

/** Keyed by the document's wording; each case is bytes and a part of the message. */
export const invalidCases: Readonly<Record<string, readonly (readonly [Uint8Array, string])[]>> = {
  'no bytes': [[new Uint8Array(0), 'not a snapdelta package: it is empty']],
  'other first bytes': [
    [new Uint8Array(100), 'not a snapdelta package'],
    [Uint8Array.from(Buffer.from('PK\x03\x04 and so on, a zip file', 'latin1')), 'not a snapdelta package'],
    [Uint8Array.of(0x88), 'not a snapdelta package'],
  ],
  'magic with its line ends or high bit changed': [
    Uint8Array.from(Buffer.from(good).toString('latin1').replaceAll('\r\n', '\n'), (c) => c.charCodeAt(0)),
    Uint8Array.from(Buffer.from(good).toString('latin1').replaceAll('\n', '\r\n'), (c) => c.charCodeAt(0)),
    Uint8Array.from(
      Buffer.from(good)
        .toString('latin1')
        .replaceAll(/(?<!\r)\n/g, '\r\n'),
      (c) => c.charCodeAt(0),
    ),
    Uint8Array.from(Buffer.from(good).toString('latin1').replaceAll('\r', '\n'), (c) => c.charCodeAt(0)),
    good.map((byte) => byte & 0x7f),
    Uint8Array.from(Buffer.from(Buffer.from(good).toString('utf8'), 'utf8')),
    Uint8Array.from(Buffer.from(Buffer.from(good).toString('latin1'), 'utf8')),
  ].map((bytes) => [bytes, 'a text-mode transfer changed it'] as const),
  'a manifest': [[edited((bytes) => (bytes[3] = 0x4d)), 'it is a snapdelta manifest']],
  'other major': [
    [edited((bytes) => (bytes[8] = 2)), 'written by a newer version: package format 2'],
    [edited((bytes) => (bytes[8] = 0)), 'format 0, which never existed'],
  ],
  'the stream ends early': [
    [good.subarray(0, 4), 'truncated within the first 12 bytes'],
    [good.subarray(0, 100), 'truncated within the header'],
    [after(1), 'truncated after the header'],
    [after(1, 0x45, 1), 'truncated after the header'],
    [after(2), 'truncated after the structure: 0 B of 60 B of the target are there'],
    [after(4), 'truncated after segment 1: 30 B of 60 B of the target are there'],
    [after(5), 'truncated after segment 2: 60 B of 60 B of the target are there, and the footer is missing'],
    [good.subarray(0, -1), 'truncated after segment 2'],
  ],
  'bytes after the footer': [[concat([good, good]), 'bytes follow the footer']],
  'unknown frame type': [
    [after(2, 0x58, 40, 0, 0, 0), 'unknown frame type 0x58'],
    [after(2, 0x78, 40, 0, 0, 0), 'unknown frame type 0x78'],
    [preambleThen(0, 1, 0, 0, 0), 'unknown frame type 0x00'],
  ],
  'frame in the wrong place, or twice': [
    [preambleThen(0x53, 1, 0, 0, 0), 'a segment frame where a header frame belongs'],
    [after(1, 0x53, 1, 0, 0, 0), 'a segment frame where a structure frame belongs'],
    [after(1, 0x48, 1, 0, 0, 0), 'a header frame where a structure frame belongs'],
    [after(2, 0x45, 1, 0, 0, 0), 'a structure frame where a segment or footer frame belongs'],
  ],
  'frame longer than its limit, or shorter than a digest': [
    [preambleThen(0x48, 0, 0, 0, 0), 'a header frame claims 0 bytes'],
    [
      preambleThen(0x48, 0xff, 0xff, 0xff, 0xff),
      `a header frame claims 4294967295 bytes, not 1 to ${headBytesMax + 32}`,
    ],
    [after(2, 0x53, 16, 0, 0, 0), 'a segment frame claims 16 bytes, not 17 to 67108864'],
    [after(2, 0x53, 1, 0, 0, 4), 'a segment frame claims 67108865 bytes'],
    [
      after(2, 0x46, 0xff, 0xff, 0xff, 0),
      `a footer frame claims 16777215 bytes, not 17 to ${headBytesMax + 16}`,
    ],
  ],
  'frame digest differs': [
    [flipped(0), 'the header is damaged'],
    [flipped(1), 'the structure is damaged'],
    [flipped(2), 'segment 0 is damaged'],
    [flipped(4), 'segment 2 is damaged'],
    [flipped(5), 'the footer is damaged'],
    [
      concat([...pieces.slice(0, 3), ...encodePieces(imageModel([10, 20, 31])).slice(3)]),
      'segment 1 is damaged',
    ],
    [edited((bytes) => (bytes[10] = 1)), 'the header is damaged'],
  ],
  'CBOR not canonical, too deep, of another type': [
    [rawHead(2, Uint8Array.from([0x9f, ...at(2).head.subarray(1), 0xff])), 'indefinite length'],
    [rawHead(2, Uint8Array.from([0x98, 7, ...at(2).head.subarray(1)])), 'is not canonical CBOR'],
    [rawHead(2, new Uint8Array(10_000).fill(0x81)), 'segment 0 is nested'],
    [rawHead(0, Uint8Array.of(0xc1, 0)), 'the header holds a tag'],
    [rawHead(0, Uint8Array.of(0xfb, 0, 0, 0, 0, 0, 0, 0, 0)), 'the header holds a value'],
    [rawHead(0, Uint8Array.of(0x80)), 'the header is not a map'],
    [rawHead(2, Uint8Array.of(0xa0)), 'a segment is not a list'],
    [rawHead(2, Uint8Array.of(0x80)), 'a segment: index is missing'],
    [rawHead(1, Uint8Array.of(0x00)), 'the structure is not a list'],
    [rawHead(1, Uint8Array.of(0x5b, 0, 0, 0, 0, 255, 255, 255, 255)), 'the structure is truncated'],
    [
      rawHead(0, Uint8Array.from([...at(0).head, 0])),
      'the header is followed by 17 bytes instead of a digest',
    ],
  ],
  'field missing, unknown, or out of range': [
    ...[...asMap(decodeCbor(at(0).head, 'header')).keys()].map(
      (name) => [header((map) => withoutField(map, name)), `the header: ${name} is missing`] as const,
    ),
    [header((map) => withField(map, 'later', 1)), "the header has an unknown field 'later'"],
    [
      header((map) => withField(map, 'a\u001b[2J', 1)),
      'the header has an unknown field of an unprintable name',
    ],
    [header((map) => withField(map, 'volume', 7)), 'volume is not text'],
    [header((map) => withField(map, 'volume', 'x'.repeat(256))), 'volume has 256 bytes'],
    [header((map) => withField(map, 'volume', 'a\u0007')), 'volume contains a control character'],
    [header((map) => withField(map, 'strategy', '')), 'strategy is empty'],
    [header((map) => withField(map, 'form', 'disk')), "form is 'disk', not one of image, tree"],
    [header((map) => withField(map, 'form', 1)), 'form is something else'],
    [header((map) => withField(map, 'fingerprint', 'md5')), "fingerprint is 'md5'"],
    [header((map) => withField(map, 'fingerprint', 'sha256')), 'content has 16 bytes instead of 32'],
    [header((map) => withField(map, 'timeMicros', 'now')), 'timeMicros is not an integer'],
    [header((map) => withField(map, 'versions', [])), 'versions is not a map'],
    [header((map) => withField(map, 'versions', new Map([['a', -1]]))), 'a count that is no whole number'],
    [header((map) => withField(map, 'versions', new Map([['', 1]]))), 'a name that is empty'],
    [
      header((map) => withField(map, 'parameters', new Map([['a', null]]))),
      'a is no text, number or boolean',
    ],
    [header((map) => withField(map, 'parameters', new Map([['a', '\n']]))), 'a contains a control character'],
    [base((map) => withField(map, 'content', bytesOf(15))), 'base: content has 15 bytes instead of 16'],
    [base((map) => withField(map, 'totalBytes', -1)), 'base: totalBytes is -1'],
    [base((map) => withField(map, 'entryCount', 0)), 'base: entryCount is 0'],
    [base((map) => withField(map, 'entryCount', 4_000_001)), 'base: entryCount is 4000001'],
    [base((map) => withField(map, 'more', 0)), "base has an unknown field 'more'"],
    [segment(0, 0, -1), 'index is -1'],
    [segment(0, 0, segmentsMax), `index is ${segmentsMax}`],
    [segment(0, 2, 0), 'targetBytes is 0'],
    [segment(0, 4, bytesOf(32)), 'contentDigest has 32 bytes instead of 16'],
    [segment(0, 6, [8001, 'gain']), 'literalMillibits is 8001'],
    [segment(0, 6, [1, 'whim']), "reason is 'whim'"],
    [forgeHead(model, 2, (head) => [...asList(head), 1]), "unknown field 'element 7'"],
    [footer((map) => map.set('segmentCount', segmentsMax + 1)), `segmentCount is ${segmentsMax + 1}`],
    [footer((map) => map.delete('root')), 'the footer: root is missing'],
    [footer((map) => map.set('root', bytesOf(15))), 'root has 15 bytes'],
    [footer((map) => map.set('later', 1)), "the footer has an unknown field 'later'"],
    [
      footer((map) =>
        map.set(
          'signatures',
          Array.from({ length: signaturesMax + 1 }, () => signature),
        ),
      ),
      'signatures has 17 elements',
    ],
    [
      footer((map) => map.set('signatures', [withField(signature, 'algorithm', 'rsa')])),
      "algorithm is 'rsa'",
    ],
    [
      footer((map) => map.set('signatures', [withField(signature, 'keyId', bytesOf(8))])),
      'keyId has 8 bytes instead of 16',
    ],
    [
      footer((map) => map.set('signatures', [withField(signature, 'signature', bytesOf(63))])),
      'signature has 63 bytes',
    ],
  ],
  'sealing not null': [
    [header((map) => withField(map, 'sealing', new Map([['cipher', 'aes']]))), 'the package is sealed'],
  ],
  'structure breaks a rule for entries': [
    [structureOf([0, 7], new Uint8Array(6)), 'a stored stream is damaged'],
    [structureOf([4, 7], new Uint8Array(6)), 'codec is 4'],
    [structureOf([0, 0], new Uint8Array(0)), 'rawBytes is 0'],
    [structureOf([2, 2 ** 28 + 1], new Uint8Array(6)), 'rawBytes is 268435457'],
    [structureOf([2, 6], new Uint8Array(6)), 'the structure claims 6 bytes of deflate for 6'],
    [structureOf([2, 1000], deflateRawSync(new Uint8Array(1_000_000))), 'a deflate stream is damaged'],
    [structureOf([2, 2 ** 16 + 1], new Uint8Array(6)), 'rawBytes is 65537'],
    [structureOf([1, 2 ** 16], new Uint8Array(100)), 'a lz4 stream is damaged'],
    [structureOf([3, 2 ** 16], new Uint8Array(100)), 'no zstd frame'],
  ],
  'stream lengths inconsistent': [
    [
      segment(0, 5, streams([0, 1, 1], [0, 0, 0], [0, 10, 9])),
      'segment 0: literals claims 9 bytes of stored for 10',
    ],
    [segment(0, 5, streams([0, 1, 1], [0, 0, 0], [0, 9, 9])), 'segment 0: 1 bytes follow its streams'],
    [
      segment(1, 5, streams([0, 1, 1], [0, 0, 0], [0, 21, 21])),
      'segment 1: literals claims 21 bytes where 20 are left',
    ],
    [
      segment(0, 5, streams([0, 1, 1], [0, 0, 0], [3, 10, 10])),
      'segment 0: literals claims 10 bytes of zstd for 10',
    ],
    [
      segment(0, 5, streams([0, 1, 1], [3, 10, 0], [0, 10, 10])),
      'segment 0: differences claims 0 bytes of zstd for 10',
    ],
    [segment(0, 5, streams([0, 0, 0], [0, 1, 1], [0, 10, 10])), 'segment 0: instructions are empty'],
    [
      segment(0, 5, streams([0, 1, 1], [0, 0, 0], [3, 11, 10])),
      'segment 0: differences and literals have 11 bytes for 10',
    ],
    [segment(0, 5, streams([0, 1, 1], [0, 0, 0], [0, 2 ** 24 + 1, 10])), 'rawBytes is 16777217'],
    [segment(0, 5, streams([0, 1, 1], [0, 0, 0], [5, 10, 10])), 'codec is 5'],
    [segment(0, 5, streams([0, 1, 1], [4, 10, 9], [0, 10, 10])), 'codec is 4'],
    [segment(0, 5, streams([0, 1, 1], [0, 0, 0])), 'literals is missing'],
    [segment(0, 5, streams([0, 1, 1], [0, 0, 0], [0, 10, 10], [0, 0, 0])), "unknown field 'element 5'"],
  ],
  'segment index twice or too large': [
    [framed((list) => [...list, at(2)]), 'segment 0 comes twice'],
    [segment(2, 0, segmentsMax - 1), 'segment 2 is missing'],
  ],
  'dependency not below its segment, or not ascending': [
    [segment(0, 3, [0]), 'segment 0 depends on segment 0'],
    [segment(1, 3, [2]), 'segment 1 depends on segment 2'],
    [
      segment(2, 3, [1, 0]),
      'segment 2 depends on segment 0: dependencies are earlier segments in ascending order',
    ],
    [segment(2, 3, [1, 1]), 'segment 2 depends on segment 1'],
    [segment(2, 3, [-1]), 'segment 2 depends on segment -1'],
    [segment(2, 3, ['1']), 'depends on something that is no segment'],
    [
      segment(2, 3, new Array<number>(dependenciesMax + 1).fill(0)),
      `dependencies has ${dependenciesMax + 1} elements`,
    ],
  ],
  'range outside the target, gap or overlap': [
    [segment(2, 2, 31), 'segment 2 covers bytes 30 to 61 of a target of 60'],
    [segment(2, 1, 2 ** 53 - 1), 'segment 2 covers'],
    [segment(1, 1, 11), 'segment 1 begins at 11, but the segment before it ends at 10'],
    [segment(1, 1, 9), 'segment 1 begins at 9, but the segment before it ends at 10'],
    [segment(0, 1, 1), 'segment 0 begins at 1, but the segment before it ends at 0'],
    [
      forge(model, [
        at(0),
        at(1),
        at(3),
        { ...at(2), head: encodeCbor(withElement(decodeCbor(at(2).head, 'head'), 2, 11)) },
      ]),
      'segment 1 begins at 10, but the segment before it ends at 11',
    ],
  ],
  'count or coverage wrong at the footer': [
    [framed((list) => list.filter((_, index) => index !== 3)), 'segment 1 is missing'],
    [footer((map) => map.set('segmentCount', 4)), 'segment 3 is missing'],
    [footer((map) => map.set('segmentCount', 2)), 'the footer counts 2 segments where 3 came'],
    [framed((list) => list.slice(0, 4)), "the segments cover 30 of the target's 60 bytes"],
    [framed((list) => list.slice(0, 2)), "the segments cover 0 of the target's 60 bytes"],
  ],
  'root differs': [[footer((map) => map.set('root', bytesOf(16))), 'the root does not match']],
  'signature over xxh3-128': [
    [
      footer((map) => map.set('signatures', [signature])),
      'signatures need a collision-resistant fingerprint',
    ],
  ],
  'decompression gives another size or fails': [
    [structureOf([2, 100], new Uint8Array(6)), 'a deflate stream is damaged'],
    [structureOf([0, 100], new Uint8Array(6)), 'a stored stream is damaged'],
  ],
};
