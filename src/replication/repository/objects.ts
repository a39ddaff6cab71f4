/**
 * The frame of every object that is ours: magic, version, kind, head, a digest over all that and the object's own key, and the body
 * (docs/formats/repository-v1.md, "Objects"). Since the key is under the digest, an object that a store gives under another key is noticed.
 */
import { ByteReader, ByteWriter } from '../../base/codec.js';
import { DataError, assert } from '../../base/errors.js';
import { encodeCbor, type CborValue } from '../../engine/package/cbor.js';
import { hexOf, type Hashing } from './hashing.js';
import { objectHeadBytesMax } from './limits.js';

export const formatVersion = 1;
const magic = Uint8Array.of(0x89, 0x53, 0x44, 0x52, 0x0d, 0x0a, 0x1a, 0x0a);

/** Magic, version, kind, length of the head. */
export const frameBytes = magic.length + 2 + 1 + 4;

export const objectKinds = {
  configuration: 0x43,
  pack: 0x50,
  version: 0x56,
  staging: 0x53,
  segment: 0x47,
} as const;
export type ObjectKind = keyof typeof objectKinds;

export const configKey = 'config';
export const prefixes = {
  packs: 'packs/',
  manifests: 'manifests/',
  versions: 'versions/',
  stagings: 'stagings/',
} as const;

const packDigits = 10;
const segmentDigits = 7;

export function packKey(pack: number): string {
  return prefixes.packs + String(pack).padStart(packDigits, '0');
}

/** The number of a pack's key, or undefined for what is none. */
export function packOfKey(key: string): number | undefined {
  const digits = key.slice(prefixes.packs.length);
  const pack = Number(digits);
  return /^\d{10}$/.test(digits) && pack < 2 ** 32 ? pack : undefined;
}

export function manifestKey(digest: Uint8Array): string {
  return prefixes.manifests + hexOf(digest);
}

export function versionKey(hashing: Hashing, volume: string, writer: string, counter: number): string {
  return prefixes.versions + nameOf(hashing, [volume, writer, counter]);
}

/** Folder of a staging's objects. */
export function stagingFolder(hashing: Hashing, token: string): string {
  return `${prefixes.stagings}${nameOf(hashing, [token])}/`;
}

export const stagingHeadName = 'head';

export function segmentName(index: number): string {
  return String(index).padStart(segmentDigits, '0');
}

/** Free text may be no key: its digest is. */
function nameOf(hashing: Hashing, parts: CborValue[]): string {
  return hexOf(hashing.digest(encodeCbor(parts)));
}

export interface SealedObject {
  readonly bytes: Uint8Array;
  readonly digest: Uint8Array;
}

export function seal(
  kind: ObjectKind,
  key: string,
  head: Uint8Array,
  hashing: Hashing,
  body: readonly Uint8Array[] = [],
): SealedObject {
  assert(head.length <= objectHeadBytesMax, 'the head of an object fits its limit');
  const name = keyPrefix(key);
  const headEnd = name.length + frameBytes + head.length;
  const bodyAt = headEnd + hashing.width;
  const all = new Uint8Array(body.reduce((sum, part) => sum + part.length, bodyAt));
  all.set(name);
  all.set(
    new ByteWriter(frameBytes)
      .bytes(magic)
      .u16(formatVersion)
      .u8(objectKinds[kind])
      .u32(head.length)
      .finish(),
    name.length,
  );
  all.set(head, name.length + frameBytes);
  const digest = hashing.digest(all.subarray(0, headEnd));
  all.set(digest, headEnd);
  let at = bodyAt;
  for (const part of body) {
    all.set(part, at);
    at += part.length;
  }
  return { bytes: all.subarray(name.length), digest };
}

/** Reads the fixed beginning: the head's length. Throws DataError for what is not an object of this kind. */
export function readFrame(kind: ObjectKind, key: string, bytes: Uint8Array): number {
  if (bytes.length < frameBytes) throw new DataError(`${key} is truncated`);
  const reader = new ByteReader(bytes);
  if (Buffer.compare(reader.bytes(magic.length, key), magic) !== 0) {
    throw new DataError(`${key} is not an object of a snapdelta repository`);
  }
  const version = reader.u16(key);
  if (version > formatVersion) {
    throw new DataError(
      `${key} was written by a newer version: repository format ${version}, this program reads ${formatVersion}`,
      { hint: 'update snapdelta on this side' },
    );
  }
  if (version < formatVersion)
    throw new DataError(`${key} claims repository format ${version}, which never existed`);
  if (reader.u8(key) !== objectKinds[kind]) throw new DataError(`${key} is not a ${kind}`);
  const headBytes = reader.u32(key);
  if (headBytes > objectHeadBytesMax) {
    throw new DataError(`${key} claims a head of ${headBytes} bytes, more than ${objectHeadBytesMax}`);
  }
  return headBytes;
}

export interface OpenedObject {
  readonly head: Uint8Array;
  readonly digest: Uint8Array;
  /** Where the body begins. */
  readonly bodyAt: number;
}

/** `bytes` holds the head and the digest at least. Throws DataError unless both are intact and belong to this key. */
export function unseal(kind: ObjectKind, key: string, bytes: Uint8Array, hashing: Hashing): OpenedObject {
  const headEnd = frameBytes + readFrame(kind, key, bytes);
  const bodyAt = headEnd + hashing.width;
  if (bytes.length < bodyAt) throw new DataError(`${key} is truncated`);
  const name = keyPrefix(key);
  const covered = new Uint8Array(name.length + headEnd);
  covered.set(name);
  covered.set(bytes.subarray(0, headEnd), name.length);
  const digest = hashing.digest(covered);
  if (Buffer.compare(digest, bytes.subarray(headEnd, bodyAt)) !== 0) throw new DataError(`${key} is damaged`);
  return { head: bytes.subarray(frameBytes, headEnd), digest, bodyAt };
}

/** As unseal, for an object without a body. */
export function unsealWhole(
  kind: ObjectKind,
  key: string,
  bytes: Uint8Array,
  hashing: Hashing,
): OpenedObject {
  const opened = unseal(kind, key, bytes, hashing);
  if (opened.bodyAt !== bytes.length) {
    throw new DataError(`${key} is followed by ${bytes.length - opened.bodyAt} surplus bytes`);
  }
  return opened;
}

function keyPrefix(key: string): Uint8Array {
  return Buffer.from(`${key}\0`, 'latin1');
}
