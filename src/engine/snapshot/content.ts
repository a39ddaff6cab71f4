/**
 * Reads a snapshot's bytes by address, from files or from memory. Reads are synchronous and go straight into the given view, which
 * is usually a view on WebAssembly memory, at most 1 MiB a call (measured best; a longer call gains nothing).
 *
 * Law: a read fills the whole view or throws. A file that has become shorter, or is no longer a plain file of its folder, is a WorldError.
 * At most `openFilesMax` files are open in one reader.
 */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { WorldError, assert, present } from '../../base/errors.js';
import { orWorldError, worldError } from './failures.js';
import { Layout } from './layout.js';
import type { ContentReader, Entry, SnapshotSource } from './snapshot.js';

export const openFilesMax = 16;

const readBytesMax = 2 ** 20;

/** Opens the content that `source` describes; any thread may do so. Files are opened when first read. */
export function openContent(source: SnapshotSource): ContentReader {
  const layout = new Layout(source.entries);
  return source.kind === 'memory'
    ? new MemoryContent(source.bytes, layout)
    : new FileContent(source.path, source.entries, layout, source.form === 'tree');
}

/** The file of an entry: the snapshot's own path for an image, a path below it for a tree. */
export function entryFile(root: string, entry: Entry): string {
  return entry.path === '' ? root : join(root, entry.path);
}

class MemoryContent implements ContentReader {
  readonly #bytes: Uint8Array;
  readonly #layout: Layout;

  constructor(bytes: SharedArrayBuffer, layout: Layout) {
    this.#bytes = new Uint8Array(bytes);
    this.#layout = layout;
  }

  read(address: number, into: Uint8Array): void {
    checkRange(this.#layout, address, into.length);
    into.set(this.#bytes.subarray(address, address + into.length));
  }

  close(): void {
    // Memory needs no closing.
  }
}

class FileContent implements ContentReader {
  readonly #root: string;
  readonly #entries: readonly Entry[];
  readonly #layout: Layout;
  readonly #flags: number;
  /** Open files by entry index, least recently used first. */
  readonly #open = new Map<number, number>();
  #entry = 0;
  #fd = -1;

  constructor(root: string, entries: readonly Entry[], layout: Layout, isTree: boolean) {
    this.#root = root;
    this.#entries = entries;
    this.#layout = layout;
    // Inside a tree a file may have been replaced by a link (not followed) or a fifo (must not block). An image's path may be a link.
    this.#flags = constants.O_RDONLY | (isTree ? constants.O_NOFOLLOW | constants.O_NONBLOCK : 0);
  }

  read(address: number, into: Uint8Array): void {
    checkRange(this.#layout, address, into.length);
    const end = address + into.length;
    for (let at = address; at < end;) {
      this.#select(at);
      const stop = Math.min(this.#layout.endOf(this.#entry), end);
      this.#readEntry(into, at - address, stop - at, at - this.#layout.startOf(this.#entry));
      at = stop;
    }
  }

  close(): void {
    for (const fd of this.#open.values()) closeSync(fd);
    this.#open.clear();
    this.#fd = -1;
  }

  #readEntry(into: Uint8Array, offset: number, length: number, position: number): void {
    for (let done = 0; done < length;) {
      const count = Math.min(length - done, readBytesMax);
      let read: number;
      try {
        read = readSync(this.#fd, into, offset + done, count, position + done);
      } catch (cause) {
        throw worldError(cause, 'read', this.#path(this.#entry));
      }
      if (read === 0) {
        throw new WorldError(`${this.#path(this.#entry)} shrank while it was read`, {
          hint: 'take the snapshot of a volume that nobody writes to',
        });
      }
      done += read;
    }
  }

  /** Makes the entry that holds `address` the present one. */
  #select(address: number): void {
    const layout = this.#layout;
    if (this.#fd >= 0 && address >= layout.startOf(this.#entry) && address < layout.endOf(this.#entry))
      return;
    this.#entry = layout.entryAt(address);
    let fd = this.#open.get(this.#entry);
    if (fd === undefined) {
      const path = this.#path(this.#entry);
      if (this.#open.size >= openFilesMax) this.#closeOldest();
      fd = orWorldError('read', path, () => openSync(path, this.#flags));
    } else {
      this.#open.delete(this.#entry);
    }
    this.#open.set(this.#entry, fd);
    this.#fd = fd;
  }

  #closeOldest(): void {
    for (const [entry, fd] of this.#open) {
      closeSync(fd);
      this.#open.delete(entry);
      return;
    }
  }

  #path(entry: number): string {
    return entryFile(this.#root, present(this.#entries[entry], 'entry'));
  }
}

function checkRange(layout: Layout, address: number, length: number): void {
  assert(address >= 0 && address + length <= layout.totalBytes, 'a read lies inside the snapshot');
}
