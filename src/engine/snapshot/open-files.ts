/**
 * A bounded set of open files by entry index: the least recently used one is closed to make room, so a tree of a million files needs
 * few descriptors.
 */
import { closeSync } from 'node:fs';

export const openFilesMax = 16;

export class OpenFiles {
  readonly #openEntry: (entry: number) => number;
  /** Least recently used first. */
  readonly #files = new Map<number, number>();

  constructor(openEntry: (entry: number) => number) {
    this.#openEntry = openEntry;
  }

  /** The descriptor of an entry's file, good until the next call. */
  get(entry: number): number {
    let fd = this.#files.get(entry);
    if (fd === undefined) {
      if (this.#files.size >= openFilesMax) this.#closeOldest();
      fd = this.#openEntry(entry);
    } else {
      this.#files.delete(entry);
    }
    this.#files.set(entry, fd);
    return fd;
  }

  closeAll(): void {
    for (const fd of this.#files.values()) closeSync(fd);
    this.#files.clear();
  }

  #closeOldest(): void {
    for (const [entry, fd] of this.#files) {
      this.#files.delete(entry);
      closeSync(fd);
      return;
    }
  }
}
