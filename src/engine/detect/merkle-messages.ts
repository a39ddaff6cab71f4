/**
 * Messages of a Merkle walk (docs/formats/merkle-v1.md). The holder has a manifest, the reader wants to know it:
 *
 *     offer  holder -> reader   u8 1, u8 version, varint multihash code, chunker, u8 form, varint items, u8 height, root, nodes
 *     want   reader -> holder   u8 2, varint spare bytes, u8 level, varint count, count x varint (index - index before - 1)
 *     nodes  holder -> reader   u8 3, varint answered, nodes
 *     nodes  = varint levels, the nodes of each level; the first has those asked for (in an offer the root), each next one all distinct
 *              children of the level before, in order
 *     node   = above level 0: varint index of its first child, varint children, digests | at level 0: a leaf (merkle-items.ts)
 *
 * Reading compares each number with its limit, and nodes with the digests that were promised for them.
 */
import { ByteReader, ByteWriter } from '../../base/codec.js';
import { DataError } from '../../base/errors.js';
import { merkleHeightMax, merkleMessageBytesMax, merkleWantedMax, nameBytesMax } from '../../base/limits.js';
import { isContentChunkerName } from '../chunk/content-chunkers.js';
import { chunkerProblem, type ChunkerSpec } from '../chunk/spec.js';
import { fingerprintNames, fingerprints, type FingerprintName } from '../fingerprint/fingerprint.js';
import type { SnapshotForm } from '../snapshot/snapshot.js';

export const merkleVersion = 1;
const messageTypes = { offer: 1, want: 2, nodes: 3 } as const;
const forms = ['image', 'tree'] as const satisfies readonly SnapshotForm[];

export interface Offer {
  readonly fingerprint: FingerprintName;
  readonly chunker: ChunkerSpec;
  readonly form: SnapshotForm;
  readonly items: number;
  readonly height: number;
  readonly root: Uint8Array;
}

export interface Want {
  /** What the answer may have beyond the nodes asked for, a level. */
  readonly spareBytes: number;
  readonly level: number;
  /** Ascending. */
  readonly indices: readonly number[];
}

export function writeOffer(offer: Offer, nodes: Uint8Array): Uint8Array {
  const { name, ...sizes } = offer.chunker;
  const text = new TextEncoder().encode(name);
  const out = new ByteWriter(256)
    .u8(messageTypes.offer)
    .u8(merkleVersion)
    .varint(fingerprints[offer.fingerprint].multihashCode)
    .varint(text.length)
    .bytes(text);
  for (const bytes of Object.values(sizes)) out.varint(bytes);
  out.u8(forms.indexOf(offer.form)).varint(offer.items).u8(offer.height);
  return out.bytes(offer.root).bytes(nodes).finish();
}

/** The offer, and a reader that stands before its nodes. Throws DataError. */
export function readOffer(message: Uint8Array): { readonly offer: Offer; readonly rest: ByteReader } {
  const what = "the remote's offer";
  const from = open(message, messageTypes.offer, what);
  const version = from.u8(what);
  if (version !== merkleVersion) {
    throw new DataError(`${what} is of version ${version}`, { hint: 'use the same snapdelta on both sides' });
  }
  const code = from.varint(what);
  const fingerprint = fingerprintNames.find((name) => fingerprints[name].multihashCode === code);
  if (fingerprint === undefined) throw new DataError(`${what} has the unknown fingerprint ${code}`);
  const chunker = readChunker(from, what);
  const formCode = from.u8(what);
  const form = forms[formCode];
  if (form === undefined) throw new DataError(`${what} has the unknown form ${formCode}`);
  const items = from.varint(what);
  const height = from.u8(what);
  if (items === 0 || height > merkleHeightMax) {
    throw new DataError(`${what} has ${items} items in ${height + 1} levels`);
  }
  const root = from.bytes(fingerprints[fingerprint].digestBytes, what).slice();
  return { offer: { fingerprint, chunker, form, items, height, root }, rest: from };
}

function readChunker(from: ByteReader, what: string): ChunkerSpec {
  const length = from.varint(what);
  if (length > nameBytesMax) throw new DataError(`${what} names a chunker in ${length} bytes`);
  const name = Buffer.from(from.bytes(length, what)).toString('latin1');
  const chunker = chunkerNamed(name, () => from.varint(what));
  if (chunker === undefined) {
    throw new DataError(`${what} has the unknown chunker ${JSON.stringify(name)}`, {
      hint: 'use the same snapdelta on both sides',
    });
  }
  const problem = chunkerProblem(chunker);
  if (problem !== undefined) throw new DataError(`${what}: chunker ${problem}`);
  return chunker;
}

function chunkerNamed(name: string, size: () => number): ChunkerSpec | undefined {
  if (name === 'fixed') return { name, blockBytes: size() };
  if (!isContentChunkerName(name)) return undefined;
  return { name, minBytes: size(), averageBytes: size(), maxBytes: size() };
}

export function writeWant({ spareBytes, level, indices }: Want): Uint8Array {
  const out = new ByteWriter(indices.length * 2 + 16)
    .u8(messageTypes.want)
    .varint(spareBytes)
    .u8(level)
    .varint(indices.length);
  let before = -1;
  for (const index of indices) {
    out.varint(index - before - 1);
    before = index;
  }
  return out.finish();
}

/** Throws DataError; whether the level has such nodes is the holder's to check. */
export function readWant(message: Uint8Array): Want {
  const what = "the remote's question";
  const from = open(message, messageTypes.want, what);
  const spareBytes = from.varint(what);
  const level = from.u8(what);
  const count = from.varint(what);
  if (count === 0 || count > merkleWantedMax) throw new DataError(`${what} asks for ${count} nodes`);
  const indices: number[] = [];
  for (let before = -1; indices.length < count;) {
    before += from.varint(what) + 1;
    indices.push(before);
  }
  from.end(what);
  return { spareBytes, level, indices };
}

export function writeNodes(answered: number, nodes: Uint8Array): Uint8Array {
  return new ByteWriter(nodes.length + 8).u8(messageTypes.nodes).varint(answered).bytes(nodes).finish();
}

/** How many of the nodes asked for are answered, and a reader that stands before them. */
export function readNodes(
  message: Uint8Array,
  asked: number,
): { readonly answered: number; readonly rest: ByteReader } {
  const what = "the remote's answer";
  const from = open(message, messageTypes.nodes, what);
  const answered = from.varint(what);
  if (answered === 0 || answered > asked) {
    throw new DataError(`${what} has ${answered} nodes for ${asked} that were asked for`);
  }
  return { answered, rest: from };
}

function open(message: Uint8Array, type: number, what: string): ByteReader {
  if (message.length > merkleMessageBytesMax) {
    throw new DataError(`${what} has ${message.length} bytes, more than ${merkleMessageBytesMax}`);
  }
  const from = new ByteReader(message);
  const found = from.u8(what);
  if (found !== type) throw new DataError(`${what} is a message of type ${found}, not ${type}`);
  return from;
}
