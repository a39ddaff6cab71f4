/** Reading of binary traces: records out of pieces of any size, each with its place in the file. */
import { damaged, type TracePlace } from './line.js';

export class RecordReader {
  readonly #pieces: Iterator<Uint8Array>;
  readonly #name: string;
  #held: Uint8Array = new Uint8Array(0);
  #at = 0;
  #byte = 0;

  constructor(pieces: Iterable<Uint8Array>, name: string) {
    this.#pieces = pieces[Symbol.iterator]();
    this.#name = name;
  }

  /** Of the next record. */
  get place(): TracePlace & { readonly byte: number } {
    return { name: this.#name, byte: this.#byte };
  }

  /** The next `length` bytes, valid until the next call; undefined at the end. Throws DataError where the file ends within them. */
  take(length: number): DataView | undefined {
    if (this.#held.length - this.#at < length) this.#fill(length);
    const left = this.#held.length - this.#at;
    if (left === 0 && length > 0) return undefined;
    if (left < length)
      throw damaged(this.place, `the last record is cut off: ${left} of ${length} bytes`, cutHint);
    const view = new DataView(this.#held.buffer, this.#held.byteOffset + this.#at, length);
    this.#at += length;
    this.#byte += length;
    return view;
  }

  /** As `take`, where the file must go on: within a record. */
  rest(length: number): DataView {
    const view = this.take(length);
    if (view === undefined)
      throw damaged(this.place, `the last record is cut off: 0 of ${length} bytes`, cutHint);
    return view;
  }

  #fill(length: number): void {
    const parts = [this.#held.slice(this.#at)];
    let total = parts[0]?.length ?? 0;
    while (total < length) {
      const next = this.#pieces.next();
      if (next.done === true) break;
      // A copy: a piece may lie in a buffer that is filled again.
      parts.push(next.value.slice());
      total += next.value.length;
    }
    const joined = new Uint8Array(total);
    let at = 0;
    for (const part of parts) {
      joined.set(part, at);
      at += part.length;
    }
    this.#held = joined;
    this.#at = 0;
  }
}

const cutHint = 'the recording or its copy ended early: cut the file at that byte to read what is whole';

/** A count of sectors as bytes below 2^53; null where it is not. */
export function sectorBytesOf(sectors: bigint, sectorBytes = 512n): number | null {
  const bytes = sectors * sectorBytes;
  return bytes < 2n ** 53n ? Number(bytes) : null;
}
