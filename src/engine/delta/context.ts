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

/**
 * The bytes of the ranges end to end, behind one zero byte: so that no base can begin with the magic number of a trained dictionary, which a codec
 * would read as one. Throws WorldError from the reader.
 */
export function readContext({ starts, ends }: ContextRanges, reader: ContentReader): Uint8Array {
  let length = 1;
  starts.forEach((start, i) => (length += (ends[i] ?? start) - start));
  const context = new Uint8Array(length);
  let at = 1;
  starts.forEach((start, i) => {
    const bytes = (ends[i] ?? start) - start;
    reader.read(start, context.subarray(at, at + bytes));
    at += bytes;
  });
  return context;
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
