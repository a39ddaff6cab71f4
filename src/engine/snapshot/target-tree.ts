/**
 * Writes a tree: into a directory beside the target, renamed when it is complete.
 *
 * The entries may come from a hostile package. Their paths are checked again here (entry-rules.ts), files are created exclusively and
 * without following links, inside directories that were made here with access for nobody else, and symlinks are made last of all; so
 * nothing is ever written through a link or outside the staging directory. Modes are set as given, set-id bits included; owners are not.
 */
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { assert, present } from '../../base/errors.js';
import { checkEntries } from './entry-rules.js';
import { orWorldError } from './failures.js';
import { OpenFiles } from './open-files.js';
import type { Entry, SnapshotShape } from './snapshot.js';
import { Staging, flushDirectory, type TargetOptions } from './staging.js';
import type { TargetWriter } from './target-writer.js';
import { settableSeconds } from './times.js';
import { readWhole, writeWhole } from './transfer.js';

const createFlags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const openFlags = constants.O_RDWR | constants.O_NOFOLLOW;

export class TreeTarget implements TargetWriter {
  readonly path: string;
  readonly #staging: Staging;
  readonly #files = new OpenFiles((index) => this.#open(index));
  #shape: SnapshotShape | undefined;
  /** 1 for each file that exists in the staging directory. */
  #created = new Uint8Array(0);

  constructor(name: string, options: TargetOptions) {
    this.#staging = new Staging(name, options);
    this.path = this.#staging.path;
  }

  get place(): string {
    return this.#staging.place;
  }

  begin(shape: SnapshotShape): void {
    assert(shape.form === 'tree', 'a tree target holds a tree');
    checkEntries('tree', shape.entries, 'the target');
    this.#staging.checkName();
    this.#shape = shape;
    this.#created = new Uint8Array(shape.entries.length);
    for (const entry of shape.entries) {
      if (entry.kind !== 'directory') continue;
      orWorldError('create', this.#named(entry), () => mkdirSync(this.#place(entry), 0o700));
    }
  }

  write(address: number, bytes: Uint8Array): void {
    const { layout, entries } = this.#checked(address, bytes.length);
    for (const part of layout.parts(address, bytes.length)) {
      const fd = this.#files.get(part.entry);
      const offset = part.address - address;
      const piece = bytes.subarray(offset, offset + part.length);
      orWorldError('write', this.#named(present(entries[part.entry], 'entry')), () =>
        writeWhole(fd, piece, part.address - layout.startOf(part.entry)),
      );
    }
  }

  /** A file is a hole wherever nothing was written. */
  zero(address: number, length: number): void {
    this.#checked(address, length);
  }

  read(address: number, into: Uint8Array): void {
    const { layout, entries } = this.#checked(address, into.length);
    for (const part of layout.parts(address, into.length)) {
      const fd = this.#files.get(part.entry);
      const position = part.address - layout.startOf(part.entry);
      const read = orWorldError('read', this.#named(present(entries[part.entry], 'entry')), () =>
        readWhole(fd, into, part.address - address, part.length, position),
      );
      assert(read === part.length, 'a staged file has its full size');
    }
  }

  commit(): void {
    const { entries } = this.#checked(0, 0);
    this.#files.closeAll();
    entries.forEach((entry, index) => {
      if (entry.kind === 'file') this.#finishFile(entry, index);
    });
    for (const entry of entries) {
      if (entry.kind === 'symlink') this.#makeLink(entry);
    }
    // Deepest first: making names inside a directory changes its time, and its final mode may forbid it.
    for (const entry of entries.toReversed()) {
      if (entry.kind === 'directory') this.#finishDirectory(entry);
    }
    this.#staging.publish();
    this.#shape = undefined;
  }

  abort(): void {
    const shape = this.#shape;
    this.#shape = undefined;
    this.#files.closeAll();
    if (shape === undefined) return;
    // Directories may have their final modes by now, which could forbid removing what is in them.
    for (const entry of shape.entries) {
      if (entry.kind !== 'directory') continue;
      try {
        chmodSync(this.#place(entry), 0o700);
      } catch {
        break;
      }
    }
    this.#staging.discard();
  }

  /** Opens a file's staging place; makes it, with its full size, the first time. */
  #open(index: number): number {
    const entry = present(this.#checked(0, 0).entries[index], 'entry');
    return orWorldError('create', this.#named(entry), () => {
      if (this.#created[index] === 1) return openSync(this.#place(entry), openFlags);
      const fd = openSync(this.#place(entry), createFlags, 0o600);
      this.#created[index] = 1;
      try {
        ftruncateSync(fd, entry.sizeBytes);
      } catch (cause) {
        closeSync(fd);
        throw cause;
      }
      return fd;
    });
  }

  #finishFile(entry: Entry, index: number): void {
    const fd = this.#open(index);
    const seconds = settableSeconds(entry.mtimeMicros);
    orWorldError('write', this.#named(entry), () => {
      try {
        fchmodSync(fd, entry.mode);
        futimesSync(fd, seconds, seconds);
        if (this.#staging.durability === 'flushed') fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    });
  }

  #makeLink(entry: Entry): void {
    const seconds = settableSeconds(entry.mtimeMicros);
    orWorldError('create', this.#named(entry), () => {
      symlinkSync(present(entry.linkTarget, 'link target'), this.#place(entry));
      lutimesSync(this.#place(entry), seconds, seconds);
    });
  }

  #finishDirectory(entry: Entry): void {
    const place = this.#place(entry);
    const seconds = settableSeconds(entry.mtimeMicros);
    if (this.#staging.durability === 'flushed') flushDirectory(place);
    orWorldError('write', this.#named(entry), () => {
      chmodSync(place, entry.mode);
      utimesSync(place, seconds, seconds);
    });
  }

  #checked(address: number, length: number): SnapshotShape {
    const shape = present(this.#shape, 'the shape before begin()');
    assert(address >= 0 && address + length <= shape.layout.totalBytes, 'a range lies inside the target');
    return shape;
  }

  #place(entry: Entry): string {
    return join(this.#staging.place, entry.path);
  }

  /** The entry's final path, for messages. */
  #named(entry: Entry): string {
    return join(this.#staging.name, entry.path);
  }
}
