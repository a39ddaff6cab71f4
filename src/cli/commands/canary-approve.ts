import type { Command } from '../command.js';

/** Yes to the next stage. */
export const canaryApprove: Command = {
  name: 'canary approve',
  summary: 'let a rollout that waits run its next stage',
  positionals: [{ name: 'DIR', describe: 'what canary run --out keeps', completes: 'directory' }],
  options: {
    by: { type: 'text', value: 'NAME', describe: 'who says yes, for the audit log; default: the user' },
    why: { type: 'text', value: 'TEXT', describe: 'why, for the audit log' },
    workers: { type: 'text', value: 'N', describe: 'threads; default: one for each core' },
  },
  examples: ['canary approve rollout --by ann --why "the shadows look well"'],
  async run(input, context) {
    const { runCanaryApprove } = await import('../actions/canary.js');
    return runCanaryApprove(input, context);
  },
};
