/**
 * The side of a Merkle walk that holds the manifest. Bytes in, bytes out; it remembers nothing of its reader but how much it has sent: what a reader
 * that asks for the same again and again can make it send is twice its tree.
 */
import { ByteWriter } from '../../base/codec.js';
import { DataError, UsageError } from '../../base/errors.js';
import type { ChunkerSpec } from '../chunk/spec.js';
import { merkleAnswerBytesMax } from '../../base/limits.js';
import type { Hasher } from '../fingerprint/fingerprint.js';
import type { CutBlocks } from '../fingerprint/manifest.js';
import { readWant, writeNodes, writeOffer } from './merkle-messages.js';
import { MerkleTree, type NodePlace } from './merkle-tree.js';

/** Further levels of an offer: a round trip saved for less than most links carry in the time of one (docs/merkle.md). */
const offerBytesDefault = 4 * 1024;

export class MerkleHolder {
  readonly #listing: CutBlocks;
  readonly #chunker: ChunkerSpec;
  readonly #tree: MerkleTree;
  #sentBytes = 0;

  /** Throws UsageError for mixed blocks: the walk carries the sizes of one chunker. */
  constructor(listing: CutBlocks, hasher: Hasher) {
    const { chunker } = listing;
    if (chunker.name === 'mixed') {
      throw new UsageError('a manifest of mixed blocks cannot be walked', {
        hint: 'send the manifest itself',
      });
    }
    this.#chunker = chunker;
    this.#listing = listing;
    this.#tree = new MerkleTree(listing, hasher);
  }

  /** The first message: the root, and what lies below it as far as `spareBytes` a level suffice. */
  offer(spareBytes = offerBytesDefault): Uint8Array {
    const { fingerprint, form } = this.#listing;
    const chunker = this.#chunker;
    const { height, root, items } = this.#tree;
    const top = new LevelsWriter(this.#tree);
    if (top.open([{ level: height, index: 0 }], spareBytes)) top.goOn(spareBytes);
    const message = writeOffer(
      { fingerprint, chunker, form, items: items.count, height, root },
      top.finish(),
    );
    this.#sentBytes += message.length;
    return message;
  }

  /** The answer to a question. Throws DataError for nodes that are not there, and for too many questions. */
  receive(message: Uint8Array): Uint8Array {
    const { spareBytes, level, indices } = readWant(message);
    const count = level > this.#tree.height ? 0 : this.#tree.nodeCount(level);
    const last = indices.at(-1) ?? 0;
    if (last >= count)
      throw new DataError(`the remote asks for node ${last} of level ${level}, which has ${count}`);
    const sentBytesMax = 2 * this.#tree.nodeBytes + merkleAnswerBytesMax;
    if (this.#sentBytes > sentBytesMax) {
      throw new DataError(`the remote has asked for more than ${sentBytesMax} bytes, twice the tree`);
    }
    const levels = new LevelsWriter(this.#tree);
    const answered = levels.some(indices.map((index) => ({ level, index })));
    if (answered === indices.length) levels.goOn(Math.min(spareBytes, merkleAnswerBytesMax / 2));
    const answer = writeNodes(answered, levels.finish());
    this.#sentBytes += answer.length;
    return answer;
  }
}

/** Nodes of one level, and of as many below as fit. */
class LevelsWriter {
  readonly #tree: MerkleTree;
  readonly #out = new ByteWriter(4096);
  #levels = 0;
  #last: readonly NodePlace[] = [];

  constructor(tree: MerkleTree) {
    this.#tree = tree;
  }

  /** Writes all of these nodes, or none where they take more than `bytesMax`. */
  open(places: readonly NodePlace[], bytesMax: number): boolean {
    const part = new ByteWriter(4096);
    for (const place of places) {
      this.#write(part, place);
      if (part.length > bytesMax) return false;
    }
    this.#out.bytes(part.finish());
    this.#last = places;
    this.#levels++;
    return true;
  }

  /** Writes the first of these nodes, at least one, up to the size of an answer; returns how many. */
  some(places: readonly NodePlace[]): number {
    let count = 0;
    for (const place of places) {
      const node = new ByteWriter(1024);
      this.#write(node, place);
      if (count > 0 && this.#out.length + node.length > merkleAnswerBytesMax) break;
      this.#out.bytes(node.finish());
      count++;
    }
    this.#last = places.slice(0, count);
    this.#levels++;
    return count;
  }

  /** Whole levels below, while each fits. */
  goOn(spareBytes: number): void {
    for (;;) {
      const below = this.#below(spareBytes / this.#tree.digestBytes);
      if (below === undefined || this.#out.length > merkleAnswerBytesMax || !this.open(below, spareBytes))
        return;
    }
  }

  finish(): Uint8Array {
    return new ByteWriter(this.#out.length + 4).varint(this.#levels).bytes(this.#out.finish()).finish();
  }

  /** Distinct children of the last level, in order; undefined where there are none, or more than `most`. */
  #below(most: number): NodePlace[] | undefined {
    const seen = new Set<string>();
    const places: NodePlace[] = [];
    for (const place of this.#last) {
      if (place.level === 0) return undefined;
      const [first, end] = this.#tree.childrenOf(place);
      for (let index = first; index < end; index++) {
        const child = { level: place.level - 1, index };
        const key = Buffer.from(this.#tree.digestOf(child)).toString('latin1');
        if (seen.has(key)) continue;
        seen.add(key);
        places.push(child);
        if (places.length > most) return undefined;
      }
    }
    return places.length === 0 ? undefined : places;
  }

  #write(out: ByteWriter, place: NodePlace): void {
    if (place.level > 0) out.varint(this.#tree.childrenOf(place)[0]);
    out.bytes(this.#tree.bytesOf(place));
  }
}
