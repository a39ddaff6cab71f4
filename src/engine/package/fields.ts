/**
 * Typed reading of decoded CBOR maps and rows. Each field is taken once; `end()` refuses what nobody took, unless
 * the file was written by a newer minor version. Every failure is a DataError that names the item and the field.
 */
import { DataError } from '../../base/errors.js';
import { nameBytesMax } from '../../base/limits.js';
import type { CborMap, CborValue } from './cbor.js';

const utf8 = new TextEncoder();
// C0 and C1 controls could drive the terminal of whoever lists a package.
const controlCharacter = /[\u0000-\u001f\u007f-\u009f]/;
const printableAscii = /^[ -~]*$/;
const loneSurrogate = /\p{Surrogate}/u;

/** What is wrong with a name (volume, strategy, writer ...), or undefined. */
export function nameProblem(name: string, bytesMin = 0): string | undefined {
  // Most names are of ASCII alone, where units are bytes.
  if (printableAscii.test(name) && name.length >= bytesMin && name.length <= nameBytesMax) return undefined;
  if (loneSurrogate.test(name)) return 'is not valid Unicode';
  const bytes = utf8.encode(name).length;
  if (bytes < bytesMin) return 'is empty';
  if (bytes > nameBytesMax) return `has ${bytes} bytes, more than ${nameBytesMax}`;
  return controlCharacter.test(name) ? 'contains a control character' : undefined;
}

export class Fields {
  readonly #values: CborMap | readonly CborValue[];
  /** Of a row's elements. */
  readonly #names: readonly string[];
  readonly #what: string;
  readonly #tolerant: boolean;
  readonly #taken: string[] = [];

  private constructor(
    values: CborMap | readonly CborValue[],
    names: readonly string[],
    what: string,
    tolerant: boolean,
  ) {
    this.#values = values;
    this.#names = names;
    this.#what = what;
    this.#tolerant = tolerant;
  }

  static ofMap(value: CborValue, what: string, tolerant: boolean): Fields {
    if (!(value instanceof Map)) throw new DataError(`${what} is not a map`);
    return new Fields(value, [], what, tolerant);
  }

  /** A row's elements, named in order. */
  static ofRow(value: CborValue, names: readonly string[], what: string, tolerant: boolean): Fields {
    if (!Array.isArray(value)) throw new DataError(`${what} is not a list`);
    return new Fields(value, names, what, tolerant);
  }

  /** An integer in [least, most]. */
  integer(name: string, least: number, most: number): number {
    const value = this.#take(name);
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw this.fail(name, 'is not an integer');
    if (value < least || value > most) throw this.fail(name, `is ${value}, not in ${least} to ${most}`);
    return value;
  }

  name(name: string, bytesMin = 0): string {
    const value = this.#take(name);
    if (typeof value !== 'string') throw this.fail(name, 'is not text');
    const problem = nameProblem(value, bytesMin);
    if (problem !== undefined) throw this.fail(name, problem);
    return value;
  }

  /** One of a closed list of words. */
  word<const Word extends string>(name: string, words: readonly Word[]): Word {
    const value = this.#take(name);
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) {
      const shown =
        typeof value === 'string' && nameProblem(value) === undefined ? `'${value}'` : 'something else';
      throw this.fail(name, `is ${shown}, not one of ${words.join(', ')}`, {
        hint: 'if a newer version wrote it, update snapdelta',
      });
    }
    return word;
  }

  /** A byte string, of exactly `length` bytes where given. */
  bytes(name: string, length?: number): Uint8Array {
    const value = this.#take(name);
    if (!(value instanceof Uint8Array)) throw this.fail(name, 'is not a byte string');
    if (length !== undefined && value.length !== length) {
      throw this.fail(name, `has ${value.length} bytes instead of ${length}`);
    }
    return value;
  }

  list(name: string, countMax: number): readonly CborValue[] {
    const value = this.#take(name);
    if (!Array.isArray(value)) throw this.fail(name, 'is not a list');
    if (value.length > countMax) throw this.fail(name, `has ${value.length} elements, more than ${countMax}`);
    return value;
  }

  map(name: string): CborMap {
    const value = this.#take(name);
    if (!(value instanceof Map)) throw this.fail(name, 'is not a map');
    return value;
  }

  fields(name: string): Fields {
    return Fields.ofMap(this.map(name), `${this.#what}: ${name}`, this.#tolerant);
  }

  row(name: string, names: readonly string[]): Fields {
    return Fields.ofRow(this.#take(name), names, `${this.#what}: ${name}`, this.#tolerant);
  }

  /** The raw value, for a field of several types. */
  value(name: string): CborValue {
    return this.#take(name);
  }

  end(): void {
    const count = this.#values instanceof Map ? this.#values.size : this.#values.length;
    if (this.#tolerant || this.#taken.length === count) return;
    const names =
      this.#values instanceof Map
        ? [...this.#values.keys()]
        : this.#values.map((_, index) => this.#names[index] ?? `element ${index}`);
    const name = names.find((candidate) => !this.#taken.includes(candidate)) ?? '';
    const shown = nameProblem(name) === undefined ? `'${name}'` : 'of an unprintable name';
    throw new DataError(`${this.#what} has an unknown field ${shown}`);
  }

  fail(name: string, problem: string, help: { hint?: string } = {}): DataError {
    return new DataError(`${this.#what}: ${name} ${problem}`, help);
  }

  #take(name: string): CborValue {
    const value =
      this.#values instanceof Map ? this.#values.get(name) : this.#values[this.#names.indexOf(name)];
    if (value === undefined || this.#taken.includes(name)) throw this.fail(name, 'is missing');
    this.#taken.push(name);
    return value;
  }
}
