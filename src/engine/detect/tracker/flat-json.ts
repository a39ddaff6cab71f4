/**
 * Arrays of flat JSON objects, as disk tools print them, read with the line of every object: checked, in one pass, without recursion. What is
 * not an array of objects of scalars is a DataError that names its line. RFC 8259, less nesting.
 */
import { DataError } from '../../../base/errors.js';

export type Scalar = string | number | boolean | null;

export interface FlatObject {
  /** Where the object begins, counted from 1. */
  readonly line: number;
  readonly fields: ReadonlyMap<string, Scalar>;
}

/** Keys and texts are names of files and flags; a longer one is no map. */
const textCharactersMax = 64 * 1024;
const fieldsMax = 64;

export function* flatObjects(bytes: Uint8Array): Generator<FlatObject> {
  // Only numbers and ASCII words matter; a file name in any encoding may stand beside them.
  const reader = new FlatReader(new TextDecoder('latin1').decode(bytes));
  reader.expect('[', 'an array');
  if (!reader.accept(']')) {
    do yield reader.object();
    while (reader.accept(','));
    reader.expect(']', "',' or the array's end");
  }
  reader.end();
}

class FlatReader {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  object(): FlatObject {
    this.expect('{', 'an object');
    const line = this.#line;
    const fields = new Map<string, Scalar>();
    if (this.accept('}')) return { line, fields };
    do {
      this.#skip();
      const key = this.#string('a key');
      if (fields.has(key)) throw this.#fail(`the key ${shortened(key)} stands twice in one object`);
      if (fields.size === fieldsMax) throw this.#fail(`an object of more than ${fieldsMax} keys`);
      this.expect(':', "':'");
      fields.set(key, this.#scalar());
    } while (this.accept(','));
    this.expect('}', "',' or the object's end");
    return { line, fields };
  }

  accept(character: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  expect(character: string, what: string): void {
    if (!this.accept(character)) throw this.#unexpected(what);
  }

  end(): void {
    this.#skip();
    if (this.#at < this.#text.length) throw this.#unexpected('nothing after the array');
  }

  #skip(): void {
    for (; ; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === 0x0a) this.#line++;
      else if (code !== 0x20 && code !== 0x0d && code !== 0x09) return;
    }
  }

  #scalar(): Scalar {
    this.#skip();
    if (this.#text[this.#at] === '"') return this.#string('a value');
    const word = /[-+.\w]{1,40}/y;
    word.lastIndex = this.#at;
    const [found = ''] = word.exec(this.#text) ?? [];
    const value = scalarOf(found);
    if (value === undefined) throw this.#unexpected('a number, text, true, false or null');
    this.#at += found.length;
    return value;
  }

  #string(what: string): string {
    if (this.#text[this.#at] !== '"') throw this.#unexpected(what);
    const start = this.#at;
    for (let at = start + 1; at - start <= textCharactersMax; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === 0x5c) at++;
      else if (code === 0x22) {
        this.#at = at + 1;
        return this.#unescaped(this.#text.slice(start, at + 1));
      } else if (!(code >= 0x20)) break;
    }
    throw this.#fail('a text that does not end');
  }

  #unescaped(quoted: string): string {
    try {
      return JSON.parse(quoted) as string;
    } catch (cause) {
      throw this.#fail('a text with a wrong escape', cause);
    }
  }

  #unexpected(what: string): DataError {
    const found = this.#text.slice(this.#at, this.#at + 20).split('\n', 1)[0] ?? '';
    const shown = this.#at >= this.#text.length ? 'the end' : shortened(found);
    return this.#fail(`${what} was expected, not ${shown}`);
  }

  #fail(problem: string, cause?: unknown): DataError {
    return new DataError(`line ${this.#line}: ${problem}`, cause === undefined ? {} : { cause });
  }
}

function scalarOf(word: string): Scalar | undefined {
  if (word === 'true') return true;
  if (word === 'false') return false;
  if (word === 'null') return null;
  return /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(word) ? Number(word) : undefined;
}

function shortened(text: string): string {
  return JSON.stringify(text.length > 20 ? `${text.slice(0, 17)}...` : text);
}
