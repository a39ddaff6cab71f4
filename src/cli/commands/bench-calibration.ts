import type { Command } from '../command.js';

/** What CPU work costs here, for simulated worlds. */
export const benchCalibrationCommand: Command = {
  name: 'bench calibration',
  summary: 'measure what CPU work of replication costs, as the simulator takes it',
  positionals: [],
  options: {
    rounds: { type: 'text', value: 'N', describe: 'of which the least time counts; default 15' },
    out: { type: 'text', value: 'FILE', describe: 'write a calibration file', completes: 'file' },
  },
  examples: ['bench calibration --out calibration.json', 'bench calibration --rounds 100 --json'],
  async run(input, context) {
    const { runBenchCalibration } = await import('../actions/bench-calibration.js');
    return runBenchCalibration(input, context);
  },
};
