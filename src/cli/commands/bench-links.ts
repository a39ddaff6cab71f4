import type { Command } from '../command.js';

/** Pushes over modelled links. */
export const benchLinksCommand: Command = {
  name: 'bench links',
  summary: 'measure pushes over modelled links: by strategy in bad weather, by topology',
  positionals: [],
  options: {
    profile: { type: 'list', value: 'NAME', describe: 'kind of use; default all' },
    strategy: { type: 'list', value: 'NAME', describe: 'what a push sends; default all' },
    topology: {
      type: 'list',
      value: 'NAME',
      describe: 'for the time until all servers have it; default all',
    },
    severity: { type: 'list', value: 'N', describe: 'of loss, resets and crashes, 0 to 5; default all' },
    size: { type: 'text', value: 'BYTES', describe: 'of the first version; default 512KiB' },
    snapshots: { type: 'text', value: 'N', describe: 'versions after it; default 8' },
    seeds: { type: 'text', value: 'N', describe: 'default 5' },
    quick: { type: 'flag', describe: 'one profile, two strategies, little of all else' },
    exact: { type: 'flag', describe: 'without the environment: the same document from run to run' },
    out: { type: 'text', value: 'FILE', describe: 'write the results as JSON', completes: 'file' },
  },
  examples: [
    'bench links --out links.json',
    "bench links --profile cold-storage --strategy blocks --strategy 'chunk deltas' --severity 0 --severity 5",
  ],
  async run(input, context) {
    const { runBenchLinks } = await import('../actions/bench-links.js');
    return runBenchLinks(input, context);
  },
};
