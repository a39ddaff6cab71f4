/**
 * The context of a segment's literals: base bytes that lie opposite, beside which a codec compresses them (docs/formats/package-v1.md, "Context").
 * Writer and reader derive it from the operations alone, so it takes no bytes of the package: what was replaced is mostly like what replaces
 * it, and a codec that sees it finds every short match without an instruction for it.
 *
 * Law: the same operations and layout give the same ranges; they lie inside the base and hold at most `contextBytesMax` bytes, one file each
 * where they are not joined.
 */
import { contextBytesMax, contextGapBytes } from '../../base/limits.js';
import type { Layout } from '../snapshot/layout.js';
import type { ContentReader } from '../snapshot/snapshot.js';
import type { OperationReader } from './operation-reader.js';
import { operationKind } from './operations.js';

/** Base ranges [starts[i], ends[i]) in the order of the context. */
export interface ContextRanges {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** Reads `operations` (before the first) to their end. Throws what they throw. */
export function contextRanges(
  operations: OperationReader,
  targetAddress: number,
  layout: Layout,
): ContextRanges {
  const places = new Places(layout);
  let at = targetAddress;
  let displacement = 0;
  let literalBytes = 0;
  while (operations.next()) {
    const { kind, length, address } = operations;
    if (kind === operationKind.literal) {
      places.add(at + displacement, length);
      literalBytes = length;
    } else {
      if (kind === operationKind.copy || kind === operationKind.add) {
        const next = address - at;
        if (literalBytes > 0 && next !== displacement) places.add(at - literalBytes + next, literalBytes);
        displacement = next;
      }
      literalBytes = 0;
    }
    at += length;
  }
  return places;
}

/** Ranges that follow each other so closely are read at once: what lies between costs less than another read, some 3 us. */
const readGapBytesMax = 16 * 1024;
const readBytesMax = 256 * 1024;

/**
 * The bytes of the ranges end to end, behind one zero byte: so that no base can begin with the magic number of a trained dictionary, which a codec
 * would read as one. Pages of a database give a segment thousands of ranges; they are read some dozens at a time. Throws WorldError from the reader.
 */
export function readContext({ starts, ends }: ContextRanges, reader: ContentReader): Uint8Array {
  let length = 1;
  starts.forEach((start, i) => (length += (ends[i] ?? start) - start));
  const context = new Uint8Array(length);
  const scratch = new Uint8Array(scratchBytes(starts, ends));
  let at = 1;
  for (let first = 0; first < starts.length;) {
    const start = starts[first] ?? 0;
    let end = ends[first] ?? start;
    let next = first + 1;
    for (; next < starts.length; next++) {
      const from = starts[next] ?? 0;
      const to = Math.max(end, ends[next] ?? 0);
      if (from < start || from > end + readGapBytesMax || to > start + readBytesMax) break;
      end = to;
    }
    const bytes = end - start;
    if (next === first + 1) {
      reader.read(start, context.subarray(at, at + bytes));
      at += bytes;
    } else {
      reader.read(start, scratch.subarray(0, bytes));
      for (let i = first; i < next; i++) {
        const range = scratch.subarray((starts[i] ?? 0) - start, (ends[i] ?? 0) - start);
        context.set(range, at);
        at += range.length;
      }
    }
    first = next;
  }
  return context;
}

/** Several ranges are read at once; what lies between the first and the last bounds how much. */
function scratchBytes(starts: readonly number[], ends: readonly number[]): number {
  if (starts.length < 2) return 0;
  let least = Infinity;
  let most = 0;
  for (const start of starts) least = Math.min(least, start);
  for (const end of ends) most = Math.max(most, end);
  return Math.min(readBytesMax, most - least);
}

class Places implements ContextRanges {
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly #layout: Layout;
  #left = contextBytesMax;
  #start = 0;
  #end = -contextGapBytes - 1;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** `length` bytes from `address` on, moved into the file that lies there; joined to the range before where it begins in or shortly behind that. */
  add(address: number, length: number): void {
    const { totalBytes } = this.#layout;
    if (this.#left === 0 || totalBytes === 0) return;
    const entry = this.#layout.entryAt(Math.min(Math.max(address, 0), totalBytes - 1));
    const fileEnd = this.#layout.endOf(entry);
    const start = Math.max(this.#layout.startOf(entry), Math.min(address, fileEnd - length));
    const end = Math.min(start + length, fileEnd);
    if (start >= this.#start && start <= this.#end + contextGapBytes) {
      const grown = Math.min(Math.max(end - this.#end, 0), this.#left);
      this.#end += grown;
      this.#left -= grown;
      this.ends[this.ends.length - 1] = this.#end;
      return;
    }
    this.#start = start;
    this.#end = Math.min(end, start + this.#left);
    this.#left -= this.#end - start;
    this.starts.push(start);
    this.ends.push(this.#end);
  }
}
