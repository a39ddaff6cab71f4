/**
 * Writes an image: into a sparse file beside the target, renamed when it is complete. Ranges of zeros stay holes. A target that exists is
 * replaced, never written into; so devices are refused.
 */
import { closeSync, fchmodSync, fsyncSync, ftruncateSync, futimesSync, openSync } from 'node:fs';
import { assert, present } from '../../base/errors.js';
import { orWorldError } from './failures.js';
import type { Entry, SnapshotShape } from './snapshot.js';
import { Staging, type TargetOptions } from './staging.js';
import type { TargetWriter } from './target-writer.js';
import { settableSeconds } from './times.js';
import { readWhole, writeWhole } from './transfer.js';

export class FileTarget implements TargetWriter {
  readonly path: string;
  readonly #staging: Staging;
  #entry: Entry | undefined;
  #fd: number | undefined;

  constructor(name: string, options: TargetOptions) {
    this.#staging = new Staging(name, options);
    this.path = this.#staging.path;
  }

  get place(): string {
    return this.#staging.place;
  }

  begin(shape: SnapshotShape): void {
    assert(shape.form === 'image', 'a file target holds an image');
    const entry = present(shape.entries[0], 'the entry of an image');
    this.#entry = entry;
    this.#staging.checkName();
    this.#try(() => {
      this.#fd = openSync(this.#staging.place, 'wx+', 0o600);
      ftruncateSync(this.#fd, entry.sizeBytes);
    });
  }

  write(address: number, bytes: Uint8Array): void {
    const fd = this.#check(address, bytes.length);
    this.#try(() => writeWhole(fd, bytes, address));
  }

  /** The file is a hole wherever nothing was written. */
  zero(address: number, length: number): void {
    this.#check(address, length);
  }

  read(address: number, into: Uint8Array): void {
    const fd = this.#check(address, into.length);
    const read = orWorldError('read', this.#staging.name, () => readWhole(fd, into, 0, into.length, address));
    assert(read === into.length, 'the staging file has its full size');
  }

  commit(): void {
    const entry = present(this.#entry, 'the entry before begin()');
    const fd = this.#check(0, 0);
    const seconds = settableSeconds(entry.mtimeMicros);
    this.#try(() => {
      fchmodSync(fd, entry.mode);
      futimesSync(fd, seconds, seconds);
      if (this.#staging.durability === 'flushed') fsyncSync(fd);
    });
    this.#close();
    this.#staging.publish();
    this.#entry = undefined;
  }

  abort(): void {
    const isUnderWay = this.#entry !== undefined;
    this.#entry = undefined;
    this.#close();
    if (isUnderWay) this.#staging.discard();
  }

  #try(work: () => void): void {
    orWorldError('write', this.#staging.name, work);
  }

  #check(address: number, length: number): number {
    const { sizeBytes } = present(this.#entry, 'the entry before begin()');
    assert(address >= 0 && address + length <= sizeBytes, 'a write lies inside the target');
    return present(this.#fd, 'the staging file');
  }

  #close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) orWorldError('write', this.#staging.name, () => closeSync(fd));
  }
}
