/** Cuts what is too long for one message into several: pieces of manifests and packages, the runs of a need, the rows of a listing. */
import { ByteWriter } from '../../base/codec.js';
import { writeListedVersion } from './greeting-bodies.js';
import { controlBytesMax, listingRowsMax, pieceBytesMax, runsMax } from './limits.js';
import type { ListedVersion, Listing, Need } from './messages.js';

/** The bodies of manifest or data messages: views of `bytes`, which must not change until the frames are made. */
export function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytesMax) yield bytes.subarray(at, at + pieceBytesMax);
}

/** One need message at least; token, index and credit are in the last. */
export function needParts(need: Omit<Need, 'type' | 'isLast'>): readonly Need[] {
  const parts: Need[] = [];
  for (let at = 0; at + runsMax < need.runs.length; at += runsMax) {
    const runs = need.runs.slice(at, at + runsMax);
    parts.push({ type: 'need', token: '', runs, isLast: false, firstIndex: 0, creditBytes: 0 });
  }
  return [...parts, { ...need, type: 'need', runs: need.runs.slice(parts.length * runsMax), isLast: true }];
}

/** Flag and count of rows. */
const listingHeadBytes = 3;

/** One listing message at least. */
export function listingParts(rows: readonly ListedVersion[]): readonly Listing[] {
  const parts: ListedVersion[][] = [[]];
  let partBytes = listingHeadBytes;
  for (const row of rows) {
    const to = new ByteWriter();
    writeListedVersion(to, row);
    if (partBytes + to.length > controlBytesMax || parts.at(-1)?.length === listingRowsMax) {
      parts.push([]);
      partBytes = listingHeadBytes;
    }
    parts.at(-1)?.push(row);
    partBytes += to.length;
  }
  return parts.map((part, i) => ({ type: 'listing', rows: part, isLast: i === parts.length - 1 }));
}
