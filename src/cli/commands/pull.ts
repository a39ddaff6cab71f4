import type { Command } from '../command.js';
import {
  attemptsOption,
  fromOption,
  identityOption,
  stateOption,
  targetOptions,
} from '../replication/declarations.js';

/** Brings a version here, to go on from it: the next push is made from it. */
export const pull: Command = {
  name: 'pull',
  summary: 'bring a version of a volume here, and go on from it: the next push follows it',
  positionals: [{ name: 'VOLUME', describe: 'the volume' }],
  options: {
    from: { ...fromOption, required: true },
    ...targetOptions,
    force: { ...targetOptions.force, describe: 'replace TARGET if it exists; without --base it is the base' },
    identity: { ...identityOption, required: true },
    state: stateOption,
    attempts: attemptsOption,
  },
  examples: [
    'pull disk --from backup.example:7373 -o disk.img --identity keys/desktop.pem',
    'pull notes --from backup.example:7373 -o notes/ --force --identity keys/desktop.pem',
  ],
  async run(input, context) {
    const { runPull } = await import('../actions/pull.js');
    return runPull(input, context);
  },
};
