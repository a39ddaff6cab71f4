/**
 * The tree of a Merkle walk: nodes over the items of a manifest whose borders are chosen by the children themselves, so that an item put in or taken
 * out changes the nodes above it and few beside them, wherever it lies; a tree split by index would change everything after it.
 *
 *     border  after a child, when the node has `merkleChildrenMin` of them and `merkleBorderBits` low bits of the child's word are zero, or at `merkleChildrenMax`
 *     word    first four bytes, little-endian, of the child's digest; of an entry's record, of H(record as a leaf of its own)
 *     digest  H(0x02 || u8 level || node), leaf nodes having level 0; an inner node is varint children, digests
 *
 * The tree is a function of the sequence alone. Levels end with the first one of a single node, the root. Runs of equal items (zeros) give equal
 * nodes, which are sent once.
 *
 * Source: prolly trees (Noms, 2015; Dolt); CDC on digests as in Bup's hashsplit. Both numbers were chosen by measurement (docs/merkle.md).
 */
import { ByteWriter } from '../../base/codec.js';
import { assert, present } from '../../base/errors.js';
import { merkleChildrenMax } from '../../base/limits.js';
import { ByteVector, Float64Vector } from '../../base/vector.js';
import type { Hasher } from '../fingerprint/fingerprint.js';
import type { ListedBlocks } from '../fingerprint/manifest.js';
import type { Entry } from '../snapshot/snapshot.js';
import { DigestIndex } from './digest-index.js';
import { ItemSequence, LeafWriter, type ItemSink } from './merkle-items.js';

const merkleChildrenMin = 4;
/** One child in four ends a node that is long enough: seven children on average. */
const merkleBorderBits = 2;
const borderMask = 2 ** merkleBorderBits - 1;

/** Digest of a node by its level and bytes. */
export function nodeDigest(hasher: Hasher, level: number, node: Uint8Array): Uint8Array {
  const message = new Uint8Array(2 + node.length);
  message[0] = 2;
  message[1] = level;
  message.set(node, 2);
  return hasher.digest(message);
}

/** A node's place: levels count from the leaves, indices from the left. */
export interface NodePlace {
  readonly level: number;
  readonly index: number;
}

interface Level {
  readonly digests: Uint8Array;
  /** First child, or item, of each node; one more element holds the total. */
  readonly first: Float64Array;
}

export class MerkleTree {
  readonly items: ItemSequence;
  /** Bytes of all nodes. */
  readonly nodeBytes: number;
  readonly digestBytes: number;
  readonly #levels: readonly Level[];
  readonly #index: DigestIndex;
  /** Number of nodes below each level. */
  readonly #levelStart: readonly number[];

  constructor(source: ListedBlocks, hasher: Hasher) {
    this.digestBytes = hasher.fingerprint.digestBytes;
    this.items = new ItemSequence(source, this.digestBytes);
    assert(this.items.count > 0, 'a snapshot has an entry');
    const leaves = new LevelBuilder(hasher, 0, (first, end) => this.#leaf(first, end));
    this.items.send(0, this.items.count, new BorderSink(hasher, leaves));
    const levels = [leaves.finish()];
    let nodeBytes = leaves.nodeBytes;
    for (let top = present(levels[0], 'leaf level'); top.first.length > 2;) {
      const below = top;
      const builder = new LevelBuilder(hasher, levels.length, (first, end) =>
        innerNode(below, first, end, this.digestBytes),
      );
      for (let at = 0; at < below.digests.length; at += this.digestBytes)
        builder.add(wordAt(below.digests, at));
      top = builder.finish();
      nodeBytes += builder.nodeBytes;
      levels.push(top);
    }
    this.#levels = levels;
    this.nodeBytes = nodeBytes;
    const all = new ByteVector();
    this.#levelStart = levels.map(({ digests }) => {
      all.append(digests);
      return (all.length - digests.length) / this.digestBytes;
    });
    this.#index = new DigestIndex(all.view(), this.digestBytes);
    for (let node = 0; node < all.length / this.digestBytes; node++) this.#index.insert(node);
  }

  /** Level of the root. */
  get height(): number {
    return this.#levels.length - 1;
  }

  get root(): Uint8Array {
    return this.#level(this.height).digests;
  }

  nodeCount(level: number): number {
    return this.#level(level).first.length - 1;
  }

  digestOf({ level, index }: NodePlace): Uint8Array {
    return this.#level(level).digests.subarray(index * this.digestBytes, (index + 1) * this.digestBytes);
  }

  /** Children of an inner node, or items of a leaf: first and end. */
  childrenOf({ level, index }: NodePlace): readonly [number, number] {
    const { first } = this.#level(level);
    return [present(first[index], 'child'), present(first[index + 1], 'child')];
  }

  bytesOf(place: NodePlace): Uint8Array {
    const [first, end] = this.childrenOf(place);
    return place.level === 0
      ? this.#leaf(first, end)
      : innerNode(this.#level(place.level - 1), first, end, this.digestBytes);
  }

  /** Items [first, end) below the node that has this digest, or undefined where none has. */
  itemsOf(digest: Uint8Array): readonly [number, number] | undefined {
    const node = this.#index.find(digest, 0);
    if (node < 0) return undefined;
    let level = this.height;
    while (node < present(this.#levelStart[level], 'level')) level--;
    let first = node - present(this.#levelStart[level], 'level');
    let end = first + 1;
    for (; level >= 0; level--) {
      const { first: children } = this.#level(level);
      first = present(children[first], 'child');
      end = present(children[end], 'child');
    }
    return [first, end];
  }

  #level(level: number): Level {
    return present(this.#levels[level], 'level');
  }

  #leaf(first: number, end: number): Uint8Array {
    const writer = new LeafWriter(end - first);
    this.items.send(first, end, writer);
    return writer.finish();
  }
}

/** Cuts the children of one level into nodes, as they come. */
class LevelBuilder {
  nodeBytes = 0;
  readonly #hasher: Hasher;
  readonly #level: number;
  readonly #bytesOf: (first: number, end: number) => Uint8Array;
  readonly #digests = new ByteVector();
  readonly #first = new Float64Vector();
  #count = 0;
  #start = 0;

  constructor(hasher: Hasher, level: number, bytesOf: (first: number, end: number) => Uint8Array) {
    this.#hasher = hasher;
    this.#level = level;
    this.#bytesOf = bytesOf;
  }

  add(word: number): void {
    this.#count++;
    const children = this.#count - this.#start;
    if (children === merkleChildrenMax || (children >= merkleChildrenMin && (word & borderMask) === 0))
      this.#cut();
  }

  finish(): Level {
    if (this.#count > this.#start) this.#cut();
    this.#first.push(this.#count);
    return { digests: this.#digests.view(), first: this.#first.view() };
  }

  #cut(): void {
    const node = this.#bytesOf(this.#start, this.#count);
    this.#digests.append(nodeDigest(this.#hasher, this.#level, node));
    this.#first.push(this.#start);
    this.nodeBytes += node.length;
    this.#start = this.#count;
  }
}

/** Feeds the words of items to the leaf level. */
class BorderSink implements ItemSink {
  readonly #hasher: Hasher;
  readonly #leaves: LevelBuilder;

  constructor(hasher: Hasher, leaves: LevelBuilder) {
    this.#hasher = hasher;
    this.#leaves = leaves;
  }

  entry(entry: Entry, digest: Uint8Array): void {
    const alone = new LeafWriter(1);
    alone.entry(entry, digest);
    this.#leaves.add(wordAt(this.#hasher.digest(alone.finish()), 0));
  }

  blocks(lengths: ArrayLike<number>, digests: Uint8Array): void {
    const width = digests.length / lengths.length;
    for (let at = 0; at < digests.length; at += width) this.#leaves.add(wordAt(digests, at));
  }
}

function innerNode(below: Level, first: number, end: number, width: number): Uint8Array {
  return new ByteWriter((end - first) * width + 4)
    .varint(end - first)
    .bytes(below.digests.subarray(first * width, end * width))
    .finish();
}

function wordAt(digests: Uint8Array, at: number): number {
  return (
    present(digests[at], 'digest') |
    (present(digests[at + 1], 'digest') << 8) |
    (present(digests[at + 2], 'digest') << 16) |
    (present(digests[at + 3], 'digest') << 24)
  );
}
