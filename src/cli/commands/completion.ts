import { UsageError } from '../../base/errors.js';
import { suggestion } from '../../base/suggest.js';
import type { Command } from '../command.js';

const shells = ['bash', 'zsh', 'fish'] as const;

/** Prints a completion script. It knows every command, option, profile, strategy and workload of this version. */
export const completion: Command = {
  name: 'completion',
  summary: 'print a completion script for bash, zsh or fish',
  positionals: [{ name: 'SHELL', describe: shells.join(', '), completes: shells }],
  options: {},
  examples: ['completion bash > ~/.local/share/bash-completion/completions/snapdelta'],
  async run(input, context) {
    const given = input.positional('SHELL');
    const shell = shells.find((name) => name === given);
    if (shell === undefined)
      throw new UsageError(`unknown shell '${given}'`, { hint: suggestion(given, shells) });
    const { completionScript } = await import('../completion/script.js');
    const script = completionScript(shell, await context.commands());
    return { document: { shell, script }, text: script, kind: 'answer' };
  },
};
