/** The completion script of a shell, made from all commands' declarations. */
import { builtInWorkloads, readWorkloadDefinitions } from '../../harness/io/workload-definitions.js';
import type { Command } from '../command.js';
import { bashCompletion } from './bash.js';
import { fishCompletion } from './fish.js';
import { completionModel } from './model.js';
import { zshCompletion } from './zsh.js';

const makers = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

export function completionScript(shell: keyof typeof makers, commands: readonly Command[]): string {
  const workloads = readWorkloadDefinitions(builtInWorkloads).map(({ name }) => name);
  return makers[shell](completionModel(commands, workloads));
}
