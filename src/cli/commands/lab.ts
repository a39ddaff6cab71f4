import type { Command } from '../command.js';

/** The main job: strategies over workloads, verified, measured, judged by profile, charted. */
export const lab: Command = {
  name: 'lab',
  summary: 'measure every strategy over every workload; say which wins for each profile, and why',
  positionals: [],
  options: {
    out: {
      type: 'text',
      value: 'DIR',
      describe: 'where results.json, index.html and the charts go; default reports/out',
      completes: 'directory',
    },
    quick: { type: 'flag', describe: 'fewer and smaller workloads, one round: half a minute instead of two' },
    file: { type: 'text', value: 'FILE', describe: 'a workload file of your own (YAML)', completes: 'file' },
    workload: { type: 'list', value: 'NAME', describe: 'only this workload', completes: 'workload' },
    profile: {
      type: 'list',
      value: 'PROFILE',
      describe: 'judge for this profile only',
      completes: 'profile',
    },
    rounds: { type: 'text', value: 'N', describe: 'at most N rounds; default 2, with --quick 1' },
  },
  examples: [
    'lab',
    'lab --quick',
    'lab --workload database-pages --profile ./our-profile.yaml --out /tmp/lab',
  ],
  async run(input, context) {
    const { runLaboratory } = await import('../actions/lab.js');
    return runLaboratory(input, context);
  },
};
