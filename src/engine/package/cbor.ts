/**
 * Canonical CBOR: RFC 8949 core deterministic encoding (section 4.2.1), and of it only integers within ±(2^53 - 1),
 * byte and text strings, arrays, maps with text keys, booleans and null.
 *
 * Decoding goes in two steps: a walk over the heads that bounds nesting, item count and lengths and refuses other types without building
 * anything; then the values (cbor-reader.ts), where every form but the canonical one is refused. Items are small and many, so both directions are written
 * for this subset: a general library takes five times as long over a header of 300 bytes, and needs to encode again to know what is canonical.
 */
import { DataError } from '../../base/errors.js';
import { cborDepthMax, cborItemsMax } from '../../base/limits.js';
import { CborReader } from './cbor-reader.js';
import type { CborMap, CborValue } from './cbor-value.js';
import { CborWriter } from './cbor-writer.js';

export type { CborMap, CborValue };

/** A fresh array. Object keys may come in any order. */
export function encodeCbor(value: CborValue | Readonly<Record<string, CborValue>>): Uint8Array {
  const writer = new CborWriter();
  if (isRecord(value)) writer.record(value);
  else writer.value(value);
  return writer.finish();
}

/** Items one after another. */
export function encodeCborSequence(values: readonly CborValue[]): Uint8Array {
  const writer = new CborWriter();
  for (const value of values) writer.value(value);
  return writer.finish();
}

function isRecord(
  value: CborValue | Readonly<Record<string, CborValue>>,
): value is Readonly<Record<string, CborValue>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Map) &&
    !(value instanceof Uint8Array)
  );
}

/** Decodes the item at the start of `bytes`. Throws DataError that begins with `what`. */
export function decodeFirstCbor(
  bytes: Uint8Array,
  what: string,
): { readonly value: CborValue; readonly length: number } {
  const length = itemLength(bytes, what);
  return { value: new CborReader(bytes, what).value(), length };
}

/** Decodes the one item that fills `bytes`. Throws DataError that begins with `what`. */
export function decodeCbor(bytes: Uint8Array, what: string): CborValue {
  const length = itemLength(bytes, what);
  if (length !== bytes.length) {
    throw new DataError(`${what} is followed by ${bytes.length - length} surplus bytes`);
  }
  return new CborReader(bytes, what).value();
}

/**
 * Length of the item at the start of `bytes`. Throws DataError for a type outside our subset, indefinite lengths,
 * lengths beyond the bytes at hand, nesting beyond `cborDepthMax` or more than `cborItemsMax` items.
 */
export function itemLength(bytes: Uint8Array, what: string): number {
  // Of the innermost open list or map: items still to come (a map counts keys and values; its keys come when the count is even).
  let left = 1;
  let isMap = false;
  /** Those around it, each as `left`, or as -1 - `left` of a map. */
  const around: number[] = [];
  let at = 0;
  for (let items = 1; ; items++) {
    if (items > cborItemsMax) throw new DataError(`${what} holds more than ${cborItemsMax} items`);
    const first = bytes[at];
    if (first === undefined) throw new DataError(`${what} is truncated: it ends within a list`);
    const major = first >>> 5;
    const short = first & 31;
    const argument = short < 24 && major < 6 ? short : headArgument(bytes, at, what);
    at += short < 24 ? 1 : 1 + (1 << (short - 24));
    if (isMap && left % 2 === 0 && major !== 3) {
      throw new DataError(`${what} holds a map key that is not text`);
    }
    left--;
    if (major === 2 || major === 3) {
      if (argument > bytes.length - at) throw new DataError(`${what} is truncated: it ends within a string`);
      at += argument;
    } else if (major === 4 || major === 5) {
      const count = major === 5 ? argument * 2 : argument;
      if (count > bytes.length - at) throw new DataError(`${what} is truncated: it ends within a list`);
      around.push(isMap ? -1 - left : left);
      left = count;
      isMap = major === 5;
      if (around.length > cborDepthMax)
        throw new DataError(`${what} is nested deeper than ${cborDepthMax} levels`);
    }
    while (left === 0) {
      const outer = around.pop();
      if (outer === undefined) return at;
      isMap = outer < 0;
      left = isMap ? -1 - outer : outer;
    }
  }
}

/** Argument (value, length, count) of the head at `at`. Throws DataError for a head outside our subset. */
function headArgument(bytes: Uint8Array, at: number, what: string): number {
  const first = bytes[at] ?? 0;
  const major = first >>> 5;
  const short = first & 31;
  if (major === 6) throw new DataError(`${what} holds a tag`);
  if (major === 7 && (short < 20 || short > 22)) {
    throw new DataError(
      `${what} holds a value that is no integer, text, bytes, list, map, true, false or null`,
    );
  }
  if (short < 24) return short;
  if (short > 27) throw new DataError(`${what} is not canonical CBOR: it has an indefinite length`);
  const size = 1 << (short - 24);
  if (bytes.length - at <= size) throw new DataError(`${what} is truncated: it ends within a number`);
  let argument = 0;
  for (let i = 1; i <= size; i++) argument = argument * 256 + (bytes[at + i] ?? 0);
  if (argument > (major === 1 ? Number.MAX_SAFE_INTEGER - 1 : Number.MAX_SAFE_INTEGER)) {
    throw new DataError(`${what} holds a number beyond 2^53 - 1`);
  }
  return argument;
}
