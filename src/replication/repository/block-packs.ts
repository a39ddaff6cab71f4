/**
 * Blocks in packs: keeps them, says which are held, and forgets packs. What can be read from the store's packs is what the index knows, and no more is promised.
 *
 * Law: a block is held only after the pack that has it is durable; an entry that is forgotten is forgotten before its pack is removed. Pack numbers
 * ascend and none is used twice by one process, so that a reader who meets a removed pack looks the block up again.
 */
import { DataError } from '../../base/errors.js';
import { isPlanted } from '../../base/planted.js';
import type { WorkKind } from '../../base/runtime.js';
import type { ObjectInfo, Store } from '../store/store.js';
import { BlockIndex } from './block-index.js';
import type { Hashing } from './hashing.js';
import {
  objectHeadBytesMax,
  openReadsMax,
  packBlocksMax,
  packBodyBytesMax,
  packHeadReadBytes,
} from './limits.js';
import { frameBytes, packKey, packOfKey, readFrame } from './objects.js';
import { decodePackIndex, encodePack, packBlock, type PackedBlock, type PackIndex } from './pack.js';
import type { Damage, RepositoryConfig } from './repository.js';
import { inBatches } from './turns.js';

/** Accounts for CPU work (Runtime.work). */
export type Account = (kind: WorkKind, bytes: number) => Promise<void>;

/** A pack to be, so far. */
interface Filling {
  readonly digests: Uint8Array[];
  readonly blocks: PackedBlock[];
  bytes: number;
}

export class BlockPacks {
  readonly index: BlockIndex;
  readonly store: Store;
  readonly hashing: Hashing;
  readonly account: Account | undefined;
  readonly #config: RepositoryConfig;
  /** Bytes of each pack known, by number. */
  readonly #sizes = new Map<number, number>();
  /** Packs whose heads cannot be read, by number. */
  readonly #damaged = new Map<number, Damage>();
  readonly #writing = new Set<number>();
  #next = 0;

  constructor(store: Store, hashing: Hashing, config: RepositoryConfig, account: Account | undefined) {
    this.store = store;
    this.hashing = hashing;
    this.account = account;
    this.#config = config;
    this.index = new BlockIndex(hashing.width);
  }

  /** Reads the heads of all packs; of two copies of a block the later one counts. Returns what is damaged. Throws WorldError. */
  async load(objects: readonly ObjectInfo[]): Promise<readonly Damage[]> {
    const packs = objects.flatMap(({ key, bytes }) => {
      const pack = packOfKey(key);
      return pack === undefined ? [] : [{ pack, bytes }];
    });
    // A batch at a time, so that no more heads than those are in memory.
    for (let from = 0; from < packs.length; from += openReadsMax) {
      const batch = packs.slice(from, from + openReadsMax);
      const heads = await inBatches(batch, openReadsMax, ({ pack, bytes }) => this.readHead(pack, bytes));
      batch.forEach(({ pack, bytes }, i) => {
        const head = heads[i];
        if (head === undefined) return;
        if ('reason' in head) this.#damaged.set(pack, head);
        else this.#adopt(pack, bytes, head);
      });
    }
    const step = isPlanted('last-pack-number-reused') ? 0 : 1;
    this.#next = packs.reduce((next, { pack }) => Math.max(next, pack + step), 0);
    return [...this.#damaged.values()];
  }

  get damaged(): readonly Damage[] {
    return [...this.#damaged.values()];
  }

  isDamagedPack(pack: number): boolean {
    return this.#damaged.has(pack);
  }

  isWriting(pack: number): boolean {
    return this.#writing.has(pack);
  }

  /** Bytes of a pack, undefined for one that is not known. */
  sizeOf(pack: number): number | undefined {
    return this.#sizes.get(pack);
  }

  /** Ascending. */
  packs(): readonly number[] {
    return [...this.#sizes.keys()].sort((a, b) => a - b);
  }

  /** A pack's index, or what is wrong with it. Throws WorldError. */
  async readHead(pack: number, objectBytes: number): Promise<PackIndex | Damage> {
    const key = packKey(pack);
    try {
      let bytes = await this.#start(key, packHeadReadBytes);
      const needed = frameBytes + readFrame('pack', key, bytes) + this.hashing.width;
      if (needed > bytes.length && bytes.length === packHeadReadBytes && needed <= objectHeadBytesMax * 2) {
        bytes = await this.#start(key, needed);
      }
      const index = decodePackIndex(key, bytes, this.hashing);
      if (index.objectBytes !== objectBytes) {
        throw new DataError(`${key} has ${objectBytes} bytes instead of ${index.objectBytes}`);
      }
      return index;
    } catch (error) {
      if (error instanceof DataError) return { key, reason: error.message };
      throw error;
    }
  }

  async #start(key: string, length: number): Promise<Uint8Array> {
    const bytes = await this.store.get(key, { offset: 0, length });
    if (bytes === undefined) throw new DataError(`${key} is not there`);
    return bytes;
  }

  /** Whether an entry that was in a pack still is. */
  isIn(entry: number, pack: number): boolean {
    return this.index.isUsed(entry) && this.index.packOf(entry) === pack;
  }

  isHeld(digests: Uint8Array, at: number): boolean {
    const entry = this.index.find(digests, at);
    return entry >= 0 && !this.index.isDamaged(entry);
  }

  /** Keeps those blocks that are not held. Their digests are right. Durable once it resolves. */
  async add(digests: Uint8Array, blocks: readonly Uint8Array[]): Promise<void> {
    const { codec, level } = this.#config;
    const { width } = this.hashing;
    const fillings: Filling[] = [];
    const seen = new Set<string>();
    let rawBytes = 0;
    blocks.forEach((block, i) => {
      if (this.isHeld(digests, i * width)) return;
      const digest = digests.slice(i * width, (i + 1) * width);
      const name = Buffer.from(digest.buffer).toString('latin1');
      if (seen.has(name)) return;
      seen.add(name);
      rawBytes += block.length;
      fill(fillings, digest, packBlock(block, codec, level));
    });
    if (fillings.length === 0) return;
    // Sealed before anything is awaited: the caller's bytes may then change.
    const sealed = fillings.map((filling) => this.#seal(filling));
    if (codec !== 'stored') await this.account?.('compress', rawBytes);
    for (const pack of sealed) await this.#put(pack);
  }

  /** As this repository packs a block. */
  packed(bytes: Uint8Array): PackedBlock {
    return packBlock(bytes, this.#config.codec, this.#config.level);
  }

  /** Writes packed blocks in one new pack, even those that are held. Returns the bytes written. */
  async addPacked(digests: readonly Uint8Array[], blocks: readonly PackedBlock[]): Promise<number> {
    const bytes = blocks.reduce((sum, { packed }) => sum + packed.length, 0);
    const pack = this.#seal({ digests: [...digests], blocks: [...blocks], bytes });
    await this.#put(pack);
    return pack.bytes.length;
  }

  #seal({ digests, blocks }: Filling): { number: number; bytes: Uint8Array } {
    const number = this.#next++;
    const bytes = encodePack(packKey(number), Buffer.concat(digests), blocks, this.hashing);
    return { number, bytes };
  }

  async #put({ number, bytes }: { readonly number: number; readonly bytes: Uint8Array }): Promise<void> {
    const key = packKey(number);
    const index = decodePackIndex(key, bytes, this.hashing);
    this.#writing.add(number);
    try {
      if (isPlanted('held-before-durable')) this.#adopt(number, bytes.length, index);
      const isNew = await this.store.put(key, bytes, 'create');
      // A wrapper that tries again may have written it before.
      if (!isNew && Buffer.compare((await this.store.get(key)) ?? new Uint8Array(0), bytes) !== 0) {
        throw new DataError(`${key} is there already: another process writes to this repository`, {
          hint: 'let one process at a time open a repository',
        });
      }
      this.#adopt(number, bytes.length, index);
    } finally {
      this.#writing.delete(number);
    }
  }

  #adopt(pack: number, bytes: number, index: PackIndex): void {
    this.#sizes.set(pack, bytes);
    for (let i = 0; i < index.offsets.length; i++) {
      this.index.set(index.digests, i * this.hashing.width, {
        pack,
        offset: index.offsets[i] ?? 0,
        packedBytes: index.packedBytes[i] ?? 0,
        rawBytes: index.rawBytes[i] ?? 0,
        codec: index.codecs[i] ?? 0,
      });
    }
  }

  /** Forgets a pack of which no entry is left, then removes it. A failure leaves an object that the next collection meets as unknown. */
  async drop(pack: number): Promise<void> {
    this.#sizes.delete(pack);
    this.#damaged.delete(pack);
    await this.store.remove(packKey(pack));
  }
}

/** Into the last pack to be, or a further one. */
function fill(fillings: Filling[], digest: Uint8Array, block: PackedBlock): void {
  let last = fillings.at(-1);
  if (
    last === undefined ||
    last.blocks.length === packBlocksMax ||
    last.bytes + block.packed.length > packBodyBytesMax
  ) {
    last = { digests: [], blocks: [], bytes: 0 };
    fillings.push(last);
  }
  last.digests.push(digest);
  last.blocks.push(block);
  last.bytes += block.packed.length;
}
