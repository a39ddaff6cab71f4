/**
 * Completion for fish: one `complete` line for each command, option and positional.
 *
 *     snapdelta completion fish | source
 */
import { quote } from './bash.js';
import { commandTree } from './model.js';
import type { Candidates, CompletedCommand } from './model.js';

export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const lines = [
    '# fish completion for snapdelta; load it with: snapdelta completion fish | source',
    'complete -c snapdelta -f',
  ];
  for (const [first, members] of commandTree(commands)) {
    const group = members.filter(({ words }) => words.length > 1);
    const summary =
      group.length > 0 ? group.map(({ words }) => words[1] ?? '').join(', ') : members[0]?.summary;
    lines.push(
      `complete -c snapdelta -n __fish_use_subcommand -a ${quote(first)} -d ${quote(summary ?? '')}`,
    );
    const seconds = group.map(({ words }) => words[1] ?? '').join(' ');
    for (const { words, summary: described } of group) {
      const condition = `__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${seconds}`;
      lines.push(
        `complete -c snapdelta -n ${quote(condition)} -a ${quote(words[1] ?? '')} -d ${quote(described)}`,
      );
    }
  }
  for (const command of commands) lines.push(...commandLines(command));
  return lines.join('\n');
}

function commandLines(command: CompletedCommand): string[] {
  const condition = quote(command.words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and '));
  const options = command.options.map(({ spellings, describe, value }) => {
    const names = spellings.map((name) =>
      name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
    );
    const values = value === undefined ? '' : ` ${valueFlags(value)}`;
    return `complete -c snapdelta -n ${condition} ${names.join(' ')}${values} -d ${quote(describe)}`;
  });
  const positionals = command.positionals
    .filter(({ words, paths }) => words.length > 0 || paths !== 'none')
    .map((candidates) => `complete -c snapdelta -n ${condition} ${positionalFlags(candidates)}`);
  return [...options, ...new Set(positionals)];
}

function valueFlags({ words, paths }: Candidates): string {
  const offered = words.length > 0 ? ` -a ${quote(words.join(' '))}` : '';
  if (paths === 'none') return `-x${offered}`;
  return paths === 'files' ? `-r -F${offered}` : `-x${offered} -a '(__fish_complete_directories)'`;
}

function positionalFlags({ words, paths }: Candidates): string {
  const offered = words.length > 0 ? ` -a ${quote(words.join(' '))}` : '';
  if (paths === 'none') return offered.trimStart();
  return paths === 'files' ? `-F${offered}` : `-a '(__fish_complete_directories)'${offered}`;
}
