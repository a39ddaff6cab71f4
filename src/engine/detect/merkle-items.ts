/**
 * Items: what a Merkle walk's tree is built over. A manifest as one sequence: each entry's record, followed by its blocks. A leaf node is a run of
 * items in bytes:
 *
 *     leaf   = varint items, groups
 *     group  = 0, record | varint 2 x blocks + uniform, lengths, digests     blocks until the next entry, or the node's end
 *     record = u8 kind, varint bytes shared with the path before, text rest of the path, varint mode, signed varint mtime,
 *              file: varint size, content digest | symlink: text target
 *     lengths = one varint where uniform is 1, else one a block              text = varint length, UTF-8
 *
 * Paths are shared within a node alone, so that a node's bytes follow from its items. Reading is bounded by the bytes that are there.
 */
import { ByteReader, ByteWriter } from '../../base/codec.js';
import { DataError, present } from '../../base/errors.js';
import { merkleChildrenMax, pathBytesMax } from '../../base/limits.js';
import type { ListedBlocks } from '../fingerprint/manifest.js';
import type { Entry, EntryKind } from '../snapshot/snapshot.js';

const kinds = ['file', 'directory', 'symlink'] as const satisfies readonly EntryKind[];
const utf8 = new TextEncoder();
const utf8Strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const what = 'the remote: a leaf node';

/** Where items go, in order. */
export interface ItemSink {
  entry(entry: Entry, digest: Uint8Array): void;
  /** Consecutive blocks of the entry before; digests end to end. */
  blocks(lengths: ArrayLike<number>, digests: Uint8Array): void;
}

/** The items of a manifest by index. */
export class ItemSequence {
  readonly source: ListedBlocks;
  readonly count: number;
  readonly #width: number;
  /** Index of each entry's first block; one more element holds the total. */
  readonly #firstBlock: Float64Array;

  constructor(source: ListedBlocks, digestBytes: number) {
    const { layout, blocks } = source;
    this.source = source;
    this.#width = digestBytes;
    this.#firstBlock = new Float64Array(layout.entryCount + 1);
    let block = 0;
    for (let entry = 0; entry < layout.entryCount; entry++) {
      this.#firstBlock[entry] = block;
      const end = layout.endOf(entry);
      while (block < blocks.ends.length && present(blocks.ends[block], 'block end') <= end) block++;
    }
    this.#firstBlock[layout.entryCount] = block;
    this.count = layout.entryCount + block;
  }

  /** Sends items [first, end) to the sink; blocks in runs that end with their entry. */
  send(first: number, end: number, sink: ItemSink): void {
    const { entries, entryDigests, blocks } = this.source;
    for (let item = first, entry = this.#entryOf(first); item < end; entry++) {
      const record = entry + present(this.#firstBlock[entry], 'first block');
      if (item === record) {
        const width = this.#width;
        sink.entry(
          present(entries[entry], 'entry'),
          entryDigests.subarray(entry * width, (entry + 1) * width),
        );
        item++;
      }
      const firstBlock = item - entry - 1;
      const endBlock = Math.min(present(this.#firstBlock[entry + 1], 'first block'), end - entry - 1);
      if (endBlock <= firstBlock) continue;
      const lengths = new Float64Array(endBlock - firstBlock);
      let at = firstBlock === 0 ? 0 : present(blocks.ends[firstBlock - 1], 'block end');
      for (let block = firstBlock; block < endBlock; block++) {
        const blockEnd = present(blocks.ends[block], 'block end');
        lengths[block - firstBlock] = blockEnd - at;
        at = blockEnd;
      }
      sink.blocks(lengths, blocks.digests.subarray(firstBlock * this.#width, endBlock * this.#width));
      item += endBlock - firstBlock;
    }
  }

  /** The entry whose record or block the item is. */
  #entryOf(item: number): number {
    let low = 0;
    let high = this.#firstBlock.length - 2;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (middle + present(this.#firstBlock[middle], 'first block') <= item) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Writes the items of one leaf node. */
export class LeafWriter implements ItemSink {
  readonly #out = new ByteWriter(1024);
  #path = new Uint8Array(0);

  constructor(items: number) {
    this.#out.varint(items);
  }

  entry(entry: Entry, digest: Uint8Array): void {
    const path = utf8.encode(entry.path);
    const shared = sharedBytes(this.#path, path);
    this.#out.varint(0).u8(kinds.indexOf(entry.kind)).varint(shared);
    writeText(this.#out, path.subarray(shared));
    this.#out.varint(entry.mode).signedVarint(entry.mtimeMicros);
    if (entry.kind === 'file') this.#out.varint(entry.sizeBytes).bytes(digest);
    if (entry.kind === 'symlink') writeText(this.#out, utf8.encode(entry.linkTarget ?? ''));
    this.#path = path;
  }

  blocks(lengths: ArrayLike<number>, digests: Uint8Array): void {
    const first = present(lengths[0], 'length');
    let uniform = true;
    for (let i = 1; uniform && i < lengths.length; i++) uniform = lengths[i] === first;
    this.#out.varint(2 * lengths.length + (uniform ? 1 : 0));
    const count = uniform ? 1 : lengths.length;
    for (let i = 0; i < count; i++) this.#out.varint(present(lengths[i], 'length'));
    this.#out.bytes(digests);
  }

  finish(): Uint8Array {
    return this.#out.finish();
  }
}

/** Reads one leaf node; returns how many items it has. Throws DataError. Whether blocks cover their entries is the sink's to check. */
export function readLeaf(from: ByteReader, digestBytes: number, sink: ItemSink): number {
  const items = from.varint(what);
  if (items === 0 || items > merkleChildrenMax) throw new DataError(`${what} has ${items} items`);
  let path: Uint8Array = new Uint8Array(0);
  for (let left = items; left > 0;) {
    const head = from.varint(what);
    const blocks = Math.floor(head / 2);
    if (head === 0) {
      path = readRecord(from, digestBytes, path, sink);
      left--;
      continue;
    }
    if (blocks === 0 || blocks > left) throw new DataError(`${what} has a group of ${blocks} blocks`);
    left -= blocks;
    const lengths = new Float64Array(blocks);
    if (head % 2 === 1) lengths.fill(from.varint(what));
    else for (let i = 0; i < blocks; i++) lengths[i] = from.varint(what);
    sink.blocks(lengths, from.bytes(blocks * digestBytes, what));
  }
  return items;
}

function readRecord(from: ByteReader, digestBytes: number, before: Uint8Array, sink: ItemSink): Uint8Array {
  const code = from.u8(what);
  const kind = kinds[code];
  if (kind === undefined) throw new DataError(`${what} has an entry of the unknown kind ${code}`);
  const shared = from.varint(what);
  if (shared > before.length) throw new DataError(`${what} shares ${shared} bytes of a shorter path`);
  const rest = readText(from);
  const path = new Uint8Array(shared + rest.length);
  path.set(before.subarray(0, shared));
  path.set(rest, shared);
  const entry = {
    path: decodeText(path),
    kind,
    mode: from.varint(what),
    mtimeMicros: from.signedVarint(what),
    sizeBytes: kind === 'file' ? from.varint(what) : 0,
  };
  const digest = kind === 'file' ? from.bytes(digestBytes, what) : new Uint8Array(digestBytes);
  sink.entry(kind === 'symlink' ? { ...entry, linkTarget: decodeText(readText(from)) } : entry, digest);
  return path;
}

function sharedBytes(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < most && a[shared] === b[shared]) shared++;
  return shared;
}

function writeText(out: ByteWriter, bytes: Uint8Array): void {
  out.varint(bytes.length).bytes(bytes);
}

function readText(from: ByteReader): Uint8Array {
  const length = from.varint(what);
  if (length > pathBytesMax) throw new DataError(`${what} has a text of ${length} bytes`);
  return from.bytes(length, what);
}

function decodeText(bytes: Uint8Array): string {
  if (bytes.length > pathBytesMax) throw new DataError(`${what} has a text of ${bytes.length} bytes`);
  try {
    return utf8Strict.decode(bytes);
  } catch (cause) {
    throw new DataError(`${what} has a path that is not valid UTF-8`, { cause });
  }
}
