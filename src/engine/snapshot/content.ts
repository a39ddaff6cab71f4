/**
 * Reads a snapshot's bytes by address, from files or from memory. Reads are synchronous and go straight into the given view, which
 * is usually a view on WebAssembly memory.
 *
 * Law: a read fills the whole view or throws. A file that has become shorter, or is no longer a plain file of its folder, is a WorldError.
 * One reader holds few files open (open-files.ts).
 */
import { constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { WorldError, assert, present } from '../../base/errors.js';
import { orWorldError, worldError } from './failures.js';
import { Layout } from './layout.js';
import { OpenFiles } from './open-files.js';
import type { ContentReader, Entry, SnapshotSource } from './snapshot.js';
import { readWhole } from './transfer.js';

/** Opens the content that `source` describes; any thread may do so. Files are opened when first read. `layout` is that of the entries. */
export function openContent(source: SnapshotSource, layout = new Layout(source.entries)): ContentReader {
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

  constructor(bytes: SharedArrayBuffer | Uint8Array, layout: Layout) {
    this.#bytes = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
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
  readonly #files: OpenFiles;
  #entry = 0;
  #fd = -1;

  constructor(root: string, entries: readonly Entry[], layout: Layout, isTree: boolean) {
    this.#root = root;
    this.#entries = entries;
    this.#layout = layout;
    // Inside a tree a file may have been replaced by a link (not followed) or a fifo (must not block). An image's path may be a link.
    const flags = constants.O_RDONLY | (isTree ? constants.O_NOFOLLOW | constants.O_NONBLOCK : 0);
    this.#files = new OpenFiles((entry) => {
      const path = this.#path(entry);
      return orWorldError('read', path, () => openSync(path, flags));
    });
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
    this.#files.closeAll();
    this.#fd = -1;
  }

  #readEntry(into: Uint8Array, offset: number, length: number, position: number): void {
    let read: number;
    try {
      read = readWhole(this.#fd, into, offset, length, position);
    } catch (cause) {
      throw worldError(cause, 'read', this.#path(this.#entry));
    }
    if (read < length) {
      throw new WorldError(`${this.#path(this.#entry)} shrank while it was read`, {
        hint: 'take the snapshot of a volume that nobody writes to',
      });
    }
  }

  /** Makes the entry that holds `address` the present one. */
  #select(address: number): void {
    const layout = this.#layout;
    if (this.#fd >= 0 && address >= layout.startOf(this.#entry) && address < layout.endOf(this.#entry))
      return;
    const entry = layout.entryAt(address);
    this.#fd = this.#files.get(entry);
    this.#entry = entry;
  }

  #path(entry: number): string {
    return entryFile(this.#root, present(this.#entries[entry], 'entry'));
  }
}

function checkRange(layout: Layout, address: number, length: number): void {
  assert(address >= 0 && address + length <= layout.totalBytes, 'a read lies inside the snapshot');
}
