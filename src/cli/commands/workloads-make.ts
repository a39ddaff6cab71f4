import type { Command } from '../command.js';

/** Writes the snapshots of a workload to disk. */
export const workloadsMake: Command = {
  name: 'workloads make',
  summary: 'write the snapshots of a workload to disk',
  positionals: [
    { name: 'NAME', describe: 'a workload (see: snapdelta workloads list)', completes: 'workload' },
  ],
  options: {
    output: {
      type: 'text',
      alias: 'o',
      value: 'DIR',
      describe: 'where v0, v1 ... go; made if missing',
      completes: 'directory',
      required: true,
    },
    file: { type: 'text', value: 'FILE', describe: 'a workload file of your own (YAML)', completes: 'file' },
    size: { type: 'text', value: 'BYTES', describe: 'size of the first snapshot, such as 256MiB' },
    seed: { type: 'text', value: 'N', describe: 'the same seed gives the same bytes' },
    snapshots: { type: 'text', value: 'N', describe: 'how many snapshots' },
  },
  examples: ['workloads make database-pages --size 256MiB -o /tmp/pages'],
  async run(input, context) {
    const { runMake } = await import('../actions/workloads.js');
    return runMake(input, context);
  },
};
