import type { Command } from '../command.js';
import { attemptsOption, identityOption, stateOption } from '../replication/declarations.js';

/** Makes a version of a snapshot and brings it to a server. */
export const push: Command = {
  name: 'push',
  summary: 'bring SOURCE to a server as the next version of a volume',
  positionals: [
    { name: 'SOURCE', describe: 'file, block device or directory; - is stdin', completes: 'file' },
  ],
  options: {
    to: { type: 'text', value: 'HOST:PORT', describe: 'the server', required: true },
    volume: { type: 'text', value: 'NAME', describe: 'the volume', required: true },
    identity: { ...identityOption, required: true },
    state: stateOption,
    base: {
      type: 'text',
      value: 'PATH',
      describe: 'the snapshot that was pushed before, if it is still here: changed blocks are sent as deltas',
      completes: 'file',
    },
    attempts: attemptsOption,
  },
  examples: [
    'push disk.img --to backup.example:7373 --volume disk --identity keys/laptop.pem',
    'push tuesday.img --to backup.example:7373 --volume disk --identity keys/laptop.pem --base monday.img',
    'push - --to backup.example:7373 --volume db --identity keys/laptop.pem < dump.sql',
  ],
  async run(input, context) {
    const { runPush } = await import('../actions/push.js');
    return runPush(input, context);
  },
};
