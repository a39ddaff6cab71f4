/**
 * The base bytes that a batch of operations needs, laid side by side in a window: each range is given its place at once, and all are read
 * later, in as few reads as pay. Ranges that lie close behind each other, as those of a sub-block delta do, share a run and one read; what
 * lies in a gap between them is read along. A gap never reaches into another file: many small files would each be opened for nothing.
 *
 * Law: beside 128 KiB at most 33 bytes are read for each byte asked for. Copies of one byte in long steps would otherwise fetch a gap each: a
 * package of a kilobyte could cost minutes of reading.
 */
import type { Layout } from '../snapshot/layout.js';

/** What a read costs beside its bytes is worth as much as reading this many. */
const gapBytesMax = 16 * 1024;
/** Gap bytes that each byte asked for earns, and those that need not be earned. */
const earnedFactor = 32;
const unearnedBytes = 128 * 1024;

export interface BaseRun {
  readonly address: number;
  /** Where it lies in the window. */
  readonly offset: number;
  readonly length: number;
}

export class BaseRuns {
  readonly #layout: Layout;
  readonly #capacity: number;
  readonly #closed: BaseRun[] = [];
  /** The run under way: base addresses [start, end) at an offset of the window; none where start === end. */
  #start = 0;
  #end = 0;
  #offset = 0;
  /** The last address at which a range may begin that joins it; -1 for none. */
  #reach = -1;
  /** Where the file ends that holds its last byte. */
  #fileEnd = 0;
  /** Gap bytes that may still be read. */
  #credit = unearnedBytes;

  /** `capacity`: bytes of the window. */
  constructor(layout: Layout, capacity: number) {
    this.#layout = layout;
    this.#capacity = capacity;
  }

  /** The offset in the window at which [address, address + length) will lie; -1 when there is no room for it. The caller has checked the range. */
  place(address: number, length: number): number {
    const end = address + length;
    const joins = address >= this.#start && address <= this.#reach;
    const start = joins ? this.#start : address;
    const offset = joins ? this.#offset : this.#offset + this.#end - this.#start;
    if (joins && end <= this.#end) {
      this.#credit += earnedFactor * length;
      return offset + address - start;
    }
    if (offset + end - start > this.#capacity) return -1;
    if (joins) this.#credit -= Math.max(0, address - this.#end);
    else {
      this.#close();
      this.#start = start;
      this.#offset = offset;
      this.#fileEnd = 0;
    }
    this.#credit += earnedFactor * length;
    this.#end = end;
    if (end > this.#fileEnd) this.#fileEnd = this.#layout.endOf(this.#layout.entryAt(end - 1));
    this.#reach = Math.max(end, Math.min(end + Math.min(gapBytesMax, this.#credit), this.#fileEnd - 1));
    return offset + address - start;
  }

  /** All runs, in the order of their places; none are left. */
  take(): readonly BaseRun[] {
    this.#close();
    this.#offset = this.#start = this.#end = 0;
    this.#reach = -1;
    return this.#closed.splice(0);
  }

  #close(): void {
    const length = this.#end - this.#start;
    if (length > 0) this.#closed.push({ address: this.#start, offset: this.#offset, length });
  }
}
