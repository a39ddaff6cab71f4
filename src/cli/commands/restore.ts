import type { Command } from '../command.js';
import {
  attemptsOption,
  fromOption,
  identityOption,
  repositoryOption,
  targetOptions,
} from '../replication/declarations.js';

/** Writes a version to a file or directory, from a server or from a repository's folder. */
export const restore: Command = {
  name: 'restore',
  summary: 'write a version of a volume to a file or directory, from a server or a repository',
  positionals: [{ name: 'VOLUME', describe: 'the volume' }],
  options: {
    from: fromOption,
    repository: repositoryOption,
    ...targetOptions,
    identity: identityOption,
    attempts: attemptsOption,
  },
  examples: [
    'restore disk --from backup.example:7373 -o disk.img --identity keys/laptop.pem',
    'restore notes --from backup.example:7373 -o notes/ --dot laptop:3 --first letters/today.txt --identity keys/laptop.pem',
    'restore disk --repository backup -o disk.img',
  ],
  async run(input, context) {
    const { runRestore } = await import('../actions/restore.js');
    return runRestore(input, context);
  },
};
