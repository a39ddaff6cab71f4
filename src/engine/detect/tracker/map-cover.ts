/**
 * Maps that list every range of an image in order: QEMU's and NBD's. Law: ranges follow each other without gap or overlap from 0 to the
 * end of the image, so that nothing can be left out unseen.
 */
import { DataError } from '../../../base/errors.js';
import type { DirtyLeaves } from './dirty-leaves.js';
import type { FlatObject } from './flat-json.js';

/** QEMU counts in sectors: an image that does not end on one is listed up to the next. */
const sectorBytes = 512;

export class MapCover {
  readonly #dirty: DirtyLeaves;
  #at = 0;
  #marked = 0;

  constructor(dirty: DirtyLeaves) {
    this.#dirty = dirty;
  }

  /** The next range. Throws DataError with its line. */
  accept(line: number, start: number, length: number, isDirty: boolean): void {
    if (start !== this.#at) {
      const problem =
        start < this.#at ? 'overlaps the one before' : `leaves out what lies from ${this.#at} on`;
      throw new DataError(`line ${line}: the range at ${start} ${problem}`, {
        hint: 'give the whole map, in order, as the tool printed it',
      });
    }
    if (length === 0) throw new DataError(`line ${line}: a range of no bytes`);
    this.#at = start + length;
    const { baseBytes, targetBytes } = this.#dirty.images;
    const end = wholeSectors(Math.max(baseBytes, targetBytes));
    if (this.#at > end) {
      throw new DataError(
        `line ${line}: the range ends at ${this.#at}, beyond the image of ${targetBytes} bytes`,
        {
          hint: 'is it the map of another image?',
        },
      );
    }
    if (!isDirty) return;
    this.#dirty.mark(start, length);
    this.#marked += length;
  }

  /** Bytes that the map calls changed. Throws DataError where it does not reach the end of the target, or of the base. */
  finish(): number {
    const { baseBytes, targetBytes } = this.#dirty.images;
    if (this.#at >= Math.min(baseBytes, targetBytes)) {
      const ends = [baseBytes, targetBytes].flatMap((bytes) => [bytes, wholeSectors(bytes)]);
      if (ends.includes(this.#at)) return this.#marked;
    }
    throw new DataError(`the map ends at ${this.#at}, the image has ${targetBytes} bytes`, {
      hint: 'give the whole map of this image',
    });
  }
}

function wholeSectors(bytes: number): number {
  return Math.ceil(bytes / sectorBytes) * sectorBytes;
}

/** A whole number from 0 to 2^53 - 1. Throws DataError. */
export function integerField({ line, fields }: FlatObject, name: string): number {
  const value = fields.get(name);
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw wrongField(line, name, value, 'a whole number');
}

export function flagField({ line, fields }: FlatObject, name: string): boolean {
  const value = fields.get(name);
  if (typeof value === 'boolean') return value;
  throw wrongField(line, name, value, 'true or false');
}

export function wrongField(line: number, name: string, value: unknown, expected: string): DataError {
  const found = value === undefined ? 'missing' : JSON.stringify(value);
  return new DataError(`line ${line}: "${name}" is ${found}, not ${expected}`);
}
