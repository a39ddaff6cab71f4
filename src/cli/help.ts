/** Help texts, made from declarations: of one command, and of all. */
import { exitCodes } from '../base/errors.js';
import { catalogue } from './catalogue.js';
import { commonOptions } from './command.js';
import type { Command, Option, Positional } from './command.js';

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'done; the verdict, if any, is pass',
  rejected: 'the verdict is no',
  usage: 'wrong use or configuration',
  data: 'data is not exact or not authentic',
  inconclusive: 'too few samples',
  world: 'the world failed: file, disk, network, peer',
  nondeterministic: 'the same inputs gave another result',
  bug: 'a bug in snapdelta',
  cancelled: 'stopped by a signal',
};

/** `snapdelta --help`: every command on a line, and the exit codes. */
export function overview(): string {
  const codes = Object.entries(exitCodes) as [keyof typeof exitCodes, number][];
  return [
    'snapdelta COMMAND [options]',
    '',
    'Picks, proves and guards the block-diff configuration of a backup or replication system.',
    '',
    'Commands:',
    ...columns(catalogue.map(({ name, summary }) => [name, summary])),
    '',
    "Everywhere: --help, --version, --json, --quiet. See 'snapdelta COMMAND --help'.",
    '',
    'Exit codes:',
    ...columns(codes.map(([name, code]) => [String(code).padStart(3), meanings[name]])),
  ].join('\n');
}

/** `snapdelta bench --help`: the commands whose first word it is. */
export function groupHelp(group: string): string {
  const members = catalogue.filter(({ name }) => name.startsWith(`${group} `));
  return [
    `snapdelta ${group} COMMAND [options]`,
    '',
    'Commands:',
    ...columns(members.map(({ name, summary }) => [name, summary])),
    '',
    `See 'snapdelta ${group} COMMAND --help'.`,
  ].join('\n');
}

/** `snapdelta COMMAND --help`. */
export function commandHelp(command: Command): string {
  const required = Object.entries(command.options).filter(([, option]) => option.required === true);
  const options = Object.entries({ ...command.options, ...commonOptions }) as [string, Option][];
  return [
    [
      `snapdelta ${command.name}`,
      ...command.positionals.map(positionalLabel),
      ...required.map(([name, option]) => optionLabel(name, option)),
      '[options]',
    ].join(' '),
    '',
    sentence(command.summary),
    ...(command.positionals.length === 0
      ? []
      : ['', ...columns(command.positionals.map(({ name, describe }) => [name, describe]))]),
    '',
    'Options:',
    ...columns(options.map(([name, option]) => [spellings(name, option), option.describe])),
    ...(command.examples.length === 0
      ? []
      : ['', 'Examples:', ...command.examples.map((example) => `  snapdelta ${example}`)]),
  ].join('\n');
}

/** As in a usage line: `-o DELTA`, `--all`. */
export function optionLabel(name: string, option: Option): string {
  const flag = option.alias === undefined ? `--${name}` : `-${option.alias}`;
  return option.type === 'flag' ? flag : `${flag} ${option.value ?? 'VALUE'}`;
}

function spellings(name: string, option: Option): string {
  const short = option.alias === undefined ? '    ' : `-${option.alias}, `;
  return `${short}--${name}${valueLabel(option)}`;
}

function valueLabel({ type, value = 'VALUE' }: Option): string {
  if (type === 'flag') return '';
  return type === 'optional' ? `[=${value}]` : ` ${value}`;
}

function positionalLabel({ name, optional, repeated }: Positional): string {
  const label = repeated === true ? `${name}...` : name;
  return optional === true ? `[${label}]` : label;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}
