/**
 * Packages with right digests and wrong contents: every frame is built from a head that the test chooses, so that
 * each rule is reached behind the digests that would otherwise hide it.
 */
import { encodeCbor, type CborMap, type CborValue } from '../../../src/engine/package/cbor.js';
import { encodePreamble, type FrameName } from '../../../src/engine/package/format.js';
import { encodeFrame } from '../../../src/engine/package/frame.js';
import { encodeHeader } from '../../../src/engine/package/header.js';
import { encodeSegmentHead } from '../../../src/engine/package/segment.js';
import { packStructure } from '../../../src/engine/package/structure-pack.js';
import { streamNames } from '../../../src/engine/package/model.js';
import { decodeCbor } from '../../../src/engine/package/cbor.js';
import { merkleRoot } from '../../../src/engine/fingerprint/merkle.js';
import { concat, hasherFor, type Model } from './samples.js';

export interface RawFrame {
  readonly name: FrameName;
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
}

/** The frames of a model as raw heads and tails; the footer is left out. */
export function rawFrames(model: Model): RawFrame[] {
  const { head, packed } = packStructure(model.structure, model.header);
  return [
    { name: 'header', head: encodeHeader(model.header), tail: new Uint8Array(0) },
    { name: 'structure', head, tail: packed },
    ...model.segments.map((segment): RawFrame => ({
      name: 'segment',
      head: encodeSegmentHead(segment),
      tail: concat(streamNames.map((name) => segment.streams[name].packed)),
    })),
  ];
}

/**
 * A stream of these frames with right digests, and a footer with the right root over them in this order, as
 * `editFooter` leaves it.
 */
export function forge(
  model: Model,
  frames: readonly RawFrame[],
  editFooter: (footer: CborMap) => void = () => undefined,
  minor = 0,
): Uint8Array {
  const hasher = hasherFor(model.header.target.fingerprint);
  const preamble = encodePreamble('package');
  preamble[10] = minor;
  const pieces = [preamble];
  const digests: Uint8Array[] = [];
  for (const { name, head, tail } of frames) {
    const frame = encodeFrame(name, hasher, digests[0] ?? preamble, head, [tail]);
    pieces.push(frame.bytes);
    digests.push(frame.digest);
  }
  const footer: CborMap = new Map<string, CborValue>([
    ['segmentCount', frames.length - 2],
    ['root', merkleRoot(hasher, concat(digests))],
    ['signatures', []],
  ]);
  editFooter(footer);
  pieces.push(encodeFrame('footer', hasher, digests[0] ?? preamble, encodeCbor(footer)).bytes);
  return concat(pieces);
}

/** A frame of a type that this version does not know, with a right digest; its body is text. */
export function unknownFrame(letter: string, prefix: Uint8Array): Uint8Array {
  const hasher = hasherFor('xxh3-128');
  const body = Buffer.from('something new');
  const frame = Buffer.alloc(5 + body.length);
  frame.write(letter, 'latin1');
  frame.writeUInt32LE(body.length + hasher.fingerprint.digestBytes, 1);
  body.copy(frame, 5);
  return concat([frame, hasher.digest(concat([prefix, frame]))]);
}

/** The model's package with one head changed in place. */
export function forgeHead(model: Model, index: number, edit: (head: CborValue) => CborValue): Uint8Array {
  const frames = rawFrames(model).map((frame, place) =>
    place === index ? { ...frame, head: encodeCbor(edit(decodeCbor(frame.head, 'head'))) } : frame,
  );
  return forge(model, frames);
}

export function asMap(value: CborValue): CborMap {
  if (!(value instanceof Map)) throw new Error('not a map');
  return value;
}

export function asList(value: CborValue): CborValue[] {
  if (!Array.isArray(value)) throw new Error('not a list');
  return value;
}

/** A map with one field set. */
export function withField(value: CborValue, name: string, field: CborValue): CborMap {
  return new Map([...asMap(value), [name, field]]);
}

export function withoutField(value: CborValue, name: string): CborMap {
  return new Map([...asMap(value)].filter(([key]) => key !== name));
}

/** A list with one element replaced. */
export function withElement(value: CborValue, index: number, element: CborValue): CborValue[] {
  return asList(value).map((item, place) => (place === index ? element : item));
}
