/**
 * Exact counting of what differs in place between two contents, over the ranges where a difference is possible.
 */

export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** Anything that can be filled at an offset. */
export interface Fillable {
  fill(offset: number, into: Uint8Array): void;
}

const windowBytes = 1 << 16;

/** Number of offsets inside the ranges at which the two contents differ. Ranges must not overlap and must lie inside both. */
export function countDifferences(left: Fillable, right: Fillable, ranges: Iterable<Range>): number {
  const a = new Uint8Array(windowBytes);
  const b = new Uint8Array(windowBytes);
  let count = 0;
  for (const range of ranges) {
    for (let done = 0; done < range.length;) {
      const length = Math.min(windowBytes, range.length - done);
      const leftBytes = a.subarray(0, length);
      const rightBytes = b.subarray(0, length);
      left.fill(range.offset + done, leftBytes);
      right.fill(range.offset + done, rightBytes);
      count += differingBytes(leftBytes, rightBytes);
      done += length;
    }
  }
  return count;
}

/** Number of indexes at which two arrays of equal length differ. */
function differingBytes(a: Uint8Array, b: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) count++;
  return count;
}
