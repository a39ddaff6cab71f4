import type { Command } from '../command.js';

/** Lists the workloads of a definition file, by default the built-in ones. */
export const workloadsList: Command = {
  name: 'workloads list',
  summary: 'list the workloads that the laboratory can run',
  positionals: [],
  options: {
    file: { type: 'text', value: 'FILE', describe: 'a workload file of your own (YAML)', completes: 'file' },
  },
  examples: ['workloads list', 'workloads list --file our-workloads.yaml'],
  async run(input) {
    const { listWorkloads } = await import('../../harness/io/workload-files.js');
    const { textTable } = await import('../../base/text-table.js');
    const workloads = listWorkloads(input.text('file'));
    const rows = workloads.map(({ name, kind, summary, absent }) => [
      name,
      kind,
      absent === undefined ? summary : `${summary} (not here: ${absent})`,
    ]);
    return {
      document: { workloads },
      text: textTable(['workload', 'kind', 'what changes'], rows),
      kind: 'answer',
    };
  },
};
