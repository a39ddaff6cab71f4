/**
 * Checked reading and writing of small binary fields: little-endian integers, LEB128 varints, length-prefixed bytes.
 * A reader never trusts a length: each read is bounded by the bytes at hand and fails with a DataError that names
 * the field and its offset. Integers are exact up to 2^53 - 1; a larger one is refused.
 */
import { DataError, assert } from './errors.js';
import { decodeUtf8, utf8Length, writeUtf8 } from './utf8.js';

export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get offset(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  u8(field: string): number {
    this.#need(1, field);
    return this.#byte(this.#at++);
  }

  u16(field: string): number {
    this.#need(2, field);
    this.#at += 2;
    return this.#byte(this.#at - 2) | (this.#byte(this.#at - 1) << 8);
  }

  u32(field: string): number {
    this.#need(4, field);
    this.#at += 4;
    const low = this.#byte(this.#at - 4) | (this.#byte(this.#at - 3) << 8);
    return (low | (this.#byte(this.#at - 2) << 16) | (this.#byte(this.#at - 1) << 24)) >>> 0;
  }

  /** Unsigned LEB128 of at most 53 bits; refuses encodings longer than the shortest one. */
  varint(field: string): number {
    const first = this.#bytes[this.#at];
    if (first !== undefined && first < 0x80) {
      this.#at++;
      return first;
    }
    let value = 0;
    let scale = 1;
    for (let count = 1; ; count++) {
      const byte = this.u8(field);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (byte === 0 && count > 1) throw this.#fail(field, 'has a padded varint');
        break;
      }
      scale *= 128;
      if (count === 8) throw this.#fail(field, 'has a varint above 2^53');
    }
    if (!Number.isSafeInteger(value)) throw this.#fail(field, 'has a varint above 2^53');
    return value;
  }

  /** Zigzag varint: 0, -1, 1, -2 ... The whole range of exact integers, though zigzag numbers reach 2^54. */
  signedVarint(field: string): number {
    const first = this.u8(field);
    let magnitude = (first & 0x7f) >>> 1;
    if (first >= 0x80) {
      const rest = this.varint(field);
      if (rest === 0) throw this.#fail(field, 'has a padded varint');
      magnitude += rest * 64;
    }
    const value = first % 2 === 0 ? magnitude : -magnitude - 1;
    if (!Number.isSafeInteger(value)) throw this.#fail(field, 'has a varint beyond 2^53');
    return value;
  }

  /** A view of the next `length` bytes, not a copy. */
  bytes(length: number, field: string): Uint8Array {
    this.#need(length, field);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** The text of the next `length` bytes. Throws TypeError where they are not UTF-8. */
  text(length: number, field: string): string {
    this.#need(length, field);
    this.#at += length;
    return decodeUtf8(this.#bytes, this.#at - length, this.#at);
  }

  /** A view of what was read since `offset`. */
  since(offset: number): Uint8Array {
    return this.#bytes.subarray(offset, this.#at);
  }

  /** Throws unless everything was consumed. */
  end(field: string): void {
    if (this.remaining !== 0) throw this.#fail(field, `has ${this.remaining} surplus bytes`);
  }

  /** Of a place that was made sure of. */
  #byte(at: number): number {
    return this.#bytes[at] ?? 0;
  }

  #need(length: number, field: string): void {
    if (!(length <= this.remaining)) {
      throw this.#fail(field, `needs ${length} bytes, only ${this.remaining} are left`);
    }
  }

  #fail(field: string, problem: string): DataError {
    return new DataError(`${field} at byte ${this.#at} ${problem}`);
  }
}

export class ByteWriter {
  #bytes: Uint8Array;
  #at = 0;

  /** Small ones take their room from Node's pool: memory of their own costs more than what is written. */
  constructor(capacity = 256) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#at;
  }

  u8(value: number): this {
    this.#room(1);
    this.#bytes[this.#at++] = value;
    return this;
  }

  u16(value: number): this {
    this.#room(2);
    this.#bytes[this.#at++] = value;
    this.#bytes[this.#at++] = value >>> 8;
    return this;
  }

  u32(value: number): this {
    this.#room(4);
    this.#bytes[this.#at++] = value;
    this.#bytes[this.#at++] = value >>> 8;
    this.#bytes[this.#at++] = value >>> 16;
    this.#bytes[this.#at++] = value >>> 24;
    return this;
  }

  varint(value: number): this {
    assert(Number.isSafeInteger(value) && value >= 0, 'a varint is a safe unsigned integer');
    this.#room(8);
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#at++] = rest;
    return this;
  }

  signedVarint(value: number): this {
    assert(Number.isSafeInteger(value), 'a signed varint is a safe integer');
    const magnitude = value >= 0 ? value : -(value + 1);
    const rest = Math.floor(magnitude / 64);
    const first = (magnitude % 64) * 2 + (value < 0 ? 1 : 0);
    return rest === 0 ? this.u8(first) : this.u8(first | 0x80).varint(rest);
  }

  bytes(bytes: Uint8Array): this {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  /** Its length in bytes as a varint, then its UTF-8. */
  text(text: string): this {
    const length = utf8Length(text);
    this.varint(length);
    this.#room(length);
    this.#at += writeUtf8(this.#bytes, this.#at, text);
    return this;
  }

  /** What was written, as a copy of exact size. */
  finish(): Uint8Array {
    // Not slice(), which shares the memory of a Buffer.
    return new Uint8Array(this.#bytes.subarray(0, this.#at));
  }

  #room(length: number): void {
    if (this.#at + length <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + length));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
  }
}
