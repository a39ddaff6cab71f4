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
      describe: 'allowed change of what is sampled, such as 2%; default 10% between files',
    },
    'save-baseline': {
      type: 'text',
      value: 'NAME',
      describe: 'keep the candidate as the next version of a baseline, unless it is rejected',
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
  ],
  async run(input, context) {
    const { runGate } = await import('../actions/gate.js');
    return runGate(input, context);
  },
};
