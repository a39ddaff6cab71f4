import type { Command } from '../command.js';
import { attemptsOption, fromOption, identityOption, repositoryOption } from '../replication/declarations.js';

/** Lists versions, of a server or of a repository's folder. */
export const snapshots: Command = {
  name: 'snapshots',
  summary: 'list the versions that a server or a repository has',
  positionals: [{ name: 'VOLUME', describe: 'only those of this volume', optional: true }],
  options: {
    from: fromOption,
    repository: repositoryOption,
    identity: identityOption,
    attempts: attemptsOption,
  },
  examples: [
    'snapshots --from backup.example:7373 --identity keys/laptop.pem',
    'snapshots disk --from backup.example:7373 --identity keys/laptop.pem --json',
    'snapshots --repository backup',
  ],
  async run(input, context) {
    const { runSnapshots } = await import('../actions/snapshots.js');
    return runSnapshots(input, context);
  },
};
