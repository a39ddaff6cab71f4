import type { Command } from '../command.js';

/** Writes the delta package that turns BASE into TARGET. */
export const diff: Command = {
  name: 'diff',
  summary: 'write the delta package that turns BASE into TARGET',
  positionals: [
    { name: 'BASE', describe: 'file, block device, directory, or a manifest of one', completes: 'file' },
    { name: 'TARGET', describe: 'file, block device or directory', completes: 'file' },
  ],
  options: {
    output: {
      type: 'text',
      alias: 'o',
      value: 'DELTA',
      describe: 'where the package goes; - is stdout',
      completes: 'file',
      required: true,
    },
    profile: {
      type: 'text',
      value: 'PROFILE',
      describe: 'a shipped profile, or a profile file (see: snapdelta profiles)',
      completes: 'profile',
    },
    strategy: { type: 'text', value: 'NAME', describe: 'how changes are found', completes: 'strategy' },
    set: {
      type: 'list',
      value: 'KEY=VALUE',
      describe: 'a setting of the strategy, such as blockBytes=64KiB',
    },
    workers: {
      type: 'text',
      value: 'N',
      describe: 'threads; default: as many as cores, one for small inputs',
    },
    volume: { type: 'text', value: 'NAME', describe: 'name of the volume, written into the package' },
    time: {
      type: 'text',
      value: 'TIME',
      describe: "the target's time, as 2026-01-31T12:00:00Z or @SECONDS; default: its newest file",
    },
    writer: { type: 'list', value: 'NAME=COUNT', describe: "an entry of the target's version vector" },
    'sign-key': {
      type: 'text',
      value: 'FILE',
      describe: 'Ed25519 private key (PEM) to sign with',
      completes: 'file',
    },
  },
  examples: [
    'diff old.img new.img -o d.sdelta',
    'diff release-1/ release-2/ -o d.sdelta --profile thin-link',
    'diff old.img new.img -o - --strategy rolling | ssh host snapdelta apply old.img - -o new.img',
  ],
  async run(input, context) {
    const { runDiff } = await import('../actions/diff.js');
    return runDiff(input, context);
  },
};
