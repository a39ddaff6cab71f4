import type { Command } from '../command.js';

/** Whether a candidate is safe, stage by stage. */
export const canaryRun: Command = {
  name: 'canary run',
  summary: 'roll a candidate configuration out over a fleet in stages; say why it is safe, or is not',
  positionals: [],
  options: {
    stable: {
      type: 'text',
      value: 'NAME|FILE',
      describe:
        'the configuration in use: a profile, a profile file or a strategy, with settings behind commas',
      completes: 'profile',
      required: true,
    },
    candidate: {
      type: 'text',
      value: 'NAME|FILE',
      describe: 'the configuration that is to take its place',
      completes: 'profile',
      required: true,
    },
    workload: {
      type: 'list',
      value: 'DIR',
      describe: 'real data in place of a simulated fleet: a folder of snapshots; may be given several times',
      completes: 'directory',
    },
    'stable-program': {
      type: 'text',
      value: 'GIT-REF|PATH',
      describe: 'with --workload: another version in use; a commit to build, or ./PATH of a build',
      completes: 'directory',
    },
    'candidate-program': {
      type: 'text',
      value: 'GIT-REF|PATH',
      describe: 'with --workload: another version as the candidate; default: this build',
      completes: 'directory',
    },
    link: {
      type: 'text',
      value: 'NAME',
      describe: 'with --workload: lan, wan, measured (the default: 10 Mbit/s, 20 ms), satellite or thin',
    },
    rounds: {
      type: 'text',
      value: 'N',
      describe: 'with --workload: runs of each diff and apply, of which the least counts; default 4',
    },
    volumes: { type: 'text', value: 'N', describe: 'of the simulated fleet; default 200' },
    seed: { type: 'text', value: 'N', describe: 'another fleet; default 1' },
    tolerate: {
      type: 'text',
      value: 'SHARE',
      describe: 'a change for the worse that nobody minds; default 2%',
    },
    harm: { type: 'text', value: 'SHARE', describe: 'a change that must not be promoted; default 10%' },
    'pause-each-stage': { type: 'flag', describe: "wait for 'canary approve' after each stage; needs --out" },
    calibrate: {
      type: 'optional',
      value: 'N',
      describe: 'also judge N candidates known to be bad and N known to be harmless; default 50',
    },
    workers: { type: 'text', value: 'N', describe: 'threads; default: one for each core' },
    by: { type: 'text', value: 'NAME', describe: 'who does it, for the audit log; default: the user' },
    out: {
      type: 'text',
      alias: 'o',
      value: 'DIR',
      describe:
        'keep the rollout here, step by step, with its audit log and page; one that was cut short goes on',
      completes: 'directory',
    },
    markdown: { type: 'text', value: 'FILE', describe: 'write the verdict as Markdown', completes: 'file' },
  },
  examples: [
    'canary run --stable live-replication --candidate live-replication,level=4 --out rollout',
    'canary run --stable ./now.yaml --candidate ./next.yaml --pause-each-stage --out rollout',
    'canary run --stable adaptive --candidate adaptive,level=9 --workload nightly/ --out shadow',
    'canary run --stable adaptive --candidate adaptive --candidate-program next --workload nightly/',
    'canary run --stable adaptive --candidate adaptive --calibrate',
  ],
  async run(input, context) {
    const { runCanaryRun } = await import('../actions/canary.js');
    return runCanaryRun(input, context);
  },
};
