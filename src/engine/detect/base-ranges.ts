/**
 * Which bytes of the base no copy of the target takes: where moved data usually comes from, since what is copied has stayed where it was.
 *
 * Law: ranges are pairs (address, length), ascending and apart.
 */
import { present } from '../../base/errors.js';
import { Float64Vector } from '../../base/vector.js';
import { extentKind, type ExtentColumns } from './extents.js';

/** Copied bytes between two ranges that are taken along: a range of its own costs as much as searching so many bytes. */
const joinedGapBytesMax = 1024;

/** The ranges of [0, baseBytes) that none of the copies covers. */
export function uncoveredRanges(all: Iterable<ExtentColumns>, baseBytes: number): Float64Array {
  const copies = copiesOf(all);
  const ranges = new Float64Vector();
  let start = 0;
  let end = 0;
  const take = (from: number, to: number): void => {
    if (from >= to) return;
    if (end > start && from - end > joinedGapBytesMax) push(ranges, start, end);
    if (end === start || from - end > joinedGapBytesMax) start = from;
    end = to;
  };
  let covered = 0;
  for (let i = 0; i < copies.length; i += 2) {
    const from = present(copies[i], 'copy');
    take(covered, from);
    covered = Math.max(covered, from + present(copies[i + 1], 'copy'));
  }
  take(covered, baseBytes);
  if (end > start) push(ranges, start, end);
  return ranges.view();
}

/** What lies between ranges, in [0, baseBytes). */
export function rangesBetween(ranges: Float64Array, baseBytes: number): Float64Array {
  const between = new Float64Vector();
  let at = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    const start = present(ranges[i], 'range');
    if (start > at) push(between, at, start);
    at = start + present(ranges[i + 1], 'range');
  }
  if (baseBytes > at) push(between, at, baseBytes);
  return between.view();
}

export function bytesOf(ranges: Float64Array): number {
  let bytes = 0;
  for (let i = 1; i < ranges.length; i += 2) bytes += present(ranges[i], 'range');
  return bytes;
}

/** The parts of ranges that lie in [start, end). */
export function rangesIn(ranges: Float64Array, start: number, end: number): Float64Array {
  let low = 0;
  let high = ranges.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const behind = present(ranges[2 * middle], 'range') + present(ranges[2 * middle + 1], 'range');
    if (behind <= start) low = middle + 1;
    else high = middle;
  }
  const found = new Float64Vector();
  for (let i = 2 * low; i < ranges.length; i += 2) {
    const from = present(ranges[i], 'range');
    if (from >= end) break;
    push(found, Math.max(from, start), Math.min(from + present(ranges[i + 1], 'range'), end));
  }
  return found.view();
}

function push(ranges: Float64Vector, start: number, end: number): void {
  ranges.push(start);
  ranges.push(end - start);
}

/** Pairs (base address, length) of all copies, ascending. */
function copiesOf(all: Iterable<ExtentColumns>): Float64Array {
  const copies = new Float64Vector();
  let isAscending = true;
  let last = 0;
  for (const { kinds, lengths, references } of all) {
    for (let i = 0; i < kinds.length; i++) {
      if (kinds[i] !== extentKind.copy) continue;
      const address = present(references[i], 'reference');
      isAscending &&= address >= last;
      last = address;
      copies.push(address);
      copies.push(present(lengths[i], 'length'));
    }
  }
  const pairs = copies.view();
  if (isAscending) return pairs;
  const order = Float64Array.from({ length: pairs.length / 2 }, (_, i) => i);
  order.sort((a, b) => present(pairs[2 * a], 'copy') - present(pairs[2 * b], 'copy'));
  return Float64Array.from(pairs, (_, i) =>
    present(pairs[2 * present(order[i >>> 1], 'copy') + (i & 1)], 'copy'),
  );
}
