import { chunkerNames } from '../../engine/chunk/spec.js';
import type { Command } from '../command.js';

/** Writes the manifest of a snapshot, or checks a snapshot against one. */
export const manifest: Command = {
  name: 'manifest',
  summary: 'write the block ids of a snapshot, or check a snapshot against them',
  positionals: [{ name: 'SNAPSHOT', describe: 'file, block device or directory', completes: 'file' }],
  options: {
    output: {
      type: 'text',
      alias: 'o',
      value: 'MANIFEST',
      describe: 'where the manifest goes',
      completes: 'file',
    },
    check: {
      type: 'text',
      value: 'MANIFEST',
      describe: 'write nothing: tell where SNAPSHOT differs from this manifest (exit 3 if it does)',
      completes: 'file',
    },
    'ignore-metadata': { type: 'flag', describe: 'with --check: modes and times do not count' },
    profile: {
      type: 'text',
      value: 'PROFILE',
      describe: 'a profile whose strategy cuts blocks',
      completes: 'profile',
    },
    strategy: {
      type: 'text',
      value: 'NAME',
      describe: `how blocks are cut: adaptive, ${chunkerNames.join(', ')} (default: fixed)`,
      completes: ['adaptive', ...chunkerNames],
    },
    set: {
      type: 'list',
      value: 'KEY=VALUE',
      describe: 'a setting of the strategy, such as blockBytes=64KiB',
    },
    previous: {
      type: 'text',
      value: 'MANIFEST',
      describe: 'the snapshot before: blocks that it has keep the snapshot that introduced them',
      completes: 'file',
    },
    workers: {
      type: 'text',
      value: 'N',
      describe: 'threads at most; default: as many as cores; one for small inputs',
    },
    volume: { type: 'text', value: 'NAME', describe: 'name of the volume' },
    time: {
      type: 'text',
      value: 'TIME',
      describe: "the snapshot's time, as 2026-01-31T12:00:00Z or @SECONDS; default: its newest file",
    },
  },
  examples: [
    'manifest disk.img -o monday.manifest',
    'manifest disk.img -o tuesday.manifest --previous monday.manifest --profile edge-agent',
    'manifest disk.img --check tuesday.manifest',
  ],
  async run(input, context) {
    const { runManifest } = await import('../actions/manifest.js');
    return runManifest(input, context);
  },
};
