import type { Command } from '../command.js';

/** Checks a package's every frame and tells what it holds. */
export const inspect: Command = {
  name: 'inspect',
  summary: 'check a delta package and tell what it holds',
  positionals: [{ name: 'DELTA', describe: 'the package', completes: 'file' }],
  options: {
    all: { type: 'flag', describe: 'every entry and segment, not only the first 20' },
    trust: {
      type: 'list',
      value: 'FILE',
      describe: 'Ed25519 public key (PEM); the package must be signed with one of those given',
      completes: 'file',
    },
  },
  examples: ['inspect d.sdelta', 'inspect d.sdelta --json', 'inspect d.sdelta --trust our.key.pub'],
  async run(input, context) {
    const { runInspect } = await import('../actions/inspect.js');
    return runInspect(input, context);
  },
};
