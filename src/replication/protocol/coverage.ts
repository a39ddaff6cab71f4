/** Which of a row of numbered things have come: disjoint ranges, ascending. Neighbours are joined, so what comes in order takes one range. */
export class Coverage {
  readonly #ranges: { start: number; end: number }[] = [];
  #count = 0;

  /** How many have come. */
  get count(): number {
    return this.#count;
  }

  /** Adds [first, first + count); false, and nothing is added, where some of them have come before. */
  add(first: number, count: number): boolean {
    const end = first + count;
    const at = this.#firstEndingAfter(first);
    const next = this.#ranges[at];
    if (next !== undefined && next.start < end) return false;
    const before = this.#ranges[at - 1];
    const joinsBefore = before?.end === first;
    if (next?.start === end) {
      next.start = joinsBefore ? before.start : first;
      if (joinsBefore) this.#ranges.splice(at - 1, 1);
    } else if (joinsBefore) before.end = end;
    else this.#ranges.splice(at, 0, { start: first, end });
    this.#count += count;
    return true;
  }

  /** Index of the first range that ends behind `position`. */
  #firstEndingAfter(position: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ranges[middle]?.end ?? 0) > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
