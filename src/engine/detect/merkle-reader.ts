/**
 * The side of a Merkle walk that wants to know a remote manifest and has one of its own. It asks for those nodes alone that its own tree does not have,
 * all of a level at once, and puts the remote's manifest together from both: exactly what would have been sent.
 *
 *     state      message   next
 *     offer      offer     finished, where the root is known or everything below came with it; else nodes
 *     nodes      nodes     nodes, until no digest is unknown; then finished
 *     finished   any       an error
 *
 * Nothing is believed: a node has to hash to the digest that its parent gave for it, and the root is all that the remote can choose freely. Levels descend, so
 * the walk ends; each answer brings nodes that were asked for. After an error the reader is of no use.
 */
import { ByteReader } from '../../base/codec.js';
import { DataError, assert, present } from '../../base/errors.js';
import {
  manifestBytesMax,
  merkleChildrenMax,
  merkleItemsFactorMax,
  merkleItemsSlack,
  merkleWantedMax,
} from '../../base/limits.js';
import type { Cutting } from '../chunk/spec.js';
import type { Hasher } from '../fingerprint/fingerprint.js';
import { equalBytes } from '../fingerprint/identity.js';
import type { BlockListing, ListedBlocks } from '../fingerprint/manifest.js';
import { readLeaf, type ItemSink } from './merkle-items.js';
import { ListingBuilder } from './merkle-listing.js';
import { readNodes, readOffer, writeWant, type Offer } from './merkle-messages.js';
import { MerkleTree, nodeDigest } from './merkle-tree.js';

/** Bytes that a round trip is worth: what answers may have beyond the nodes asked for, a level (docs/merkle.md). */
const tripBytesDefault = 16 * 1024;

/** A node of the remote: the digests of its children, or the bytes of a leaf. */
type RemoteNode =
  | { readonly kind: 'inner'; readonly children: readonly Uint8Array[] }
  | { readonly kind: 'leaf'; readonly bytes: Uint8Array; readonly items: number };

/** A digest of the remote's, and where its node lies there. */
interface Unknown {
  readonly digest: Uint8Array;
  readonly level: number;
  readonly index: number;
}

export interface ReaderOptions {
  readonly chunker: Cutting;
  readonly tripBytes?: number;
}

export class MerkleReader {
  /** Questions asked at once, one after another answered: what the walk took beyond the offer. */
  roundTrips = 0;
  readonly #tree: MerkleTree;
  readonly #hasher: Hasher;
  readonly #options: ReaderOptions;
  readonly #nodes = new Map<string, RemoteNode>();
  /** Asked and not yet answered, a list for each message; and unknown and not yet asked. */
  readonly #asked: (readonly Unknown[])[] = [];
  #unknown = new Map<string, Unknown>();
  #offer: Offer | undefined;
  #receivedBytes = 0;
  #receivedItems = 0;

  constructor(own: ListedBlocks, hasher: Hasher, options: ReaderOptions) {
    this.#tree = new MerkleTree(own, hasher);
    this.#hasher = hasher;
    this.#options = options;
  }

  get isFinished(): boolean {
    return this.#offer !== undefined && this.#asked.length === 0;
  }

  /** Takes a message of the holder's; returns the questions to send. Throws DataError. */
  receive(message: Uint8Array): Uint8Array[] {
    if (this.isFinished) throw new DataError('the remote goes on after the last answer');
    this.#receivedBytes += message.length;
    if (this.#receivedBytes > manifestBytesMax) {
      throw new DataError(`the remote has sent more than ${manifestBytesMax} bytes`);
    }
    if (this.#offer === undefined) this.#takeOffer(message);
    else this.#takeNodes(message);
    return this.#asked.length === 0 ? this.#ask() : [];
  }

  /** What the remote's manifest says. Throws DataError where its nodes are no manifest. */
  listing(): BlockListing {
    assert(this.isFinished, 'the walk is finished');
    const { root, items, form, chunker } = present(this.#offer, 'offer');
    const own = this.#tree.items.count;
    const itemsMax = merkleItemsFactorMax * (own + this.#receivedItems) + merkleItemsSlack;
    const counted = this.#count(root, new Map());
    if (counted !== items || counted > itemsMax) {
      throw new DataError(
        `the remote's manifest has ${counted} items, not ${items}, of at most ${itemsMax}`,
        {
          hint: 'send the manifest itself',
        },
      );
    }
    const listing = new ListingBuilder(chunker);
    this.#send(root, listing);
    return listing.finish(form, this.#hasher);
  }

  #takeOffer(message: Uint8Array): void {
    const { offer, rest } = readOffer(message);
    const { chunker } = this.#options;
    const { name } = this.#hasher.fingerprint;
    if (offer.fingerprint !== name || JSON.stringify(offer.chunker) !== JSON.stringify(chunker)) {
      throw new DataError('the remote has cut its blocks otherwise', {
        hint: `the remote: ${offer.chunker.name}, ${offer.fingerprint}; here: ${chunker.name}, ${name}`,
      });
    }
    this.#offer = offer;
    const root = { digest: offer.root, level: offer.height, index: 0 };
    this.#note(root);
    this.#readLevels(rest, [root], true);
  }

  #takeNodes(message: Uint8Array): void {
    const asked = present(this.#asked.shift(), 'question');
    const { answered, rest } = readNodes(message, asked.length);
    this.#readLevels(rest, asked.slice(0, answered), false);
    for (const left of asked.slice(answered)) this.#note(left);
  }

  /** All that is unknown, in messages of one level each. */
  #ask(): Uint8Array[] {
    const unknown = [...this.#unknown.values()].sort((a, b) => b.level - a.level || a.index - b.index);
    this.#unknown = new Map();
    if (unknown.length > 0) this.roundTrips++;
    const tripBytes = this.#options.tripBytes ?? tripBytesDefault;
    for (let at = 0; at < unknown.length;) {
      const { level } = present(unknown[at], 'node');
      let end = at + 1;
      while (end < unknown.length && end - at < merkleWantedMax && unknown[end]?.level === level) end++;
      this.#asked.push(unknown.slice(at, end));
      at = end;
    }
    // Where there is more than one message, further levels would outweigh the round trip that they save.
    const spareBytes = this.#asked.length === 1 ? tripBytes : 0;
    return this.#asked.map((nodes) => {
      const indices = nodes.map(({ index }) => index);
      if (indices.some((index, i) => i > 0 && index <= present(indices[i - 1], 'index'))) {
        throw new DataError('the remote gives one place to two nodes');
      }
      return writeWant({ spareBytes, level: present(nodes[0], 'node').level, indices });
    });
  }

  #readLevels(from: ByteReader, first: readonly Unknown[], mayBeEmpty: boolean): void {
    const what = "the remote's nodes";
    const levels = from.varint(what);
    const top = present(first[0], 'node').level;
    if (levels > top + 1 || (levels === 0 && !mayBeEmpty)) {
      throw new DataError(`${what} are of ${levels} levels below level ${top + 1}`);
    }
    let expected = first;
    for (let level = 0; level < levels; level++) {
      const below = new Map<string, Unknown>();
      for (const promise of expected) this.#readNode(from, promise, below);
      expected = [...below.values()];
    }
    from.end(what);
  }

  /** Reads a node, checks it against its digest, and adds its children to those of its level. */
  #readNode(from: ByteReader, promised: Unknown, below: Map<string, Unknown>): void {
    const { level, digest } = promised;
    const what = `the remote: node ${promised.index} of level ${level}`;
    const firstChild = level === 0 ? 0 : from.varint(what);
    const start = from.offset;
    const children: Uint8Array[] = [];
    let items = 0;
    if (level === 0) items = readLeaf(from, this.#tree.digestBytes, nowhere);
    else {
      const count = from.varint(what);
      if (count === 0 || count > merkleChildrenMax) throw new DataError(`${what} has ${count} children`);
      while (children.length < count) children.push(from.bytes(this.#tree.digestBytes, what).slice());
    }
    const bytes = from.since(start).slice();
    if (!equalBytes(nodeDigest(this.#hasher, level, bytes), digest)) {
      throw new DataError(`${what} does not have its digest`, {
        hint: 'the remote or the connection is damaged',
      });
    }
    const key = keyOf(digest);
    this.#unknown.delete(key);
    const isNew = !this.#nodes.has(key) && this.#tree.itemsOf(digest) === undefined;
    if (isNew) {
      this.#receivedItems += items;
      this.#nodes.set(key, level === 0 ? { kind: 'leaf', bytes, items } : { kind: 'inner', children });
    }
    children.forEach((child, i) => {
      const place = { digest: child, level: level - 1, index: firstChild + i };
      const childKey = keyOf(child);
      if (!below.has(childKey)) below.set(childKey, place);
      if (isNew) this.#note(place);
    });
  }

  /** Notes a digest as unknown, unless it is known. */
  #note(place: Unknown): void {
    const key = keyOf(place.digest);
    if (this.#nodes.has(key) || this.#unknown.has(key)) return;
    if (this.#tree.itemsOf(place.digest) === undefined) this.#unknown.set(key, place);
  }

  #count(digest: Uint8Array, counted: Map<string, number>): number {
    const own = this.#tree.itemsOf(digest);
    if (own !== undefined) return own[1] - own[0];
    const key = keyOf(digest);
    const before = counted.get(key);
    if (before !== undefined) return before;
    const node = present(this.#nodes.get(key), 'node');
    let items = 0;
    if (node.kind === 'leaf') items = node.items;
    else for (const child of node.children) items += this.#count(child, counted);
    counted.set(key, items);
    return items;
  }

  #send(digest: Uint8Array, sink: ItemSink): void {
    const own = this.#tree.itemsOf(digest);
    if (own !== undefined) {
      this.#tree.items.send(own[0], own[1], sink);
      return;
    }
    const node = present(this.#nodes.get(keyOf(digest)), 'node');
    if (node.kind === 'leaf') readLeaf(new ByteReader(node.bytes), this.#tree.digestBytes, sink);
    else for (const child of node.children) this.#send(child, sink);
  }
}

const nowhere: ItemSink = { entry: () => undefined, blocks: () => undefined };

function keyOf(digest: Uint8Array): string {
  return Buffer.from(digest.buffer, digest.byteOffset, digest.byteLength).toString('latin1');
}
