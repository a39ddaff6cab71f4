/**
 * Completion for zsh, with compinit's own helpers; all words baked in, so that a keystroke starts no process.
 *
 *     source <(snapdelta completion zsh)
 */
import { quote } from './bash.js';
import { commandTree } from './model.js';
import type { Candidates, CompletedCommand } from './model.js';

export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const tree = commandTree(commands);
  const groups = [...tree].filter(([, members]) => members.some(({ words }) => words.length > 1));
  const described = [...tree].map(([first, members]) =>
    quote(
      `${first}:${members.length > 1 ? members.map(({ words }) => words[1] ?? '').join(', ') : (members[0]?.summary ?? '')}`,
    ),
  );
  return `#compdef snapdelta
# zsh completion for snapdelta; load it after compinit with: source <(snapdelta completion zsh)
_snapdelta() {
  local current=$words[CURRENT] command='' valued='' word
  local -i position=0
  for word in $words[2,CURRENT-1]; do
    if [[ -n $valued ]]; then valued=''; continue; fi
    case $word in
      -*) case "$command:$word" in ${valuedPatterns(commands)}) valued=$word ;; esac ;;
      *)
        case $command in
          '') command=$word ;;
          ${groups.map(([first]) => first).join('|')}) command="$command $word" ;;
          *) position+=1 ;;
        esac ;;
    esac
  done
  if [[ -n $valued ]]; then
    case "$command:$valued" in
${commands.flatMap(valueCases).join('\n')}
    esac
    return
  fi
  case $command in
    '') local -a all=(${described.join(' ')}); _describe command all ;;
${groups.map(([first, members]) => `    ${first}) local -a members=(${members.map(({ words, summary }) => quote(`${words[1] ?? ''}:${summary}`)).join(' ')}); _describe command members ;;`).join('\n')}
${commands.map(commandCase).join('\n')}
  esac
}
compdef _snapdelta snapdelta`;
}

function valuedPatterns(commands: readonly CompletedCommand[]): string {
  return commands.flatMap((command) => valued(command).map(({ patterns }) => patterns)).join('|');
}

function valueCases(command: CompletedCommand): string[] {
  return valued(command).map(({ patterns, value }) => `      ${patterns}) ${offer(value)} ;;`);
}

function valued(command: CompletedCommand): { patterns: string; value: Candidates }[] {
  return command.options.flatMap(({ spellings, value }) => {
    if (value === undefined) return [];
    const patterns = spellings.map((spelling) => quote(`${command.words.join(' ')}:${spelling}`));
    return [{ patterns: patterns.join('|'), value }];
  });
}

function commandCase(command: CompletedCommand): string {
  const options = command.options.map(({ spellings, describe }) =>
    quote(`${spellings[0] ?? ''}:${describe}`),
  );
  const last = command.positionals.length - 1;
  const positions = command.positionals.map(
    (candidates, index) => `${index === last ? '*' : index}) ${offer(candidates)} ;;`,
  );
  const words = positions.length > 0 ? `case $position in ${positions.join(' ')} esac` : ':';
  return `    ${quote(command.words.join(' '))}) if [[ $current == -* ]]; then local -a options=(${options.join(' ')}); _describe option options; else ${words}; fi ;;`;
}

function offer({ words, paths }: Candidates): string {
  const parts: string[] = [];
  if (words.length > 0) parts.push(`compadd -- ${words.map(quote).join(' ')}`);
  if (paths !== 'none') parts.push(paths === 'files' ? '_files' : '_files -/');
  return parts.length > 0 ? parts.join('; ') : ':';
}
