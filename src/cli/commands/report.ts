import type { Command } from '../command.js';

/** Draws the report of results again. */
export const report: Command = {
  name: 'report',
  summary: 'draw the HTML page and the charts of results again',
  positionals: [
    {
      name: 'RESULTS',
      describe:
        'of lab, bench kernels, chunkers, detection, peers, growth or links, simulate, gate, tune, workloads import, or a history of gates',
      completes: 'file',
      repeated: true,
    },
  ],
  options: {
    output: {
      type: 'text',
      alias: 'o',
      value: 'DIR',
      describe: 'where index.html, SVG and PNG go; of several results each has a folder in it',
      completes: 'directory',
      required: true,
    },
  },
  examples: ['report reports/out/results.json -o /tmp/report'],
  async run(input, context) {
    const { runReport } = await import('../actions/report.js');
    return runReport(input, context);
  },
};
