/** Ranges of a byte stream, [from, to): cutting them into segments, and what a receiver has. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export function bytesOf(ranges: readonly Range[]): number {
  let bytes = 0;
  for (const { from, to } of ranges) bytes += to - from;
  return bytes;
}

export function segmentsOf(ranges: readonly Range[], segmentBytes: number): number {
  let count = 0;
  for (const { from, to } of ranges) count += Math.ceil((to - from) / segmentBytes);
  return count;
}

/** The segments at `positions` (ascending) of ranges cut into segments; neighbours are joined. */
export function segmentsAt(
  ranges: readonly Range[],
  positions: readonly number[],
  segmentBytes: number,
): Range[] {
  const found: Range[] = [];
  let next = 0;
  let first = 0;
  for (const { from, to } of ranges) {
    const count = Math.ceil((to - from) / segmentBytes);
    for (; next < positions.length; next++) {
      const position = (positions[next] ?? 0) - first;
      if (position >= count) break;
      const start = from + position * segmentBytes;
      const end = Math.min(to, start + segmentBytes);
      const last = found.at(-1);
      if (last?.to === start) found[found.length - 1] = { from: last.from, to: end };
      else found.push({ from: start, to: end });
    }
    first += count;
  }
  return found;
}

/** The same bytes, ascending and without overlaps. */
export function joined(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last !== undefined && range.from <= last.to)
      result[result.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    else result.push(range);
  }
  return result;
}

/** What the receiving end has of a stream: everything below `highest` but the holes. */
export class Received {
  #holes: Range[] = [];
  #highest = 0;

  /** Bytes from the start without a hole. */
  get contiguous(): number {
    return this.#holes[0]?.from ?? this.#highest;
  }

  /** A range arrived, all but `lost` of it (ascending). */
  add(range: Range, lost: readonly Range[]): void {
    if (range.to > this.#highest) {
      this.#holes.push({ from: this.#highest, to: range.to });
      this.#highest = range.to;
    }
    let at = range.from;
    for (const hole of lost) {
      this.#close(at, hole.from);
      at = hole.to;
    }
    this.#close(at, range.to);
  }

  #close(from: number, to: number): void {
    if (from >= to) return;
    const only = this.#holes[0];
    if (only !== undefined && this.#holes.length === 1 && from <= only.from && to >= only.to) {
      this.#holes.pop();
      return;
    }
    const rest: Range[] = [];
    for (const hole of this.#holes) {
      if (hole.to <= from || hole.from >= to) rest.push(hole);
      else {
        if (hole.from < from) rest.push({ from: hole.from, to: from });
        if (hole.to > to) rest.push({ from: to, to: hole.to });
      }
    }
    this.#holes = rest;
  }
}
