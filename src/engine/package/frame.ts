/**
 * Frames: type, body length, head, tail, digest (docs/formats/package-v1.md, "Layout"). The digest covers a prefix
 * (the preamble for the header, the package id for every other frame) and the frame up to the digest itself.
 */
import { assert } from '../../base/errors.js';
import { frameBodyBytesMax, headBytesMax } from '../../base/limits.js';
import type { Hasher } from '../fingerprint/fingerprint.js';
import { frameHeadBytes, frameType, type FrameName } from './format.js';

export interface EncodedFrame {
  readonly bytes: Uint8Array;
  readonly digest: Uint8Array;
}

/** Largest body of a frame of this type, its digest of `width` bytes included. */
export function bodyBytesMax(name: FrameName, width: number): number {
  return name === 'header' || name === 'footer' ? headBytesMax + width : frameBodyBytesMax;
}

export function encodeFrame(
  name: FrameName,
  hasher: Hasher,
  prefix: Uint8Array,
  head: Uint8Array,
  tail: readonly Uint8Array[] = [],
): EncodedFrame {
  const width = hasher.fingerprint.digestBytes;
  const bodyBytes = tail.reduce((sum, part) => sum + part.length, head.length + width);
  assert(
    head.length <= headBytesMax && bodyBytes <= bodyBytesMax(name, width),
    `a ${name} frame fits its limit`,
  );
  // Prefix and frame lie in one array, so that one call hashes both.
  const all = new Uint8Array(prefix.length + frameHeadBytes + bodyBytes);
  all.set(prefix);
  all[prefix.length] = frameType[name];
  new DataView(all.buffer).setUint32(prefix.length + 1, bodyBytes, true);
  let at = prefix.length + frameHeadBytes;
  for (const part of [head, ...tail]) {
    all.set(part, at);
    at += part.length;
  }
  const digest = hasher.digest(all.subarray(0, at));
  all.set(digest, at);
  return { bytes: all.subarray(prefix.length), digest };
}
