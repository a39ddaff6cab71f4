import type { Command } from '../command.js';

/** Which configuration serves a profile best on these workloads. */
export const tuneCommand: Command = {
  name: 'tune',
  summary: 'search for the configuration that serves a profile best; leave it with its evidence',
  positionals: [],
  options: {
    profile: {
      type: 'text',
      value: 'PROFILE',
      describe: 'whose objectives, link and limits decide',
      completes: 'profile',
    },
    shipped: {
      type: 'flag',
      describe:
        'make the evidence of the shipped profiles again, of all or of --profile alone; writes DIR/PROFILE/',
    },
    workload: {
      type: 'list',
      value: 'NAME|DIR',
      describe: 'a workload, or a folder (with a slash) of snapshots; default: all built-in ones',
      completes: 'workload',
    },
    file: { type: 'text', value: 'FILE', describe: 'a workload file of your own (YAML)', completes: 'file' },
    scale: {
      type: 'text',
      value: 'SHARE',
      describe: 'size of workloads that are made, 0 to 1 of their definitions; default 0.25',
    },
    strategy: {
      type: 'list',
      value: 'NAME',
      describe: 'search this strategy only; default: all that the profile allows',
      completes: 'strategy',
    },
    vary: {
      type: 'list',
      value: 'KEY=A,B',
      describe: 'values of a setting, instead of the usual ones; one value is not searched',
    },
    budget: {
      type: 'text',
      value: 'TIME',
      describe: 'modelled CPU of all trials, such as 90s or 10min; default 2min',
    },
    seed: { type: 'text', value: 'N', describe: 'another way through the same space; default 1' },
    rounds: {
      type: 'text',
      value: 'N',
      describe: 'rounds in which what was found is measured beside the own strategy; default 5, 0 for none',
    },
    restart: { type: 'flag', describe: 'throw away what an earlier search left in DIR' },
    out: {
      type: 'text',
      alias: 'o',
      value: 'DIR',
      describe:
        'where profile, decision record, results, journal and page go; default reports/out/tune-PROFILE, with --shipped reports',
      completes: 'directory',
    },
  },
  examples: [
    'tune --profile thin-link --workload database-pages --budget 30s',
    'tune --shipped -o reports',
    'tune --profile ./standby.yaml --workload ./nightly/ --strategy adaptive --vary level=1,3,9 -o tuned',
  ],
  async run(input, context) {
    if (input.flag('shipped')) {
      const { runShippedEvidence } = await import('../actions/shipped-evidence.js');
      return runShippedEvidence(input, context);
    }
    const { runTune } = await import('../actions/tune.js');
    return runTune(input, context);
  },
};
