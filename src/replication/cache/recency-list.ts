/** A doubly linked list of cache entries from the longest unused to the latest used, which knows the bytes in it. */

export interface Linked<Entry extends Linked<Entry>> {
  readonly bytes: number;
  list: RecencyList<Entry> | undefined;
  older: Entry | undefined;
  newer: Entry | undefined;
}

export class RecencyList<Entry extends Linked<Entry>> {
  #oldest: Entry | undefined;
  #newest: Entry | undefined;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get oldest(): Entry | undefined {
    return this.#oldest;
  }

  /** Adds an entry that is in no list, as the latest. */
  push(entry: Entry): void {
    entry.list = this;
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
    this.#bytes += entry.bytes;
  }

  /** Takes an entry of this list out. */
  remove(entry: Entry): void {
    if (entry.older === undefined) this.#oldest = entry.newer;
    else entry.older.newer = entry.newer;
    if (entry.newer === undefined) this.#newest = entry.older;
    else entry.newer.older = entry.older;
    entry.list = undefined;
    this.#bytes -= entry.bytes;
  }
}
