import type { Command } from '../command.js';

/** Where a rollout stands. */
export const canaryStatus: Command = {
  name: 'canary status',
  summary: 'tell where a rollout stands, and prove its audit log',
  positionals: [{ name: 'DIR', describe: 'what canary run --out keeps', completes: 'directory' }],
  options: {},
  examples: ['canary status rollout'],
  async run(input, context) {
    const { runCanaryStatus } = await import('../actions/canary.js');
    return runCanaryStatus(input, context);
  },
};
