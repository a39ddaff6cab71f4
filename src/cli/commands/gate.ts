import type { Command } from '../command.js';

/** A verdict on a change. */
export const gate: Command = {
  name: 'gate',
  summary: 'say whether a candidate is worse than a baseline: pass, improved, regressed, inconclusive',
  positionals: [],
  options: {
    baseline: {
      type: 'text',
      value: 'FILE|NAME',
      describe: 'results to compare with, or a saved baseline: NAME, or NAME@VERSION',
      completes: 'file',
    },
    candidate: {
      type: 'text',
      value: 'FILE',
      describe: 'results of bench, lab or simulate that are judged',
      completes: 'file',
    },
    against: {
      type: 'text',
      value: 'GIT-REF',
      describe: 'build this commit beside the current tree, and measure both alternately',
    },
    configuration: {
      type: 'list',
      value: 'NAME[,KEY=VALUE]',
      describe: 'a strategy or profile with settings; given twice: baseline, then candidate',
      completes: 'strategy',
    },
    calibrate: {
      type: 'flag',
      describe: 'this build against itself: how often a gate errs here, and what it can see',
    },
    recording: {
      type: 'text',
      value: 'FILE',
      describe: 'with --calibrate: rounds of an earlier calibration in place of new ones',
      completes: 'file',
    },
    exact: { type: 'flag', describe: 'judge only what is the same on every machine' },
    rules: {
      type: 'text',
      value: 'FILE',
      describe: 'what change of which metric is allowed (YAML or JSON)',
      completes: 'file',
    },
    threshold: {
      type: 'text',
      value: 'SHARE',
      describe:
        'allowed change of what is sampled; default 10% between files; 2%, of deltas 5%, where measured',
    },
    workload: {
      type: 'list',
      value: 'NAME|DIR|none',
      describe: 'measured deltas; default database-pages',
      completes: 'workload',
    },
    file: { type: 'text', value: 'FILE', describe: 'a workload file of your own (YAML)', completes: 'file' },
    size: { type: 'text', value: 'BYTES', describe: 'of the first snapshot; default 4MiB' },
    kernel: { type: 'list', value: 'NAME|none', describe: 'measured kernels, with --against; default: all' },
    wall: { type: 'flag', describe: 'judge wall time beside CPU time' },
    rounds: { type: 'text', value: 'N', describe: 'measured at most; default 60, with --calibrate 240' },
    time: {
      type: 'text',
      value: 'DURATION',
      describe: 'no round begins later; default 60s, with --calibrate 10min',
    },
    seed: { type: 'text', value: 'N', describe: 'of the coins that order the rounds; default 1' },
    'save-baseline': {
      type: 'text',
      value: 'NAME',
      describe: 'keep the candidate as the next version of a baseline, unless it is rejected',
    },
    history: {
      type: 'text',
      value: 'FILE|git:BRANCH',
      describe: 'append the figures as a line of JSON, and say where the history changed',
      completes: 'file',
    },
    out: { type: 'text', value: 'FILE', describe: 'write the verdict as JSON', completes: 'file' },
    markdown: { type: 'text', value: 'FILE', describe: 'write it for a step summary', completes: 'file' },
    junit: { type: 'text', value: 'FILE', describe: 'write it as JUnit XML', completes: 'file' },
    annotations: { type: 'flag', describe: 'print findings to stderr as annotations of GitHub Actions' },
    'github-benchmark': {
      type: 'text',
      value: 'FILE',
      describe: 'write the figures for github-action-benchmark; of which more is better: FILE.bigger.json',
      completes: 'file',
    },
    bencher: {
      type: 'text',
      value: 'FILE',
      describe: 'write the figures in the Bencher Metric Format',
      completes: 'file',
    },
  },
  examples: [
    'gate --baseline before.json --candidate after.json',
    'gate --candidate after.json --save-baseline main',
    'gate --baseline main --candidate after.json --exact --markdown summary.md',
    'gate --against origin/main --annotations',
    'gate --calibrate --time 30min --out calibration.json',
    'gate --configuration fixed --configuration fixed,blockBytes=16KiB --workload mailbox',
  ],
  async run(input, context) {
    const { runGate } = await import('../actions/gate.js');
    return runGate(input, context);
  },
};
