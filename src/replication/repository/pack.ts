/**
 * Packs: the blocks of a segment in one object. The head lists them in the order of the body, where they lie end to end, so that a reader needs only
 * the head to know all places (docs/formats/repository-v1.md, "Packs").
 *
 *     head = u32 count   digests (width each)   count times: u8 codec  varint rawBytes  [varint packedBytes, unless stored]
 */
import { ByteReader, ByteWriter } from '../../base/codec.js';
import { DataError } from '../../base/errors.js';
import { blockBytesMax } from '../../base/limits.js';
import { isNoise } from '../../engine/package/compression.js';
import { codecNames, compress, decompress, type CodecName } from '../../engine/package/codecs.js';
import type { Hashing } from './hashing.js';
import { packBlocksMax, packBodyBytesMax } from './limits.js';
import { seal, unseal } from './objects.js';

/** A block as a pack keeps it. */
export interface PackedBlock {
  /** Number of its codec. */
  readonly codec: number;
  readonly rawBytes: number;
  readonly packed: Uint8Array;
}

/** Stored where the codec does not gain; portable deflate, thirty times as slow as LZ4, is not even tried on noise. The result may be a view of `bytes`. */
export function packBlock(bytes: Uint8Array, codec: CodecName, level: number): PackedBlock {
  const isTried = codec !== 'stored' && !(codec === 'deflate' && isNoise(bytes));
  const packed = isTried ? compress(codec, level, bytes, 'portable') : undefined;
  if (packed === undefined || packed.length >= bytes.length) {
    return { codec: 0, rawBytes: bytes.length, packed: bytes };
  }
  return { codec: codecNames.indexOf(codec), rawBytes: bytes.length, packed };
}

/** Throws DataError where the bytes do not unpack to the size that the head states. */
export function unpackBlock(codec: number, packed: Uint8Array, rawBytes: number): Uint8Array {
  const name = codecNames[codec];
  if (name === undefined) throw new DataError(`a block has the unknown codec ${codec}`);
  return decompress(name, packed, rawBytes);
}

/** `digests` are those of the blocks, end to end. */
export function encodePack(
  key: string,
  digests: Uint8Array,
  blocks: readonly PackedBlock[],
  hashing: Hashing,
): Uint8Array {
  const head = new ByteWriter(4 + digests.length + blocks.length * 7).u32(blocks.length).bytes(digests);
  for (const { codec, rawBytes, packed } of blocks) {
    head.u8(codec).varint(rawBytes);
    if (codec !== 0) head.varint(packed.length);
  }
  const body = blocks.map(({ packed }) => packed);
  return seal('pack', key, head.finish(), hashing, body).bytes;
}

/** Where a pack's blocks lie: structure of arrays. */
export interface PackIndex {
  readonly digests: Uint8Array;
  readonly codecs: Uint8Array;
  readonly rawBytes: Uint32Array;
  readonly packedBytes: Uint32Array;
  /** Within the object. */
  readonly offsets: Uint32Array;
  /** Of the whole object. */
  readonly objectBytes: number;
}

/** `bytes` holds the head and its digest at least. Throws DataError unless the head is intact and consistent. */
export function decodePackIndex(key: string, bytes: Uint8Array, hashing: Hashing): PackIndex {
  const { head, bodyAt } = unseal('pack', key, bytes, hashing);
  const reader = new ByteReader(head);
  const count = reader.u32(key);
  if (count === 0 || count > packBlocksMax) {
    throw new DataError(`${key} claims ${count} blocks, not 1 to ${packBlocksMax}`);
  }
  const digests = reader.bytes(count * hashing.width, key).slice();
  const codecs = new Uint8Array(count);
  const rawBytes = new Uint32Array(count);
  const packedBytes = new Uint32Array(count);
  const offsets = new Uint32Array(count);
  let at = bodyAt;
  for (let i = 0; i < count; i++) {
    const codec = reader.u8(key);
    const raw = reader.varint(key);
    const packed = codec === 0 ? raw : reader.varint(key);
    if (codec >= codecNames.length || raw === 0 || raw > blockBytesMax || packed === 0) {
      throw new DataError(`${key} has a block of codec ${codec}, ${raw} bytes in ${packed}, that cannot be`);
    }
    if (codec !== 0 && packed >= raw) {
      throw new DataError(`${key} has a compressed block that is no shorter than what it stands for`);
    }
    codecs[i] = codec;
    rawBytes[i] = raw;
    packedBytes[i] = packed;
    offsets[i] = at;
    at += packed;
    if (at - bodyAt > packBodyBytesMax)
      throw new DataError(`${key} claims more than ${packBodyBytesMax} bytes of blocks`);
  }
  reader.end(key);
  return { digests, codecs, rawBytes, packedBytes, offsets, objectBytes: at };
}
