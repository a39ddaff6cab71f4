import type { Command } from '../command.js';

/** Rebuilds the target of a delta package, and gives it its name only when all of it was verified. */
export const apply: Command = {
  name: 'apply',
  summary: 'rebuild the target of a delta package, verified before it appears',
  positionals: [
    { name: 'BASE', describe: 'what the package was made against; never written', completes: 'file' },
    { name: 'DELTA', describe: 'the package; - reads stdin as it arrives', completes: 'file' },
  ],
  options: {
    output: {
      type: 'text',
      alias: 'o',
      value: 'TARGET',
      describe: 'the file or directory to make',
      completes: 'file',
      required: true,
    },
    force: { type: 'flag', alias: 'f', describe: 'replace TARGET if it exists' },
    flush: {
      type: 'flag',
      describe: 'put every file of a tree on the disk before TARGET appears (a single file always is)',
    },
    'ignore-metadata': {
      type: 'flag',
      describe: "accept a base whose modes or times differ, and do not check the target's",
    },
    trust: {
      type: 'list',
      value: 'FILE',
      describe: 'Ed25519 public key (PEM); the package must be signed with one of those given',
      completes: 'file',
    },
    profile: {
      type: 'text',
      value: 'PROFILE',
      describe: 'a profile whose demands on signatures hold',
      completes: 'profile',
    },
  },
  examples: [
    'apply old.img d.sdelta -o new.img',
    'apply release-1/ d.sdelta -o release-2/ --trust our.key.pub',
    'apply old.img - -o new.img < d.sdelta',
  ],
  async run(input, context) {
    const { runApply } = await import('../actions/apply.js');
    return runApply(input, context);
  },
};
