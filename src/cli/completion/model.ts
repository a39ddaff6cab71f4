/** What shells need to know of the commands: flat words and values, the same for every shell. */
import { shippedProfileNames } from '../../engine/profile/files.js';
import { shippedScenarioNames } from '../../harness/io/shipped-scenarios.js';
import { strategyNames } from '../../engine/strategy/strategy.js';
import { commonOptions } from '../command.js';
import type { Command, Completion, Option } from '../command.js';

/** Values of an option or positional: a closed list of words, or paths, or both. */
export interface Candidates {
  readonly words: readonly string[];
  readonly paths: 'none' | 'files' | 'directories';
}

export interface CompletedOption {
  /** With their hyphens: `--output`, `-o`. */
  readonly spellings: readonly string[];
  readonly describe: string;
  /** undefined for a flag. */
  readonly value: Candidates | undefined;
}

export interface CompletedCommand {
  /** One or two words. */
  readonly words: readonly string[];
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** By position; the last repeats where the command takes several. */
  readonly positionals: readonly Candidates[];
}

/** The first word of each command with what follows it. */
export function completionModel(
  commands: readonly Command[],
  workloads: readonly string[],
): CompletedCommand[] {
  const candidates = (completion: Completion | undefined): Candidates => {
    switch (completion) {
      case undefined:
        return { words: [], paths: 'none' };
      case 'file':
        return { words: [], paths: 'files' };
      case 'directory':
        return { words: [], paths: 'directories' };
      case 'profile':
        return { words: shippedProfileNames(), paths: 'files' };
      case 'scenario':
        return { words: shippedScenarioNames(), paths: 'files' };
      case 'strategy':
        return { words: strategyNames, paths: 'none' };
      case 'workload':
        return { words: workloads, paths: 'directories' };
      default:
        return { words: completion, paths: 'none' };
    }
  };
  const option = ([name, declared]: [string, Option]): CompletedOption => ({
    spellings: declared.alias === undefined ? [`--${name}`] : [`--${name}`, `-${declared.alias}`],
    describe: declared.describe,
    // A shell that waited for the value of an optional one would take the next word for it.
    value: ['flag', 'optional'].includes(declared.type) ? undefined : candidates(declared.completes),
  });
  return commands.map((command) => ({
    words: command.name.split(' '),
    summary: command.summary,
    options: Object.entries({ ...command.options, ...commonOptions }).map(option),
    positionals: command.positionals.map(({ completes }) => candidates(completes)),
  }));
}

/** First words with the second words that may follow (none for most). */
export function commandTree(commands: readonly CompletedCommand[]): Map<string, CompletedCommand[]> {
  const tree = new Map<string, CompletedCommand[]>();
  for (const command of commands) {
    const first = command.words[0] ?? '';
    tree.set(first, [...(tree.get(first) ?? []), command]);
  }
  return tree;
}
