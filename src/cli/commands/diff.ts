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
    strategy: {
      type: 'text',
      value: 'NAME',
      describe: 'how changes are found; default: adaptive, or as the manifest cuts',
      completes: 'strategy',
    },
    set: {
      type: 'list',
      value: 'KEY=VALUE',
      describe: 'a setting of the strategy, such as blockBytes=64KiB',
    },
    workers: {
      type: 'text',
      value: 'N',
      describe: 'threads at most; default: as many as cores; one for small inputs',
    },
    volume: { type: 'text', value: 'NAME', describe: 'name of the volume, written into the package' },
    time: {
      type: 'text',
      value: 'TIME',
      describe: "the target's time, as 2026-01-31T12:00:00Z or @SECONDS; default: its newest file",
    },
    writer: { type: 'list', value: 'NAME=COUNT', describe: "an entry of the target's version vector" },
    tracker: {
      type: 'text',
      value: 'FILE',
      describe: 'a change map of the image: nothing else of TARGET is read (docs/tracked.md)',
      completes: 'file',
    },
    'tracker-format': {
      type: 'text',
      value: 'FORMAT',
      describe: 'bitmap, qemu-map, qemu-dirty, nbd or filefrag; default: by content',
      completes: ['bitmap', 'qemu-map', 'qemu-dirty', 'nbd', 'filefrag'],
    },
    'tracker-block': {
      type: 'text',
      value: 'BYTES',
      describe: 'what one bit of a raw bitmap stands for; bits from the least significant of each byte',
    },
    'tracker-depth': {
      type: 'text',
      value: 'N',
      describe: "depth at which BASE lies in a qemu-map of several layers; 1 is TARGET's backing file",
    },
    'base-manifest': {
      type: 'text',
      value: 'FILE',
      describe: "BASE's manifest of fixed 64 KiB blocks; without it --tracker has BASE hashed once",
      completes: 'file',
    },
    'target-manifest': {
      type: 'text',
      value: 'FILE',
      describe: "where TARGET's manifest goes, made without reading: the next diff's --base-manifest",
      completes: 'file',
    },
    'verify-tracker': {
      type: 'optional',
      value: 'AMOUNT',
      describe: 'read clean leaves after all, drawn at random: 5%, 64MiB; default: 300 leaves',
    },
    'verify-seed': { type: 'text', value: 'N', describe: 'repeats the draw of an earlier --verify-tracker' },
    'sign-key': {
      type: 'text',
      value: 'FILE',
      describe: 'Ed25519 private key (PEM) to sign with',
      completes: 'file',
    },
  },
  examples: [
    'diff old.img new.img -o d.sdelta',
    'diff old.img new.img -o d.sdelta --tracker map.json --base-manifest old.sdm --verify-tracker',
    'diff release-1/ release-2/ -o d.sdelta --profile thin-link',
    'diff old.img new.img -o - --strategy rolling | ssh host snapdelta apply old.img - -o new.img',
  ],
  async run(input, context) {
    const { runDiff } = await import('../actions/diff.js');
    return runDiff(input, context);
  },
};
