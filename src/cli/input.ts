/** Parsed and checked input of a command, by the names of its declaration. Asking for an undeclared name is our bug. */
import { UsageError, assert, present } from '../base/errors.js';
import { suggestion } from '../base/suggest.js';
import { parseBytes } from '../base/units.js';

export type OptionValue = true | string | readonly string[];

/** What an input knows of its command. */
export interface Declaration {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export class Input {
  readonly #command: Declaration;
  readonly #positionals: ReadonlyMap<string, readonly string[]>;
  readonly #options: ReadonlyMap<string, OptionValue>;

  constructor(
    command: Declaration,
    positionals: ReadonlyMap<string, readonly string[]>,
    options: ReadonlyMap<string, OptionValue>,
  ) {
    this.#command = command;
    this.#positionals = positionals;
    this.#options = options;
  }

  /** A positional that is always there. */
  positional(name: string): string {
    return present(this.#positionals.get(name)?.[0], `positional ${name}`);
  }

  /** All values of a repeated or optional positional, maybe none. */
  positionals(name: string): readonly string[] {
    return this.#positionals.get(name) ?? [];
  }

  flag(name: string): boolean {
    return this.isGiven(name);
  }

  /** Whether an option of any type was given. */
  isGiven(name: string): boolean {
    return this.#value(name) !== undefined;
  }

  text(name: string): string | undefined {
    const value = this.#value(name);
    assert(value === undefined || typeof value === 'string', `--${name} holds one text`);
    return value;
  }

  /** The value of an option that is declared as required. */
  required(name: string): string {
    return present(this.text(name), `required option --${name}`);
  }

  list(name: string): readonly string[] {
    const value = this.#value(name) ?? [];
    assert(value !== true && typeof value !== 'string', `--${name} holds a list`);
    return value;
  }

  /** One of a closed set of words. */
  choice<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const given = this.text(name);
    if (given === undefined) return undefined;
    const word = words.find((candidate) => candidate === given);
    if (word === undefined) {
      throw new UsageError(`--${name}: unknown value '${given}'`, { hint: suggestion(given, words) });
    }
    return word;
  }

  /** A whole number in [min, max]. */
  count(name: string, min: number, max: number): number | undefined {
    const given = this.text(name);
    if (given === undefined) return undefined;
    const count = /^\d+$/.test(given) ? Number(given) : NaN;
    if (!(count >= min && count <= max)) {
      throw new UsageError(`--${name}: expected a whole number from ${min} to ${max}, not '${given}'`);
    }
    return count;
  }

  /** A number from 0 to 1. */
  share(name: string): number | undefined {
    const given = this.text(name);
    if (given === undefined) return undefined;
    const share = /^\d*\.?\d+$/.test(given) ? Number(given) : NaN;
    if (!(share <= 1)) throw new UsageError(`--${name}: expected a number from 0 to 1, not '${given}'`);
    return share;
  }

  bytes(name: string): number | undefined {
    const given = this.text(name);
    return given === undefined ? undefined : parseBytes(given, `--${name}`);
  }

  /** `key=value` pairs of a list option, later ones winning. */
  pairs(name: string): Readonly<Record<string, string>> {
    const entries = this.list(name).map((pair): [string, string] => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UsageError(`--${name}: expected key=value, not '${pair}'`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    });
    return Object.fromEntries(entries);
  }

  #value(name: string): OptionValue | undefined {
    assert(name in this.#command.options, `${this.#command.name} declares --${name}`);
    return this.#options.get(name);
  }
}
