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
  writer.value(isRecord(value) ? new Map(Object.entries(value)) : value);
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
  /**
   * Items still to come in each open array or map (a map counts keys and values; its keys are the odd ones out when
   * the count is even).
   */
  const open: { left: number; readonly isMap: boolean }[] = [];
  let at = 0;
  for (let items = 1; ; items++) {
    if (items > cborItemsMax) throw new DataError(`${what} holds more than ${cborItemsMax} items`);
    const { major, argument, headBytes } = readHead(bytes, at, what);
    const parent = open.at(-1);
    if (parent?.isMap === true && parent.left % 2 === 0 && major !== 3) {
      throw new DataError(`${what} holds a map key that is not text`);
    }
    if (parent !== undefined) parent.left--;
    at += headBytes;
    if (major === 2 || major === 3) {
      if (argument > bytes.length - at) throw new DataError(`${what} is truncated: it ends within a string`);
      at += argument;
    } else if (major === 4 || major === 5) {
      const count = major === 5 ? argument * 2 : argument;
      if (count > bytes.length - at) throw new DataError(`${what} is truncated: it ends within a list`);
      open.push({ left: count, isMap: major === 5 });
      if (open.length > cborDepthMax)
        throw new DataError(`${what} is nested deeper than ${cborDepthMax} levels`);
    }
    while (open.at(-1)?.left === 0) open.pop();
    if (open.length === 0) return at;
  }
}

/** Reads the head at `at`: major type and argument (value, length, count). */
function readHead(
  bytes: Uint8Array,
  at: number,
  what: string,
): { readonly major: number; readonly argument: number; readonly headBytes: number } {
  const first = bytes[at];
  if (first === undefined) throw new DataError(`${what} is truncated: it ends within a list`);
  const major = first >>> 5;
  const short = first & 31;
  if (major === 6) throw new DataError(`${what} holds a tag`);
  if (major === 7 && (short < 20 || short > 22)) {
    throw new DataError(
      `${what} holds a value that is no integer, text, bytes, list, map, true, false or null`,
    );
  }
  if (short < 24) return { major, argument: short, headBytes: 1 };
  if (short > 27) throw new DataError(`${what} is not canonical CBOR: it has an indefinite length`);
  const size = 1 << (short - 24);
  if (bytes.length - at <= size) throw new DataError(`${what} is truncated: it ends within a number`);
  let argument = 0;
  for (let i = 1; i <= size; i++) argument = argument * 256 + (bytes[at + i] ?? 0);
  if (argument > (major === 1 ? Number.MAX_SAFE_INTEGER - 1 : Number.MAX_SAFE_INTEGER)) {
    throw new DataError(`${what} holds a number beyond 2^53 - 1`);
  }
  return { major, argument, headBytes: 1 + size };
}
