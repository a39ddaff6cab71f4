/**
 * One file of a simulated disk: what a read sees (the page cache) and, as a log of what each unsynced write replaced, what would be there after a
 * crash. Appending, which is what stores do, replaces nothing and so costs nothing.
 */
import type { Random } from '../../base/prng.js';

/** The unit that a disk writes whole. */
export const sectorBytes = 512;

const nothing = new Uint8Array();

interface UnsyncedWrite {
  readonly offset: number;
  readonly length: number;
  readonly sizeBefore: number;
  /** What lay there, as far as the file reached. */
  readonly replaced: Uint8Array;
}

export class SimulatedFile {
  #content: Uint8Array = nothing;
  #size = 0;
  #unsynced: UnsyncedWrite[] = [];
  #syncedVersion = 0;
  #isCached = true;

  get size(): number {
    return this.#size;
  }

  get isSynced(): boolean {
    return this.#unsynced.length === 0;
  }

  /** That a sync would bring to the disk. */
  get unsyncedBytes(): number {
    return this.#unsynced.reduce((sum, { length }) => sum + length, 0);
  }

  /** Whether the page cache has it: since it was written or read, until the power is cut. Whole, since stores' files are. */
  get isCached(): boolean {
    return this.#isCached;
  }

  /** The power was cut. */
  forget(): void {
    this.#isCached = false;
  }

  /** A copy. It lies in the page cache from then on. */
  read(offset: number, length: number): Uint8Array {
    this.#isCached = true;
    return this.#content.slice(Math.min(offset, this.#size), Math.min(this.#size, offset + length));
  }

  /** Its size had everything unsynced been lost. */
  get syncedSize(): number {
    return this.#unsynced[0]?.sizeBefore ?? this.#size;
  }

  /** Grows whenever synced() may give other bytes than before. */
  get syncedVersion(): number {
    return this.#syncedVersion;
  }

  /** What would be there had everything unsynced been lost: a view where nothing is unsynced. */
  synced(): Uint8Array {
    if (this.#unsynced.length === 0) return this.#content.subarray(0, this.#size);
    const whole = this.#content.slice(0, this.#size);
    for (const { offset: at, replaced } of [...this.#unsynced].reverse()) whole.set(replaced, at);
    return whole.subarray(0, this.syncedSize);
  }

  /** The bytes are the file's from then on: the first write is mostly all of it. */
  write(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    const replaced = offset < this.#size ? this.read(offset, bytes.length) : nothing;
    this.#unsynced.push({ offset, length: bytes.length, sizeBefore: this.#size, replaced });
    if (offset === 0 && this.#content.length === 0) {
      this.#content = bytes;
    } else {
      this.#reach(end);
      this.#content.set(bytes, offset);
    }
    if (bytes.length > 0) this.#size = Math.max(this.#size, end);
  }

  #reach(size: number): void {
    if (size <= this.#content.length) return;
    const grown = new Uint8Array(Math.max(size, 2 * this.#content.length));
    grown.set(this.#content.subarray(0, this.#size));
    this.#content = grown;
  }

  sync(): void {
    if (this.#unsynced.length === 0) return;
    this.#unsynced = [];
    this.#syncedVersion++;
  }

  /** Other bytes lie there, on the disk itself: no sync is awaited, no crash undoes it. Within the file. */
  spoil(offset: number, bytes: Uint8Array): void {
    this.#content.set(bytes, offset);
    this.#syncedVersion++;
  }

  /** One bit changes, where it lies, unseen. Says where; undefined for an empty file. */
  rot(random: Random): number | undefined {
    if (this.#size === 0) return undefined;
    const at = random.below(this.#size);
    this.#syncedVersion++;
    this.#content[at] = (this.#content[at] ?? 0) ^ (1 << random.below(8));
    return at;
  }

  /**
   * What a power cut leaves: the unsynced writes are all there, all gone, or each sector has the state after any of the writes to it, and the
   * file any of the sizes that it had. Bytes of a size without its data are zeros.
   */
  crash(random: Random): void {
    this.#syncedVersion++;
    const fate = random.below(3);
    if (this.#unsynced.length > 0 && fate > 0)
      this.#tear(fate === 1 ? () => true : () => random.below(2) === 0);
    this.#unsynced = [];
  }

  /** Undoes writes, the latest first; a sector that keeps a write keeps those before it. */
  #tear(isUndone: () => boolean): void {
    const kept = new Set<number>();
    let isSizeKept = false;
    for (const write of [...this.#unsynced].reverse()) {
      const end = write.offset + write.length;
      for (let sector = Math.floor(write.offset / sectorBytes); sector * sectorBytes < end; sector++) {
        if (kept.has(sector)) continue;
        if (!isUndone()) {
          kept.add(sector);
          continue;
        }
        const from = Math.max(write.offset, sector * sectorBytes);
        const to = Math.min(end, (sector + 1) * sectorBytes);
        const old = write.replaced.subarray(from - write.offset, to - write.offset);
        this.#content.fill(0, from, to);
        this.#content.set(old, from);
      }
      if (write.sizeBefore < end && !isSizeKept) {
        if (isUndone()) this.#size = Math.min(this.#size, Math.max(write.sizeBefore, 0));
        else isSizeKept = true;
      }
    }
    this.#content.fill(0, this.#size);
  }
}
