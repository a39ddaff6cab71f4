/** Makes the completion script of a shell from all commands' declarations. */
import { catalogue } from '../catalogue.js';
import { bashCompletion } from './bash.js';
import { fishCompletion } from './fish.js';
import { completionModel } from './model.js';
import { zshCompletion } from './zsh.js';

const makers = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

export async function completionScript(shell: keyof typeof makers): Promise<string> {
  const commands = await Promise.all(catalogue.map((entry) => entry.load()));
  const { generators } = await import('../../workload/registry.js');
  return makers[shell](
    completionModel(
      commands,
      generators.map(({ name }) => name),
    ),
  );
}
