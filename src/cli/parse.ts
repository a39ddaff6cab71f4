/**
 * Words to checked input, by a command's declaration. yargs' parser splits the words; what is unknown, missing, doubled or surplus is told
 * here, each in one line with the way out.
 */
import Parser from 'yargs-parser';
import { UsageError } from '../base/errors.js';
import { suggestion } from '../base/suggest.js';
import { commonOptions } from './command.js';
import type { Command, Option } from './command.js';
import { optionLabel } from './help.js';
import { Input } from './input.js';
import type { OptionValue } from './input.js';

type Declared = Readonly<Record<string, Option>>;

/** `help` where help was asked for. Throws UsageError. */
export function parseInput(command: Command, words: readonly string[]): Input | 'help' {
  const declared: Declared = { ...command.options, ...commonOptions };
  const { options, positionals } = splitWords(command, words, declared);
  if (options.has('help')) return 'help';
  const assigned = assignPositionals(command, positionals);
  for (const [name, option] of Object.entries(declared)) {
    if (option.required === true && !options.has(name)) {
      throw new UsageError(`missing ${optionLabel(name, option)}`, { hint: seeHelp(command) });
    }
  }
  return new Input(command, assigned, options);
}

interface Split {
  readonly options: Map<string, OptionValue>;
  readonly positionals: string[];
}

function splitWords(command: Command, words: readonly string[], declared: Declared): Split {
  const flags = Object.keys(declared).filter((name) => declared[name]?.type === 'flag');
  const valued = Object.keys(declared).filter((name) => declared[name]?.type !== 'flag');
  const { argv, error } = Parser.detailed(withOptionalValues(words, declared), {
    boolean: flags,
    string: valued,
    narg: Object.fromEntries(valued.map((name) => [name, 1])),
    alias: aliasesOf(declared),
    configuration: splitting,
  });
  refuseFlagValues(command, words, flags);
  const { _: positionals, '--': behind = [], ...given } = argv;
  const split: Split = { options: new Map(), positionals: [...positionals, ...behind].map(String) };
  for (const [name, value] of Object.entries(given)) {
    const option = Object.hasOwn(declared, name) ? declared[name] : undefined;
    if (option === undefined) throw unknownOption(name, declared);
    split.options.set(name, optionValue(command, name, option, value));
  }
  // What the words lack is told after what they have too much. The error's last word is the option as it was written.
  if (error !== null) throw needsValue(command, error.message.slice(error.message.lastIndexOf(' ') + 1));
  return split;
}

/** An option of type `optional` never takes the next word: alone it has the empty value. */
function withOptionalValues(words: readonly string[], declared: Declared): string[] {
  const end = words.indexOf('--');
  return words.map((word, index) => {
    const name = word.startsWith('--') && (end < 0 || index < end) ? word.slice(2) : '';
    return Object.hasOwn(declared, name) && declared[name]?.type === 'optional' ? `${word}=` : word;
  });
}

/** The parser takes `--json=1` for `--json`. */
function refuseFlagValues(command: Command, words: readonly string[], flags: readonly string[]): void {
  const end = words.indexOf('--');
  for (const word of end < 0 ? words : words.slice(0, end)) {
    const name = flags.find((flag) => word.startsWith(`--${flag}=`));
    if (name !== undefined) throw new UsageError(`--${name} takes no value`, { hint: seeHelp(command) });
  }
}

/** Words are taken as they are written: no numbers, no camelCase, no paths into objects, no negated flags, no `-abc` for `-a -b -c`. */
const splitting = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'populate--': true,
  'short-option-groups': false,
  'strip-aliased': true,
} as const;

function aliasesOf(declared: Declared): Record<string, string> {
  return Object.fromEntries(
    Object.entries(declared).flatMap(([name, { alias }]) => (alias === undefined ? [] : [[name, alias]])),
  );
}

function optionValue(command: Command, name: string, option: Option, value: unknown): OptionValue {
  const values = [value].flat();
  if (option.type === 'flag') return true;
  const texts = values.filter((one) => typeof one === 'string');
  if (texts.length < values.length) throw needsValue(command, name);
  if (option.type === 'list') return texts;
  if (texts.length > 1) throw new UsageError(`--${name} is given twice`);
  return texts[0] ?? '';
}

function needsValue(command: Command, name: string): UsageError {
  return new UsageError(`${asWritten(name)} needs a value`, { hint: seeHelp(command) });
}

function assignPositionals(command: Command, given: readonly string[]): Map<string, readonly string[]> {
  const assigned = new Map<string, readonly string[]>();
  let at = 0;
  for (const positional of command.positionals) {
    const values = given.slice(at, positional.repeated === true ? undefined : at + 1);
    if (values.length === 0 && positional.optional !== true) {
      throw new UsageError(`missing ${positional.name}: ${positional.describe}`, { hint: seeHelp(command) });
    }
    assigned.set(positional.name, values);
    at += values.length;
  }
  const surplus = given[at];
  if (surplus !== undefined)
    throw new UsageError(`surplus argument '${surplus}'`, { hint: seeHelp(command) });
  return assigned;
}

function unknownOption(name: string, declared: Declared): UsageError {
  const known = Object.keys(declared).map((option) => `--${option}`);
  return new UsageError(`unknown option '${asWritten(name)}'`, { hint: suggestion(asWritten(name), known) });
}

function asWritten(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

function seeHelp(command: Command): string {
  return `see 'snapdelta ${command.name} --help'`;
}
