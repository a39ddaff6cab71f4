/**
 * Staging objects: a head, which says what was offered and by which manifest, and one object for each durable segment, which names the head
 * by its digest, so that a segment left over from another staging of the same token counts for nothing.
 */
import { DataError } from '../../base/errors.js';
import { segmentsMax } from '../../base/limits.js';
import { decodeCbor, encodeCbor } from '../../engine/package/cbor.js';
import { Fields } from '../../engine/package/fields.js';
import type { Hashing } from './hashing.js';
import { offerBytesMax, packBlocksMax } from './limits.js';
import {
  manifestKey,
  prefixes,
  seal,
  segmentName,
  stagingFolder,
  stagingHeadName,
  unsealWhole,
  type SealedObject,
} from './objects.js';

export interface StagingHead {
  readonly token: string;
  readonly offer: Uint8Array;
  /** Object key. */
  readonly manifest: string;
}

export function encodeStagingHead({ token, offer, manifest }: StagingHead, hashing: Hashing): SealedObject {
  const digest = Buffer.from(manifest.slice(prefixes.manifests.length), 'hex');
  const head = encodeCbor({ token, offer, manifest: digest });
  return seal('staging', stagingFolder(hashing, token) + stagingHeadName, head, hashing);
}

/** Throws DataError for anything but the intact head of this key. */
export function decodeStagingHead(
  bytes: Uint8Array,
  key: string,
  hashing: Hashing,
): { readonly head: StagingHead; readonly digest: Uint8Array } {
  const opened = unsealWhole('staging', key, bytes, hashing);
  const fields = Fields.ofMap(decodeCbor(opened.head, key), key, false);
  const token = fields.name('token', 1);
  const offer = fields.bytes('offer').slice();
  const manifest = manifestKey(fields.bytes('manifest', hashing.width));
  fields.end();
  if (offer.length > offerBytesMax) {
    throw new DataError(`${key}: the offer has ${offer.length} bytes, more than ${offerBytesMax}`);
  }
  if (stagingFolder(hashing, token) + stagingHeadName !== key) {
    throw new DataError(`${key} is the head of another staging`);
  }
  return { head: { token, offer, manifest }, digest: opened.digest };
}

/** `staging` is the digest of the head's object. */
export interface StagedSegment {
  readonly staging: Uint8Array;
  readonly index: number;
  /** Of its blocks, end to end. */
  readonly digests: Uint8Array;
}

/** Blocks that one segment object can list. */
export const segmentBlocksMax = packBlocksMax;

export function encodeSegment(folder: string, segment: StagedSegment, hashing: Hashing): SealedObject {
  const { staging, index, digests } = segment;
  const head = encodeCbor({ staging, index, digests });
  return seal('segment', folder + segmentName(index), head, hashing);
}

/** Throws DataError for anything but an intact segment of this key. */
export function decodeSegment(bytes: Uint8Array, key: string, hashing: Hashing): StagedSegment {
  const { head } = unsealWhole('segment', key, bytes, hashing);
  const fields = Fields.ofMap(decodeCbor(head, key), key, false);
  const staging = fields.bytes('staging', hashing.width);
  const index = fields.integer('index', 0, segmentsMax);
  const digests = fields.bytes('digests');
  fields.end();
  if (digests.length % hashing.width !== 0 || digests.length > segmentBlocksMax * hashing.width) {
    throw new DataError(`${key}: digests has ${digests.length} bytes`);
  }
  return { staging, index, digests };
}
