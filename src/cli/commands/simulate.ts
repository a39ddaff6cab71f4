import type { Command } from '../command.js';

/** Runs the code that ships in a world that tries to break it. */
export const simulate: Command = {
  name: 'simulate',
  summary: 'run replication in a simulated world of faults, and watch that nothing breaks',
  positionals: [],
  options: {
    seed: { type: 'text', value: 'N', describe: 'one seed: its run is told in full' },
    seeds: { type: 'text', value: 'A..B', describe: 'seeds from A to B, or from A on; default 0..99' },
    swarm: {
      type: 'flag',
      describe: 'each seed draws a scenario of its own; the default without --scenario',
    },
    scenario: {
      type: 'text',
      value: 'NAME|FILE',
      describe: 'one scenario that ships, or a file (YAML or JSON), for every seed; default: its own seed',
      completes: 'scenario',
    },
    'until-failure': { type: 'flag', describe: 'stop at the first seed that breaks something' },
    'check-determinism': {
      type: 'flag',
      describe: 'run each seed once more in another process; exit 6 when digests differ',
    },
    minimise: {
      type: 'optional',
      value: 'FILE',
      describe: 'make the first failing run small, and write it; default failure-SEED.json',
    },
    workers: { type: 'text', value: 'N', describe: 'threads; default: one for each core, for many seeds' },
    calibration: {
      type: 'text',
      value: 'FILE',
      describe: 'what CPU work costs, as workloads/calibration.json says it',
      completes: 'file',
    },
    trace: {
      type: 'text',
      value: 'FILE',
      describe: 'write every event of the run of one seed',
      completes: 'file',
    },
    out: {
      type: 'text',
      alias: 'o',
      value: 'FILE',
      describe: 'write the results as JSON, a row for each seed',
      completes: 'file',
    },
    report: {
      type: 'text',
      value: 'DIR',
      describe: 'where a page goes: the verdict, failures with what shows them again, charts',
      completes: 'directory',
    },
  },
  examples: [
    'simulate --seed 7',
    'simulate --seeds 0..9999 -o seeds.json',
    'simulate --seeds 0.. --until-failure --minimise',
    'simulate --scenario thin-link --trace run.sdtrace',
  ],
  async run(input, context) {
    const { runSimulate } = await import('../actions/simulate.js');
    return runSimulate(input, context);
  },
};
