/**
 * A transfer under way. Order of writes: its manifest, its head, then for each segment the pack of its blocks and the segment's object; an end removes the
 * segments first and the head last, so that a head that is there has no segment too many. One that is not to be kept over restarts writes packs alone, until
 * keep(): what most pushes bring, in one segment, then costs four objects less, and as many removals.
 */
import { DataError, UsageError } from '../../base/errors.js';
import { segmentsMax } from '../../base/limits.js';
import { DigestIndex } from '../../engine/detect/digest-index.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import type { BlockPacks } from './block-packs.js';
import { segmentName, stagingFolder, stagingHeadName } from './objects.js';
import type { Block, Staging } from './repository.js';
import { encodeSegment, segmentBlocksMax, type StagingHead } from './staging-objects.js';
import type { Turns } from './turns.js';

/** What keeping a staging takes that has no object yet. */
export interface Unkept {
  readonly keepManifest: () => Promise<void>;
  /** The head's object. */
  readonly head: Uint8Array;
}

export class StoredStaging implements Staging {
  readonly head: StagingHead;
  /** Digest of the head's object. */
  readonly digest: Uint8Array;
  readonly manifest: Manifest;
  readonly folder: string;
  readonly #packs: BlockPacks;
  readonly #segments: Set<number>;
  /** By folder: another staging of the same token waits until this one's objects are gone. */
  readonly #turns: Turns;
  readonly #forget: (staging: StoredStaging) => void;
  /** Undefined once it is kept. */
  #unkept: Unkept | undefined;
  #keeping: Promise<void> | undefined;
  /** By index: digests of the segments that have no object yet. */
  readonly #unwritten = new Map<number, Uint8Array>();
  #mayHaveObjects: boolean;
  #named: DigestIndex | undefined;
  #hasEnded = false;

  /** `forget` is called when it ends, before anything of it is removed; `unkept` where nothing of it is written yet. */
  constructor(
    packs: BlockPacks,
    head: StagingHead,
    digest: Uint8Array,
    manifest: Manifest,
    segments: Iterable<number>,
    turns: Turns,
    forget: (staging: StoredStaging) => void,
    unkept?: Unkept,
  ) {
    this.head = head;
    this.digest = digest;
    this.manifest = manifest;
    this.folder = stagingFolder(packs.hashing, head.token);
    this.#packs = packs;
    this.#segments = new Set(segments);
    this.#turns = turns;
    this.#forget = forget;
    this.#unkept = unkept;
    this.#mayHaveObjects = unkept === undefined;
  }

  /** Whether its manifest, head and segments are durable. */
  get isKept(): boolean {
    return this.#unkept === undefined;
  }

  get token(): string {
    return this.head.token;
  }

  get offer(): Uint8Array {
    return this.head.offer;
  }

  get segments(): ReadonlySet<number> {
    return this.#segments;
  }

  async addSegment(index: number, blocks: readonly Block[]): Promise<void> {
    this.#assertOpen();
    if (!Number.isInteger(index) || index < 0 || index > segmentsMax) {
      throw new DataError(`a segment's index is ${index}, not 0 to ${segmentsMax}`);
    }
    if (blocks.length > segmentBlocksMax) {
      throw new DataError(`segment ${index} has ${blocks.length} blocks, more than ${segmentBlocksMax}`);
    }
    const { hashing } = this.#packs;
    const bytes = blocks.map((block) => block.bytes);
    const digests = hashing.digests(bytes);
    this.#check(digests, blocks);
    await this.#packs.add(digests, bytes);
    await this.#packs.account?.(
      'hash',
      bytes.reduce((sum, { length }) => sum + length, 0),
    );
    if (this.#segments.has(index)) return;
    if (this.#unkept !== undefined) {
      this.#assertOpen();
      this.#unwritten.set(index, digests);
      this.#segments.add(index);
      return;
    }
    await this.#writeSegment(index, digests);
  }

  keep(): Promise<void> {
    if (this.#unkept === undefined) return Promise.resolve();
    this.#keeping ??= this.#keep(this.#unkept).finally(() => {
      this.#keeping = undefined;
    });
    return this.#keeping;
  }

  async #keep({ keepManifest, head }: Unkept): Promise<void> {
    this.#assertOpen();
    this.#mayHaveObjects = true;
    await keepManifest();
    await this.#write(stagingHeadName, head);
    // Those that come meanwhile are written, too.
    for (const [index, digests] of this.#unwritten) await this.#writeSegment(index, digests);
    this.#unwritten.clear();
    this.#unkept = undefined;
  }

  async #writeSegment(index: number, digests: Uint8Array): Promise<void> {
    const segment = { staging: this.digest, index, digests };
    const { bytes } = encodeSegment(this.folder, segment, this.#packs.hashing);
    await this.#write(segmentName(index), bytes, () => this.#segments.add(index));
  }

  async #write(name: string, bytes: Uint8Array, written: () => void = () => undefined): Promise<void> {
    await this.#turns.run(this.folder, async () => {
      this.#assertOpen();
      await this.#packs.store.put(this.folder + name, bytes, 'replace');
      written();
    });
  }

  /** What a failure leaves is no staging from now on and removed by the next collection; after a restart it may be listed again. */
  async discard(): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#forget(this);
    if (!this.#mayHaveObjects) return;
    const { store } = this.#packs;
    await this.#turns.run(this.folder, async () => {
      for (const index of this.#segments) await store.remove(this.folder + segmentName(index));
      await store.remove(this.folder + stagingHeadName);
    });
  }

  /** Throws DataError unless each block has its id, and the manifest names it. */
  #check(digests: Uint8Array, blocks: readonly Block[]): void {
    const { hashing } = this.#packs;
    const { width } = hashing;
    this.#named ??= indexOf(this.manifest.blocks.digests, width);
    const areRight = hashing.areIdsOf(
      blocks.map(({ id }) => id),
      digests,
    );
    for (const [i, { id }] of blocks.entries()) {
      if (areRight[i] !== true) throw new DataError(`the bytes of block ${i} are not those of ${id}`);
      if (this.#named.find(digests, i * width) < 0)
        throw new DataError(`the manifest offered does not name ${id}`);
    }
  }

  #assertOpen(): void {
    if (this.#hasEnded) throw new UsageError(`the staging ${this.token} has ended`);
  }
}

function indexOf(digests: Uint8Array, width: number): DigestIndex {
  const index = new DigestIndex(digests, width);
  for (let block = 0; block < digests.length / width; block++) index.insert(block);
  return index;
}
