/** Writes the canonical form of CBOR items: shortest heads, map keys by their encoded bytes (RFC 8949, section 4.2.1). */
import { assert } from '../../base/errors.js';
import { utf8Length, writeUtf8 } from '../../base/utf8.js';
import { compareUtf8 } from '../snapshot/entry-rules.js';
import type { CborMap, CborValue } from './cbor-value.js';

/** Room for a head, from Node's pool. */
const firstBytes = 512;

export class CborWriter {
  #bytes: Uint8Array = Buffer.allocUnsafe(firstBytes);
  #at = 0;

  value(value: CborValue): void {
    switch (typeof value) {
      case 'number':
        this.#integer(value);
        break;
      case 'string':
        this.#text(value);
        break;
      case 'boolean':
        this.#head(7, value ? 21 : 20);
        break;
      default:
        if (value === null) this.#head(7, 22);
        else if (value instanceof Uint8Array) this.#string(2, value);
        else if (value instanceof Map) this.#map(value);
        else {
          this.#head(4, value.length);
          for (const item of value) this.value(item);
        }
    }
  }

  /** A map with these properties. */
  record(record: Readonly<Record<string, CborValue>>): void {
    const keys = inOrder(Object.keys(record));
    this.#head(5, keys.length);
    for (const key of keys) {
      this.#text(key);
      this.value(record[key] ?? null);
    }
  }

  /** What was written, as an array of exact size that owns its memory. */
  finish(): Uint8Array {
    // Not slice(), which shares the memory of a Buffer.
    return new Uint8Array(this.#bytes.subarray(0, this.#at));
  }

  #integer(value: number): void {
    assert(Number.isSafeInteger(value), 'an item is an exact integer');
    if (value < 0) this.#head(1, -1 - value);
    else this.#head(0, value);
  }

  #text(text: string): void {
    const length = utf8Length(text);
    this.#head(3, length);
    this.#room(length);
    this.#at += writeUtf8(this.#bytes, this.#at, text);
  }

  #string(major: number, bytes: Uint8Array): void {
    this.#head(major, bytes.length);
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #map(map: CborMap): void {
    this.#head(5, map.size);
    for (const key of inOrder([...map.keys()])) {
      this.#text(key);
      this.value(map.get(key) ?? null);
    }
  }

  #head(major: number, argument: number): void {
    this.#room(9);
    const type = major << 5;
    if (argument < 24) this.#bytes[this.#at++] = type | argument;
    else if (argument < 2 ** 8) this.#number(type | 24, argument, 1);
    else if (argument < 2 ** 16) this.#number(type | 25, argument, 2);
    else if (argument < 2 ** 32) this.#number(type | 26, argument, 4);
    else this.#number(type | 27, argument, 8);
  }

  #number(first: number, argument: number, width: number): void {
    this.#bytes[this.#at] = first;
    let rest = argument;
    for (let i = width; i > 0; i--) {
      this.#bytes[this.#at + i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    this.#at += 1 + width;
  }

  #room(length: number): void {
    if (this.#at + length <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + length));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
  }
}

/** Sorts in place. Most maps have a dozen keys, of ASCII, and many are in order already: insertion beats a sort that calls back. */
function inOrder(keys: string[]): readonly string[] {
  if (keys.length > insertionMax) return keys.sort(compareKeys);
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i] ?? '';
    let at = i;
    for (; at > 0; at--) {
      const before = keys[at - 1] ?? '';
      if (compareKeys(before, key) <= 0) break;
      keys[at] = before;
    }
    keys[at] = key;
  }
  return keys;
}

const insertionMax = 32;

/** By encoded bytes, of which the first are the length. */
function compareKeys(a: string, b: string): number {
  return utf8Length(a) - utf8Length(b) || compareUtf8(a, b);
}
