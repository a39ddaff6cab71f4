/**
 * Which block lies where: an open-addressing table of entries over columns, without an object a block. An entry costs 18 bytes, its digest and 8 bytes of
 * slots, and up to twice that after the columns have doubled: a million blocks of 32 bytes of digest take 61 MB.
 *
 * Law: a digest has one entry at most. An entry's number stays the same while it lives, and may then be used again.
 */
import { assert } from '../../base/errors.js';
import { sameDigest } from '../../engine/detect/digest-index.js';

/** Where a block lies. */
export interface Place {
  readonly pack: number;
  readonly offset: number;
  readonly packedBytes: number;
  readonly rawBytes: number;
  readonly codec: number;
}

const isUsed = 1;
const isMarked = 2;
const isDamaged = 4;

const noEntry = -1;

export class BlockIndex {
  readonly #width: number;
  #digests: Uint8Array;
  #packs = new Uint32Array(64);
  #offsets = new Uint32Array(64);
  #packedBytes = new Uint32Array(64);
  #rawBytes = new Uint32Array(64);
  #codecs = new Uint8Array(64);
  #flags = new Uint8Array(64);
  /** Entry + 1, or 0. */
  #slots = new Int32Array(128);
  #mask = 127;
  /** Entries ever used: [0, top). */
  #top = 0;
  #count = 0;
  readonly #freed: number[] = [];

  constructor(width: number) {
    this.#width = width;
    this.#digests = new Uint8Array(64 * width);
  }

  get count(): number {
    return this.#count;
  }

  /** The entry of the digest at `at` of `digests`, or -1. */
  find(digests: Uint8Array, at: number): number {
    for (let slot = hashOf(digests, at) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const entry = (this.#slots[slot] ?? 0) - 1;
      if (entry < 0) return noEntry;
      if (sameDigest(this.#digests, entry * this.#width, digests, at, this.#width)) return entry;
    }
  }

  /** Inserts or moves a block; it counts as marked and as not damaged. */
  set(digests: Uint8Array, at: number, place: Place): void {
    let entry = this.find(digests, at);
    if (entry < 0) {
      entry = this.#newEntry();
      this.#digests.set(digests.subarray(at, at + this.#width), entry * this.#width);
      this.#link(entry);
      this.#count++;
    }
    this.#packs[entry] = place.pack;
    this.#offsets[entry] = place.offset;
    this.#packedBytes[entry] = place.packedBytes;
    this.#rawBytes[entry] = place.rawBytes;
    this.#codecs[entry] = place.codec;
    this.#flags[entry] = isUsed | isMarked;
  }

  /** Forgets an entry. */
  remove(entry: number): void {
    assert(this.isUsed(entry), 'a forgotten entry was there');
    this.#unlink(entry);
    this.#flags[entry] = 0;
    this.#freed.push(entry);
    this.#count--;
  }

  isUsed(entry: number): boolean {
    return ((this.#flags[entry] ?? 0) & isUsed) !== 0;
  }

  isDamaged(entry: number): boolean {
    return ((this.#flags[entry] ?? 0) & isDamaged) !== 0;
  }

  setDamaged(entry: number, damaged: boolean): void {
    const flags = this.#flags[entry] ?? 0;
    this.#flags[entry] = damaged ? flags | isDamaged : flags & ~isDamaged;
  }

  isMarked(entry: number): boolean {
    return ((this.#flags[entry] ?? 0) & isMarked) !== 0;
  }

  mark(entry: number): void {
    this.#flags[entry] = (this.#flags[entry] ?? 0) | isMarked;
  }

  clearMarks(): void {
    for (let entry = 0; entry < this.#top; entry++)
      this.#flags[entry] = (this.#flags[entry] ?? 0) & ~isMarked;
  }

  packOf(entry: number): number {
    return this.#packs[entry] ?? 0;
  }

  offsetOf(entry: number): number {
    return this.#offsets[entry] ?? 0;
  }

  packedBytesOf(entry: number): number {
    return this.#packedBytes[entry] ?? 0;
  }

  rawBytesOf(entry: number): number {
    return this.#rawBytes[entry] ?? 0;
  }

  codecOf(entry: number): number {
    return this.#codecs[entry] ?? 0;
  }

  /** A view; it holds until the next set(). */
  digestOf(entry: number): Uint8Array {
    return this.#digests.subarray(entry * this.#width, (entry + 1) * this.#width);
  }

  /** Entries of each pack, by offset. One pass over all of them. */
  byPack(): Map<number, number[]> {
    const packs = new Map<number, number[]>();
    for (let entry = 0; entry < this.#top; entry++) {
      if (!this.isUsed(entry)) continue;
      const pack = this.packOf(entry);
      const entries = packs.get(pack);
      if (entries === undefined) packs.set(pack, [entry]);
      else entries.push(entry);
    }
    for (const entries of packs.values()) entries.sort((a, b) => this.offsetOf(a) - this.offsetOf(b));
    return packs;
  }

  #newEntry(): number {
    const freed = this.#freed.pop();
    if (freed !== undefined) return freed;
    if (this.#top === this.#flags.length) this.#grow();
    return this.#top++;
  }

  #grow(): void {
    const size = this.#flags.length * 2;
    this.#digests = grown(this.#digests, new Uint8Array(size * this.#width));
    this.#packs = grown(this.#packs, new Uint32Array(size));
    this.#offsets = grown(this.#offsets, new Uint32Array(size));
    this.#packedBytes = grown(this.#packedBytes, new Uint32Array(size));
    this.#rawBytes = grown(this.#rawBytes, new Uint32Array(size));
    this.#codecs = grown(this.#codecs, new Uint8Array(size));
    this.#flags = grown(this.#flags, new Uint8Array(size));
    this.#slots = new Int32Array(size * 2);
    this.#mask = size * 2 - 1;
    for (let entry = 0; entry < this.#top; entry++) if (this.isUsed(entry)) this.#link(entry);
  }

  #link(entry: number): void {
    let slot = hashOf(this.#digests, entry * this.#width) & this.#mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[slot] = entry + 1;
  }

  /** Closes the gap: whoever would be found only past it moves into it (Knuth, volume 3, 6.4, algorithm R). */
  #unlink(entry: number): void {
    let gap = hashOf(this.#digests, entry * this.#width) & this.#mask;
    while (this.#slots[gap] !== entry + 1) gap = (gap + 1) & this.#mask;
    for (let slot = (gap + 1) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const held = this.#slots[slot] ?? 0;
      if (held === 0) break;
      const home = hashOf(this.#digests, (held - 1) * this.#width) & this.#mask;
      if (((slot - home) & this.#mask) < ((slot - gap) & this.#mask)) continue;
      this.#slots[gap] = held;
      gap = slot;
    }
    this.#slots[gap] = 0;
  }
}

function hashOf(digests: Uint8Array, at: number): number {
  return (
    (digests[at] ?? 0) |
    ((digests[at + 1] ?? 0) << 8) |
    ((digests[at + 2] ?? 0) << 16) |
    ((digests[at + 3] ?? 0) << 24)
  );
}

function grown<T extends Uint8Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
