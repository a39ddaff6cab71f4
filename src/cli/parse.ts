/**
 * Words to checked input, by a command's declaration. node:util splits the words (yargs does it too, at 0.1 s of start-up for every
 * command); what is unknown, missing, doubled or surplus is told here, each in one line with the way out.
 */
import { parseArgs } from 'node:util';
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
  const shapes = Object.entries(declared).map(([name, { type, alias }]) => [
    name,
    {
      type: type === 'flag' ? ('boolean' as const) : ('string' as const),
      ...(alias === undefined ? {} : { short: alias }),
    },
  ]);
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(shapes) as Record<string, { type: 'boolean' | 'string'; short?: string }>,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const split: Split = { options: new Map(), positionals: [] };
  for (const token of tokens) {
    if (token.kind === 'positional') split.positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = declared[token.name];
    if (option === undefined) throw unknownOption(token.rawName, declared);
    const value = optionValue(command, option, token);
    split.options.set(token.name, merged(split.options.get(token.name), option, value, token.rawName));
  }
  return split;
}

interface OptionToken {
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function optionValue(
  command: Command,
  option: Option,
  { rawName, value, inlineValue }: OptionToken,
): true | string {
  if (option.type === 'flag') {
    if (value === undefined) return true;
    throw new UsageError(`${rawName} takes no value`, { hint: seeHelp(command) });
  }
  // A lone hyphen is stdin or stdout, -1 a number; -x and --xyz are the next option.
  const isOption = inlineValue !== true && value !== undefined && /^-[a-z-]/i.test(value);
  if (value === undefined || isOption)
    throw new UsageError(`${rawName} needs a value`, { hint: seeHelp(command) });
  return value;
}

function merged(
  known: OptionValue | undefined,
  option: Option,
  value: true | string,
  rawName: string,
): OptionValue {
  if (value === true) return true;
  if (option.type === 'list') return [...(Array.isArray(known) ? (known as string[]) : []), value];
  if (known !== undefined) throw new UsageError(`${rawName} is given twice`);
  return value;
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

function unknownOption(rawName: string, declared: Declared): UsageError {
  const known = Object.keys(declared).map((option) => `--${option}`);
  return new UsageError(`unknown option '${rawName}'`, { hint: suggestion(rawName, known) });
}

function seeHelp(command: Command): string {
  return `see 'snapdelta ${command.name} --help'`;
}
