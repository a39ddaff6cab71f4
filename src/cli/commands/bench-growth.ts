import type { Command } from '../command.js';

/** What a diff costs as snapshots grow. */
export const benchGrowthCommand: Command = {
  name: 'bench growth',
  summary: 'measure time and memory of diffs as snapshots grow, with one worker and more',
  positionals: [],
  options: {
    workload: {
      type: 'text',
      value: 'NAME',
      describe: 'a workload that can be made in any size; default vm-image',
      completes: 'workload',
    },
    file: { type: 'text', value: 'FILE', describe: 'a workload file of your own (YAML)', completes: 'file' },
    sizes: {
      type: 'list',
      value: 'SIZES',
      describe: 'of the first snapshot, with commas; default 64MiB,128MiB,256MiB,512MiB',
    },
    profiles: {
      type: 'list',
      value: 'PROFILES',
      describe: 'of ours, with commas; default: live-replication',
      completes: 'profile',
    },
    strategy: { type: 'text', value: 'NAME', describe: 'a strategy of ours', completes: 'strategy' },
    set: {
      type: 'list',
      value: 'KEY=VALUE',
      describe: 'a setting of that strategy, or of every profile',
    },
    workers: { type: 'list', value: 'COUNTS', describe: 'with commas; default 1' },
    rounds: { type: 'text', value: 'N', describe: 'interleaved rounds at each size; default 2' },
    timeout: { type: 'text', value: 'TIME', describe: 'for each command, such as 90s; default 10min' },
    scratch: {
      type: 'text',
      value: 'DIR',
      describe:
        'where snapshots are made: four times the largest size; default: in memory where there is room',
      completes: 'directory',
    },
    out: {
      type: 'text',
      alias: 'o',
      value: 'FILE',
      describe: 'write the results as JSON',
      completes: 'file',
    },
  },
  examples: [
    'bench growth -o growth.json',
    'bench growth --sizes 256MiB,1GiB,4GiB --workers 1,2 --scratch /mnt/large -o growth.json',
  ],
  async run(input, context) {
    const { runBenchGrowth } = await import('../actions/bench-growth.js');
    return runBenchGrowth(input, context);
  },
};
