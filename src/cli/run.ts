/**
 * One run of the program: find the command, parse, run, print, and turn whatever happened into an exit code. The only place that
 * prints errors.
 */
import {
  BugError,
  CancelledError,
  SnapdeltaError,
  UsageError,
  WorldError,
  exitCodes,
} from '../base/errors.js';
import { printable } from '../base/printable.js';
import { nearest } from '../base/suggest.js';
import { errorCode } from '../engine/snapshot/failures.js';
import { catalogue } from './catalogue.js';
import type { CatalogueEntry } from './catalogue.js';
import type { Command, Outcome } from './command.js';
import { commandHelp, groupHelp, overview } from './help.js';
import { parseInput } from './parse.js';
import { Terminal } from './terminal.js';

/** Runs the words after the program's name. Never throws; returns the exit code. */
export async function run(words: readonly string[]): Promise<number> {
  const end = words.indexOf('--');
  const flags = new Set(end < 0 ? words : words.slice(0, end));
  const terminal = new Terminal({
    json: flags.has('--json'),
    quiet: flags.has('--quiet') || flags.has('-q'),
  });
  const stop = new AbortController();
  const unlisten = listen(stop, terminal);
  try {
    return await dispatch(words, terminal, stop.signal);
  } catch (error) {
    return report(stop.signal.aborted ? new CancelledError('cancelled', { cause: error }) : error, terminal);
  } finally {
    unlisten();
  }
}

async function dispatch(words: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<number> {
  const names = words.filter((word) => !word.startsWith('-'));
  // `help diff` is `diff --help`.
  if (names[0] === 'help') return await dispatch([...withoutName(words, 'help'), '--help'], terminal, signal);
  const isHelp = words.includes('--help') || words.includes('-h');
  if (names.length === 0 || words[0] === '--') {
    if (!isHelp) throw new UsageError('no command given', { hint: "see 'snapdelta --help'" });
    return print({ document: { commands: listing('') }, text: overview(), kind: 'answer' }, terminal);
  }
  const [group = ''] = names;
  if (isHelp && names.length === 1 && listing(`${group} `).length > 0)
    return print(
      { document: { commands: listing(`${group} `) }, text: groupHelp(group), kind: 'answer' },
      terminal,
    );
  const entry = findCommand(names);
  const command = await entry.load();
  const input = parseInput(command, withoutName(words, entry.name));
  if (input === 'help') {
    const { name, summary, positionals, options, examples } = command;
    const document = { name, summary, positionals, options, examples };
    return print({ document, text: commandHelp(command), kind: 'answer' }, terminal);
  }
  return print(await command.run(input, { signal, terminal, commands: loadAll }), terminal);
}

/** The entry whose one or two words come first. Throws UsageError with a suggestion. */
function findCommand(names: readonly string[]): CatalogueEntry {
  const [first = '', second] = names;
  const group = catalogue.filter(({ name }) => name.startsWith(`${first} `));
  const wanted = group.length > 0 ? `${first} ${second ?? ''}`.trimEnd() : first;
  const found = catalogue.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  if (group.length > 0) {
    const members = group.map(({ name }) => name.slice(first.length + 1));
    const problem = second === undefined ? 'needs one more word' : `has no '${second}'`;
    throw new UsageError(`'${first}' ${problem}`, { hint: `one of: ${members.join(', ')}` });
  }
  const near = nearest(first, new Set(catalogue.map(({ name }) => name.split(' ')[0] ?? name)));
  throw new UsageError(`unknown command '${first}'`, {
    hint: near === undefined ? "see 'snapdelta --help'" : `did you mean '${near}'?`,
  });
}

/** The words without the command's own, which are the first that are no options. */
function withoutName(words: readonly string[], name: string): string[] {
  let left = name.split(' ').length;
  return words.filter((word) => word.startsWith('-') || left-- <= 0);
}

function loadAll(): Promise<Command[]> {
  return Promise.all(catalogue.map((entry) => entry.load()));
}

/** Commands whose names begin so. */
function listing(prefix: string): { name: string; summary: string }[] {
  return catalogue
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name, summary }) => ({ name, summary }));
}

function print(outcome: Outcome, terminal: Terminal): number {
  if (outcome.kind === 'log') terminal.log(outcome.text);
  else if (terminal.json) terminal.print(JSON.stringify(outcome.document, null, 2));
  else if (outcome.kind === 'answer' || !terminal.quiet) terminal.print(outcome.text);
  return outcome.exitCode ?? exitCodes.ok;
}

/** One line for the cause, one for the way out; the same as a document on stdout with --json. */
function report(thrown: unknown, terminal: Terminal): number {
  const error = typed(thrown);
  const bugHint = 'this is a bug in snapdelta: please report it with the output of SNAPDELTA_DEBUG=1';
  const hint = error.kind === 'bug' ? bugHint : error.hint;
  const { kind, message, exitCode } = error;
  const cause = `snapdelta: ${printable(message)}`;
  terminal.error(hint === undefined ? cause : `${cause}\n  hint: ${printable(hint)}`);
  if (process.env['SNAPDELTA_DEBUG'] === '1') terminal.error(stackOf(error));
  if (terminal.json) terminal.print(JSON.stringify({ error: { kind, message, hint, exitCode } }, null, 2));
  return exitCode;
}

function typed(thrown: unknown): SnapdeltaError {
  if (thrown instanceof SnapdeltaError) return thrown;
  if (!(thrown instanceof Error)) return new BugError(`unexpected ${String(thrown)}`);
  // What the system refused is the world's failure, even where nobody put it into better words.
  if (errorCode(thrown) !== '' && 'syscall' in thrown)
    return new WorldError(thrown.message, { cause: thrown });
  return new BugError(`unexpected ${thrown.name}: ${thrown.message}`, { cause: thrown });
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}

/** Ctrl-C, a polite kill, and a terminal that went away. */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Signals: the first asks the command to stop, which leaves nothing half-written; the second ends the process at once. */
function listen(stop: AbortController, terminal: Terminal): () => void {
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(exitCodes.cancelled);
    terminal.log('stopping ...');
    stop.abort();
  };
  for (const signal of stopSignals) process.on(signal, onSignal);
  return () => {
    for (const signal of stopSignals) process.off(signal, onSignal);
  };
}
