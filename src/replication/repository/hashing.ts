/** Digests of blocks and objects under the repository's fingerprint: many blocks in one kernel call. */
import { DataError } from '../../base/errors.js';
import { fingerprints, Hasher, type FingerprintName } from '../../engine/fingerprint/fingerprint.js';
import { Arena } from '../../kernels/arena.js';
import type { KernelInstance } from '../../kernels/abi.js';
import type { BlockId, BlockIds } from './repository.js';

/** Bytes hashed in one call; a longer block has a call of its own. */
const callBytes = 1024 * 1024;
const callBlocksMax = 4096;

export class Hashing {
  readonly name: FingerprintName;
  readonly width: number;
  /** For manifests and single digests. */
  readonly hasher: Hasher;
  readonly #arena: Arena;
  readonly #prefix: string;

  /** Nothing is kept in the kernels' memory between calls, so that others may share them. */
  constructor(name: FingerprintName, kernels: KernelInstance) {
    this.name = name;
    this.width = fingerprints[name].digestBytes;
    this.#arena = new Arena(kernels);
    this.hasher = new Hasher(fingerprints[name], this.#arena);
    this.#prefix = `${name}-`;
  }

  digest(bytes: Uint8Array): Uint8Array {
    return this.hasher.digest(bytes);
  }

  /** Digests of all blocks, end to end. */
  digests(blocks: readonly Uint8Array[]): Uint8Array {
    const out = new Uint8Array(blocks.length * this.width);
    for (let from = 0; from < blocks.length;) {
      let bytes = 0;
      let to = from;
      for (; to < blocks.length && to - from < callBlocksMax; to++) {
        const length = blocks[to]?.length ?? 0;
        if (to > from && bytes + length > callBytes) break;
        bytes += length;
      }
      out.set(this.#call(blocks.slice(from, to), bytes), from * this.width);
      from = to;
    }
    return out;
  }

  #call(blocks: readonly Uint8Array[], bytes: number): Uint8Array {
    const mark = this.#arena.mark();
    const data = this.#arena.reserve(Math.max(bytes, 1));
    const cuts = this.#arena.reserve(blocks.length * 4);
    const out = this.#arena.reserve(blocks.length * this.width);
    const into = data.u8();
    const ends = cuts.u32();
    let at = 0;
    blocks.forEach((block, index) => {
      into.set(block, at);
      at += block.length;
      ends[index] = at;
    });
    fingerprints[this.name].hashBlocks(this.#arena.instance, data.pointer, cuts, blocks.length, out);
    const digests = out.u8().slice();
    this.#arena.release(mark);
    return digests;
  }

  idOf(digest: Uint8Array): BlockId {
    return this.#prefix + hexOf(digest);
  }

  /** The digests end to end, and zeros where an id is of another fingerprint or malformed: `isKnown` says which are right. */
  column(ids: BlockIds): {
    readonly digests: Uint8Array;
    readonly count: number;
    readonly isKnown: (index: number) => boolean;
  } {
    if (ids instanceof Uint8Array) {
      if (ids.length % this.width !== 0) {
        throw new DataError(`${ids.length} bytes are not a whole number of ${this.name} digests`);
      }
      return { digests: ids, count: ids.length / this.width, isKnown: () => true };
    }
    const whole = Buffer.from(ids.map((id) => this.#hexOf(id)).join(''), 'hex');
    if (whole.length === ids.length * this.width) {
      return { digests: whole, count: ids.length, isKnown: () => true };
    }
    const digests = new Uint8Array(ids.length * this.width);
    const unknown = new Set<number>();
    ids.forEach((id, index) => {
      const digest = Buffer.from(this.#hexOf(id), 'hex');
      if (digest.length === this.width) digests.set(digest, index * this.width);
      else unknown.add(index);
    });
    return { digests, count: ids.length, isKnown: (index) => !unknown.has(index) };
  }

  /** Whether each id is that of the digest at its place. */
  areIdsOf(ids: readonly BlockId[], digests: Uint8Array): readonly boolean[] {
    const hex = hexOf(digests);
    const length = this.width * 2;
    return ids.map((id, i) => id === this.#prefix + hex.slice(i * length, (i + 1) * length));
  }

  /** The digest in hex, or empty for an id of another fingerprint. */
  #hexOf(id: BlockId): string {
    return id.length === this.#prefix.length + this.width * 2 && id.startsWith(this.#prefix)
      ? id.slice(this.#prefix.length)
      : '';
  }
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
