/**
 * A base window made of pieces from several places of the base, laid end to end in order of their addresses: one call of the delta
 * kernel then finds matches in all of them. Pieces that touch or overlap become one, so that a seam lies only where the base goes on elsewhere.
 *
 * Law: what a record reads across a seam lies at two places of the base, so the writer (operation-writer.ts) cuts it there; no operation ever crosses
 * a seam.
 */
import { present } from '../../base/errors.js';

/** Addresses of the base, [start, end). */
export interface BaseRange {
  readonly start: number;
  readonly end: number;
}

/** The union of ranges, ascending, touching ones merged. */
export function mergeRanges(ranges: readonly BaseRange[]): BaseRange[] {
  if (ranges.length === 1) return ranges.filter(({ start, end }) => start < end);
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const last = merged[merged.length - 1];
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else if (start < end) merged.push({ start, end });
  }
  return merged;
}

export function lengthOf(ranges: readonly BaseRange[]): number {
  let bytes = 0;
  for (const { start, end } of ranges) bytes += end - start;
  return bytes;
}

/** Where the bytes of a window lie in the base. */
export class WindowMap {
  readonly ranges: readonly BaseRange[];
  /** Window offset at which each range begins; one more element holds the window's length. */
  readonly #offsets: number[] = [0];

  /** `ranges` ascend and do not touch: mergeRanges' result, or a single one. */
  constructor(ranges: readonly BaseRange[]) {
    this.ranges = ranges;
    let at = 0;
    for (const { start, end } of ranges) {
      at += end - start;
      this.#offsets.push(at);
    }
  }

  get length(): number {
    return this.offsetOf(this.ranges.length);
  }

  /** Window offset at which range `index` begins. */
  offsetOf(index: number): number {
    return present(this.#offsets[index], 'offset of a range');
  }

  /** Window offset of a base address, which may lie outside all ranges: then as if the nearest range before went on (or the first began earlier). */
  offsetAt(address: number): number {
    let index = this.ranges.length - 1;
    while (index > 0 && present(this.ranges[index], 'range').start > address) index--;
    return this.offsetOf(index) + address - present(this.ranges[index], 'range').start;
  }
}
