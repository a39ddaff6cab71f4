/**
 * What a command is: a declaration (name, positionals, options, examples) and a function from parsed input to an outcome. Parsing, help
 * and shell completion are all made from the declaration, so they cannot disagree.
 *
 * A command file is imported to describe itself, so it imports its work lazily, inside `run`.
 */
import type { Terminal } from './terminal.js';
import type { Input } from './input.js';

/** What a shell may offer for a value. */
export type Completion =
  'file' | 'directory' | 'profile' | 'scenario' | 'strategy' | 'workload' | readonly string[];

export interface Option {
  /** `flag` has no value, `text` one, `list` may be given several times, `optional` takes one only as `--name=VALUE`. */
  readonly type: 'flag' | 'text' | 'list' | 'optional';
  readonly describe: string;
  /** One letter. */
  readonly alias?: string;
  /** How help shows the value: `NAME`, `BYTES`. */
  readonly value?: string;
  readonly completes?: Completion;
  readonly required?: true;
}

export interface Positional {
  /** In capitals, as in the usage line. */
  readonly name: string;
  readonly describe: string;
  readonly completes?: Completion;
  readonly optional?: true;
  /** Takes all that is left; only the last may. */
  readonly repeated?: true;
}

export interface Command {
  /** One word, or two: `bench kernels`. */
  readonly name: string;
  readonly summary: string;
  readonly positionals: readonly Positional[];
  readonly options: Readonly<Record<string, Option>>;
  /** Without the program's name: `diff old.img new.img -o d.sdelta`. */
  readonly examples: readonly string[];
  run(input: Input, context: Context): Promise<Outcome>;
}

export interface Context {
  /** Fires on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
  /** Every command's declaration, in the order of the overview. */
  commands(): Promise<readonly Command[]>;
}

/** What came of a command. One of `document` (with --json) and `text` is printed. */
export interface Outcome {
  /** Plain data for --json. */
  readonly document: unknown;
  /** For people; without a final newline. */
  readonly text: string;
  /**
   * `answer`: the text is what was asked for. `summary`: it only tells what was done, and --quiet leaves it out. `log`: a summary for
   * stderr, because stdout holds the command's bytes.
   */
  readonly kind: 'answer' | 'summary' | 'log';
  /** For outcomes that are neither success nor an error, such as a manifest that does not match. Default 0. */
  readonly exitCode?: number;
}

/** Options that every command has. */
export const commonOptions = {
  help: { type: 'flag', alias: 'h', describe: 'show this help' },
  version: { type: 'flag', describe: 'show the version' },
  json: { type: 'flag', describe: 'print one JSON document to stdout, and nothing else there' },
  quiet: { type: 'flag', alias: 'q', describe: 'no progress, no summary: errors only' },
} as const satisfies Readonly<Record<string, Option>>;
