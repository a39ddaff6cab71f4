/**
 * Builds the value of a CBOR item whose heads were walked (itemLength in cbor.ts): types, lengths and nesting are right. Refuses what is not canonical:
 * numbers in more bytes than needed, keys out of order or twice, text that is not UTF-8.
 */
import { DataError } from '../../base/errors.js';
import { decodeUtf8 } from '../../base/utf8.js';
import type { CborMap, CborValue } from './cbor-value.js';

/** The least argument that needs a head of this width. */
const leastOf = { 1: 24, 2: 2 ** 8, 4: 2 ** 16, 8: 2 ** 32 } as const;

export class CborReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #at = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  /** The next item. Throws DataError unless it is canonical. */
  value(): CborValue {
    const major = this.#byte() >>> 5;
    const argument = this.#argument();
    switch (major) {
      case 0:
        return argument;
      case 1:
        return -1 - argument;
      case 2:
        // Not slice(), which shares the memory of a Buffer.
        return new Uint8Array(this.#string(argument));
      case 3:
        return this.#text(argument);
      case 4: {
        const items: CborValue[] = [];
        for (let i = 0; i < argument; i++) items.push(this.value());
        return items;
      }
      case 5:
        return this.#map(argument);
      default:
        return argument === 22 ? null : argument === 21;
    }
  }

  #byte(): number {
    return this.#bytes[this.#at] ?? 0;
  }

  /** What the head at hand says, and past it. */
  #argument(): number {
    const short = this.#byte() & 31;
    this.#at++;
    if (short < 24) return short;
    const width = short === 24 ? 1 : short === 25 ? 2 : short === 26 ? 4 : 8;
    let argument = 0;
    for (let i = 0; i < width; i++) {
      argument = argument * 256 + this.#byte();
      this.#at++;
    }
    if (argument < leastOf[width]) throw this.#fail();
    return argument;
  }

  #string(length: number): Uint8Array {
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return bytes;
  }

  #text(length: number): string {
    const start = this.#at;
    this.#at += length;
    try {
      return decodeUtf8(this.#bytes, start, this.#at);
    } catch (cause) {
      throw this.#fail(cause);
    }
  }

  #map(count: number): CborMap {
    const map: CborMap = new Map();
    for (let i = 0, previous = 0; i < count; i++) {
      const start = this.#at;
      const key = this.#text(this.#argument());
      if (i > 0 && !this.#isAfter(previous, start)) throw this.#fail();
      previous = start;
      map.set(key, this.value());
    }
    return map;
  }

  /** Whether the key at `next` comes after the one at `previous`, byte by byte. Neither is the beginning of the other: a text's head says its length. */
  #isAfter(previous: number, next: number): boolean {
    for (let at = 0; next + at < this.#at; at++) {
      const difference = (this.#bytes[next + at] ?? 0) - (this.#bytes[previous + at] ?? 0);
      if (difference !== 0) return difference > 0;
    }
    return false;
  }

  #fail(cause?: unknown): DataError {
    return new DataError(`${this.#what} is not canonical CBOR`, cause === undefined ? {} : { cause });
  }
}
