/** Writers of one key one after another, in the order in which they came; other keys do not wait. */
export class KeyLocks {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs `work` when those before it on this key have settled, whatever became of them. */
  async exclusively<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const mine = before === undefined ? work() : before.then(work);
    const settled = mine.then(nothing, nothing);
    this.#last.set(key, settled);
    const result = mine.finally(() => {
      if (this.#last.get(key) === settled) this.#last.delete(key);
    });
    return result;
  }

  /** Settles with the last writer that has come so far; undefined when there is none under way. */
  pending(key: string): Promise<void> | undefined {
    return this.#last.get(key);
  }
}

function nothing(): void {
  // Whoever asked for the work learns of its failure; whoever waits for its turn need not.
}
