/**
 * Completion for bash, without the bash-completion package: one function, all words baked in, so that a keystroke starts no process.
 *
 *     source <(snapdelta completion bash)
 */
import { commandTree } from './model.js';
import type { Candidates, CompletedCommand } from './model.js';

export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const tree = commandTree(commands);
  const groups = [...tree].filter(([, members]) => members.some(({ words }) => words.length > 1));
  return `# bash completion for snapdelta; load it with: source <(snapdelta completion bash)
_snapdelta_offer() { # WORDS PATHS: fills COMPREPLY for the word under the cursor
  local line
  COMPREPLY=()
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(
    compgen -W "$1" -- "$cur"
    case $2 in files) compgen -f -- "$cur" ;; directories) compgen -d -- "$cur" ;; esac
  )
  [ "$2" = none ] || compopt -o filenames 2>/dev/null || :
}
_snapdelta() {
  local cur=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command='' position=0 i word skip=''
  # bash splits --option=value into three words
  if [ "$cur" = '=' ]; then cur=''; elif [ "$previous" = '=' ]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [ -n "$skip" ]; then [ "$word" = '=' ] || skip=''; continue; fi
    case $word in
      -*) case "$command:$word" in ${valuedPatterns(commands)}) skip=1 ;; esac ;;
      *)
        case $command in
          '') command=$word ;;
          ${groups.map(([first]) => first).join('|')}) command="$command $word" ;;
          *) position=$((position + 1)) ;;
        esac ;;
    esac
  done
  if [ -n "$skip" ]; then
    case "$command:$previous" in
${commands.flatMap(valueCases).join('\n')}
    esac
    return
  fi
  case $command in
    '') _snapdelta_offer ${quote([...tree.keys(), '--help', '--version', '--json', '--quiet'].join(' '))} none ;;
${groups.map(([first, members]) => `    ${first}) _snapdelta_offer ${quote(members.map(({ words }) => words[1] ?? '').join(' '))} none ;;`).join('\n')}
${commands.map(commandCase).join('\n')}
  esac
}
complete -F _snapdelta snapdelta`;
}

/** Patterns `command:--option` of all options that take a value. */
function valuedPatterns(commands: readonly CompletedCommand[]): string {
  const patterns = commands.flatMap((command) =>
    command.options
      .filter(({ value }) => value !== undefined)
      .flatMap(({ spellings }) =>
        spellings.map((spelling) => quote(`${command.words.join(' ')}:${spelling}`)),
      ),
  );
  return patterns.join('|');
}

function valueCases(command: CompletedCommand): string[] {
  const name = command.words.join(' ');
  return command.options.flatMap(({ spellings, value }) => {
    if (value === undefined) return [];
    const patterns = spellings.map((spelling) => quote(`${name}:${spelling}`)).join('|');
    return [`      ${patterns}) ${offer(value)} ;;`];
  });
}

function commandCase(command: CompletedCommand): string {
  const name = quote(command.words.join(' '));
  const options = command.options.map(({ spellings }) => spellings[0] ?? '').join(' ');
  const last = command.positionals.length - 1;
  const positions = command.positionals.map((candidates, index) => {
    const pattern = index === last ? '*' : String(index);
    return `${pattern}) ${offer(candidates)} ;;`;
  });
  const words = positions.length > 0 ? `case $position in ${positions.join(' ')} esac` : ':';
  return `    ${name}) if [[ $cur == -* ]]; then _snapdelta_offer ${quote(options)} none; else ${words}; fi ;;`;
}

function offer({ words, paths }: Candidates): string {
  return `_snapdelta_offer ${quote(words.join(' '))} ${paths}`;
}

/** A word in single quotes, for any shell of the Bourne family. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
