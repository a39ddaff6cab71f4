import type { Command } from '../command.js';

/** Back to the stable side. */
export const canaryRollback: Command = {
  name: 'canary rollback',
  summary: 'end a rollout: every volume goes back to the stable side',
  positionals: [{ name: 'DIR', describe: 'what canary run --out keeps', completes: 'directory' }],
  options: {
    by: { type: 'text', value: 'NAME', describe: 'who does it, for the audit log; default: the user' },
    why: { type: 'text', value: 'TEXT', describe: 'why, for the audit log' },
  },
  examples: ['canary rollback rollout --why "complaints from the site in the north"'],
  async run(input, context) {
    const { runCanaryRollback } = await import('../actions/canary.js');
    return runCanaryRollback(input, context);
  },
};
