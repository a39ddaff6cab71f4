/**
 * Keeping what a pull brings in a target that is being restored: blocks go to every place that has them as soon as they are there, those of the base and the cache first.
 *
 * Law: nothing is written that was not checked against its id; the target gets its name at the end. Blocks are held once: after a cut the target's own places say what came.
 */
import { DataError, present } from '../../base/errors.js';
import { DigestIndex } from '../../engine/detect/digest-index.js';
import { fingerprints } from '../../engine/fingerprint/fingerprint.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import type { TargetWriter } from '../../engine/snapshot/target-writer.js';
import type { Offer } from '../protocol/messages.js';
import { equalDots, type Dot, type Version } from '../versions/version.js';
import type { BlockReader, CachedBlocks } from '../coding/block-reader.js';
import type { Coder } from '../coding/coder.js';
import type { CutAndHash } from '../coding/cutting.js';
import { local } from '../coding/local-failure.js';
import { Refusal } from './failures.js';
import type { Intake, IntakeBase, IntakeResult, IntakeTransfer } from './intake.js';
import { blockLength, blockStart } from '../coding/selection.js';

/** A range of the target that has its bytes. */
export interface Available {
  readonly address: number;
  readonly length: number;
}

export interface TargetOptions {
  /** Content at hand whose manifest is cut as asked; with a dot where the manifest is the sender's own, so that it may be referred to. */
  readonly base?: {
    readonly dot: Dot | undefined;
    readonly manifest: Manifest;
    readonly content: BlockReader;
  };
  readonly cache?: CachedBlocks;
  readonly onAvailable?: (range: Available) => void;
}

/** Blocks copied from the base at once. */
const copiedBytesMax = 1024 * 1024;

export class TargetIntake implements Intake {
  readonly cutting: CutAndHash;
  readonly #target: TargetWriter;
  readonly #coder: Coder;
  readonly #options: TargetOptions;
  #restore: Restore | undefined;

  constructor(target: TargetWriter, cutting: CutAndHash, coder: Coder, options: TargetOptions = {}) {
    this.#target = target;
    this.cutting = cutting;
    this.#coder = coder;
    this.#options = options;
  }

  /** What was restored, once it is. */
  get version(): Version | undefined {
    return this.#restore?.version;
  }

  base(_: string, dot: Dot): Promise<IntakeBase | undefined> {
    const { base } = this.#options;
    return Promise.resolve(base?.dot !== undefined && equalDots(base.dot, dot) ? base : undefined);
  }

  async open(
    { version }: Offer,
    manifest: Manifest,
    _peer: string,
    isSuspicious: boolean,
  ): Promise<IntakeTransfer> {
    if (
      this.#restore !== undefined &&
      Buffer.compare(this.#restore.manifest.id.content, manifest.id.content) !== 0
    ) {
      throw new Refusal('conflict', 'the version has changed while it was pulled');
    }
    this.#restore ??= new Restore(this.#target, version, manifest, this.#coder, this.#options);
    await this.#restore.begin(isSuspicious);
    return this.#restore;
  }

  /** Leaves no trace of what was not finished. */
  abort(): void {
    this.#target.abort();
  }
}

class Restore implements IntakeTransfer {
  readonly token = '';
  readonly firstIndex = 0;
  readonly version: Version;
  readonly manifest: Manifest;
  readonly #target: TargetWriter;
  readonly #coder: Coder;
  readonly #options: TargetOptions;
  readonly #width: number;
  /** By position: the next position with the same block, or -1. */
  readonly #nextSame: Int32Array;
  readonly #index: DigestIndex;
  readonly #isWritten: Uint8Array;
  #hasBegun = false;

  constructor(
    target: TargetWriter,
    version: Version,
    manifest: Manifest,
    coder: Coder,
    options: TargetOptions,
  ) {
    this.#target = target;
    this.version = version;
    this.manifest = manifest;
    this.#coder = coder;
    this.#options = options;
    this.#width = fingerprints[manifest.fingerprint].digestBytes;
    const { ends, digests } = manifest.blocks;
    this.#index = new DigestIndex(digests, this.#width);
    this.#nextSame = new Int32Array(ends.length).fill(-1);
    const last = new Int32Array(ends.length);
    for (let i = 0; i < ends.length; i++) {
      const first = this.#index.insert(i);
      if (first !== i) this.#nextSame[present(last[first], 'last of equal blocks')] = i;
      last[first] = i;
    }
    this.#isWritten = new Uint8Array(ends.length);
  }

  /** Writes what is at hand: blocks of the cache and of the base. */
  async begin(isSuspicious: boolean): Promise<void> {
    if (!this.#hasBegun) {
      local(() => {
        this.#target.begin(this.manifest);
      });
      this.#hasBegun = true;
    }
    const { base, cache } = this.#options;
    if (cache !== undefined) await this.#copy(this.manifest, cache, () => true);
    if (base === undefined || isSuspicious) return;
    await this.#copy(base.manifest, base.content, (position) => this.#first(base.manifest, position) >= 0);
  }

  missing(positions: Int32Array): Promise<readonly number[]> {
    const missing: number[] = [];
    positions.forEach((position, i) => {
      if (this.#isWritten[position] !== 1) missing.push(i);
    });
    return Promise.resolve(missing);
  }

  add(_: number, positions: Int32Array, bytes: Uint8Array): Promise<void> {
    let at = 0;
    for (const position of positions) {
      const length = blockLength(this.manifest, position);
      const block = bytes.subarray(at, at + length);
      if (!this.#isBlock(this.manifest, position, block)) {
        return Promise.reject(new DataError(`block ${position} is not what its id says`));
      }
      this.#write(position, block);
      at += length;
    }
    this.#options.cache?.keep(this.manifest, positions, bytes);
    return Promise.resolve();
  }

  commit(): Promise<IntakeResult> {
    const missing = this.#isWritten.indexOf(0);
    if (missing >= 0) return Promise.reject(new DataError(`block ${missing} has not come`));
    local(() => {
      this.#target.commit();
    });
    return Promise.resolve({ head: this.version.dot, concurrent: [] });
  }

  discard(): Promise<void> {
    return Promise.resolve();
  }

  resynchronised(): void {
    // Nobody keeps a record of it here.
  }

  release(): void {
    // What was written stays for the next connection.
  }

  /** Copies those blocks of `from` that the target wants; what is not what its id says is left to be sent. */
  async #copy(from: Manifest, reader: BlockReader, isWanted: (position: number) => boolean): Promise<void> {
    const positions: number[] = [];
    for (let i = 0; i < from.blocks.ends.length; i++) {
      const first = this.#first(from, i);
      if (first >= 0 && this.#isWritten[first] === 0 && isWanted(i)) positions.push(i);
    }
    const there = reader.available(from, positions);
    for (let at = 0; at < there.length;) {
      const some: number[] = [];
      for (let bytes = 0; at < there.length && (some.length === 0 || bytes < copiedBytesMax); at++) {
        const position = present(there[at], 'position');
        bytes += blockLength(from, position);
        some.push(position);
      }
      const bytes = await reader.read(from, some);
      if (bytes !== undefined) this.#writeChecked(from, some, bytes);
    }
  }

  #writeChecked(from: Manifest, positions: readonly number[], bytes: Uint8Array): void {
    let at = 0;
    for (const position of positions) {
      const length = blockLength(from, position);
      const block = bytes.subarray(at, at + length);
      const first = this.#first(from, position);
      if (this.#isWritten[first] === 0 && this.#isBlock(from, position, block)) this.#write(first, block);
      at += length;
    }
  }

  /** The target's first position with that block, or -1. */
  #first(from: Manifest, position: number): number {
    return this.#index.find(from.blocks.digests, position * this.#width);
  }

  #isBlock({ fingerprint, blocks }: Manifest, position: number, bytes: Uint8Array): boolean {
    const digest = this.#coder.hasher(fingerprint).digest(bytes);
    const at = position * this.#width;
    return Buffer.compare(digest, blocks.digests.subarray(at, at + this.#width)) === 0;
  }

  #write(first: number, block: Uint8Array): void {
    for (let position = first; position >= 0; position = present(this.#nextSame[position], 'next')) {
      const address = blockStart(this.manifest, position);
      local(() => {
        this.#target.write(address, block);
      });
      this.#isWritten[position] = 1;
      this.#options.onAvailable?.({ address, length: block.length });
    }
  }
}
