/**
 * Planning: extents cut into segments. Sequential, and a function of extents and layout alone, so packages do not depend on who detected or
 * who encodes.
 *
 * A segment begins and ends on leaf borders and closes when it holds 4 MiB of new data, 16,384 extents or 1 GiB of target: enough to
 * compress well, little enough to resume, to hold in memory and to encode in parallel. Copies and zeros cost nothing here, so
 * an unchanged image of 1 GiB is one segment with one operation.
 */
import { assert, present } from '../../base/errors.js';
import { extentKind, type ExtentColumns, type ExtentKind } from '../detect/extents.js';
import type { Layout } from '../snapshot/layout.js';

/** New data after which a segment closes; a segment holds less than one leaf more. */
export const segmentDataBytes = 4 * 1024 * 1024;
const segmentExtentsMax = 16_384;
const segmentTargetBytesMax = 1024 * 1024 * 1024;

/** One segment to encode: its extents, and the segments that its repeats read from. Structured-cloneable. */
export interface SegmentPlan {
  readonly index: number;
  readonly targetAddress: number;
  readonly targetBytes: number;
  readonly extents: ExtentColumns;
  readonly dependencies: readonly number[];
}

/** `borders`: ascending leaf borders at which segments close, too (shares.ts). */
export function planSegments(
  extents: ExtentColumns,
  layout: Layout,
  borders: readonly number[] = [],
): SegmentPlan[] {
  const planner = new Planner(layout, borders);
  for (let i = 0; i < extents.kinds.length; i++) {
    const kind = present(extents.kinds[i], 'kind') as ExtentKind;
    planner.place(kind, present(extents.lengths[i], 'length'), present(extents.references[i], 'reference'));
  }
  return planner.finish();
}

class Planner {
  readonly #layout: Layout;
  readonly #borders: readonly number[];
  #nextBorder = 0;
  readonly #plans: SegmentPlan[] = [];
  /** Start addresses of the segments so far and of the open one, ascending. */
  readonly #starts: number[] = [0];
  /** Of the open segment. */
  readonly #extents = new OpenExtents();
  #start = 0;
  #hasRepeats = false;
  #at = 0;
  #dataBytes = 0;

  constructor(layout: Layout, borders: readonly number[]) {
    this.#layout = layout;
    this.#borders = borders;
  }

  place(kind: ExtentKind, length: number, reference: number): void {
    let left = length;
    let from = reference;
    while (left > 0) {
      const border = this.#closingBorder(kind, left);
      const take = border === undefined ? left : border - this.#at;
      this.#take(kind, take, from);
      left -= take;
      if (kind !== extentKind.zero && from >= 0) from += take;
      if (border !== undefined) this.#close();
    }
  }

  finish(): SegmentPlan[] {
    assert(this.#at === this.#layout.totalBytes, 'extents cover the target');
    if (this.#extents.count > 0) this.#close();
    return this.#plans;
  }

  /** The leaf border inside the coming `length` bytes at which the open segment should close, if any; never the present position. */
  #closingBorder(kind: ExtentKind, length: number): number | undefined {
    let limit = Math.min(
      this.#start + segmentTargetBytesMax,
      this.#borders[this.#nextBorder] ?? this.#layout.totalBytes,
    );
    if (kind === extentKind.data) limit = Math.min(limit, this.#at + segmentDataBytes - this.#dataBytes);
    else if (this.#dataBytes >= segmentDataBytes) limit = this.#at;
    if (this.#extents.count >= segmentExtentsMax) limit = this.#at;
    if (this.#at + length <= limit) return undefined;
    const before =
      limit >= this.#layout.totalBytes ? this.#at : this.#layout.leafAddress(this.#layout.leafAt(limit));
    if (before > this.#at) return before;
    const after = this.#layout.leafAddress(this.#layout.leafAt(this.#at) + 1);
    return after <= this.#at + length ? after : undefined;
  }

  #take(kind: ExtentKind, length: number, reference: number): void {
    this.#extents.push(kind, length, reference);
    this.#at += length;
    if (kind === extentKind.data) this.#dataBytes += length;
    else if (kind === extentKind.repeat) this.#hasRepeats = true;
  }

  #close(): void {
    const targetAddress = this.#start;
    const extents = this.#extents.take();
    const index = this.#plans.length;
    const dependencies = this.#hasRepeats ? this.#dependencies(extents, index) : [];
    this.#plans.push({ index, targetAddress, targetBytes: this.#at - targetAddress, extents, dependencies });
    this.#start = this.#at;
    this.#starts.push(this.#at);
    while ((this.#borders[this.#nextBorder] ?? Infinity) <= this.#at) this.#nextBorder++;
    this.#hasRepeats = false;
    this.#dataBytes = 0;
  }

  #dependencies(extents: ExtentColumns, self: number): number[] {
    const found = new Set<number>();
    extents.kinds.forEach((kind, i) => {
      if (kind !== extentKind.repeat) return;
      const source = present(extents.references[i], 'reference');
      const last = this.#segmentAt(source + present(extents.lengths[i], 'length') - 1);
      for (let segment = this.#segmentAt(source); segment <= last; segment++) found.add(segment);
    });
    found.delete(self);
    return [...found].sort((a, b) => a - b);
  }

  #segmentAt(address: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (present(this.#starts[middle], 'segment start') <= address) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Room for the extents of a small image; large segments have up to `segmentExtentsMax`. */
const openExtentsMin = 64;

/** Columns under construction. Typed from the start: lists of numbers, copied at the end, cost three times as much for a million extents. */
class OpenExtents {
  #kinds = new Uint8Array(openExtentsMin);
  #lengths = new Float64Array(openExtentsMin);
  #references = new Float64Array(openExtentsMin);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  push(kind: ExtentKind, length: number, reference: number): void {
    if (this.#count === this.#kinds.length) this.#grow();
    this.#kinds[this.#count] = kind;
    this.#lengths[this.#count] = length;
    this.#references[this.#count] = reference;
    this.#count++;
  }

  /** A copy of what was pushed; nothing is left. */
  take(): ExtentColumns {
    const count = this.#count;
    this.#count = 0;
    return {
      kinds: this.#kinds.slice(0, count),
      lengths: this.#lengths.slice(0, count),
      references: this.#references.slice(0, count),
    };
  }

  #grow(): void {
    const capacity = 2 * this.#kinds.length;
    const [kinds, lengths, references] = [this.#kinds, this.#lengths, this.#references];
    this.#kinds = new Uint8Array(capacity);
    this.#lengths = new Float64Array(capacity);
    this.#references = new Float64Array(capacity);
    this.#kinds.set(kinds);
    this.#lengths.set(lengths);
    this.#references.set(references);
  }
}
