import type { Command } from '../command.js';

/** Makes a simulated run again. */
export const replay: Command = {
  name: 'replay',
  summary: 'run a trace or a minimised failure of the simulator again, and compare',
  positionals: [
    {
      name: 'FILE',
      describe: 'what simulate --trace or --minimise wrote',
      completes: 'file',
    },
  ],
  options: {},
  examples: ['replay run.sdtrace', 'replay failure-7.json'],
  async run(input) {
    const { runReplay } = await import('../actions/replay.js');
    return runReplay(input);
  },
};
