/** Ranges of a rebuilt piece that are known to be zero and need not be written. Those below a file system block are not worth a hole. */
export class Zeros {
  static readonly bytesMin = 4096;
  readonly #ranges: { readonly start: number; readonly end: number }[] = [];

  add(start: number, end: number): void {
    if (end - start >= Zeros.bytesMin) this.#ranges.push({ start, end });
  }

  /** [0, length) as alternating ranges, in order. */
  *split(
    length: number,
  ): Generator<{ readonly start: number; readonly end: number; readonly isZero: boolean }> {
    let at = 0;
    for (const { start, end } of this.#ranges.sort((a, b) => a.start - b.start)) {
      if (end <= at) continue;
      if (start > at) yield { start: at, end: start, isZero: false };
      yield { start: Math.max(at, start), end, isZero: true };
      at = end;
    }
    if (at < length) yield { start: at, end: length, isZero: false };
  }
}
