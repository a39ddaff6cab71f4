import type { Command } from '../command.js';

/** As workloads/peers describes them; a test compares. */
const toolWords = [
  'borg',
  'bsdiff',
  'bup',
  'casync',
  'qemu-img',
  'rdiff',
  'restic',
  'rsync',
  'xdelta3',
  'zstd',
  'none',
] as const;

/** Other programs beside ours. */
export const benchPeersCommand: Command = {
  name: 'bench peers',
  summary: 'measure other programs beside our profiles on the same pairs: bytes, CPU, memory',
  positionals: [],
  options: {
    base: { type: 'text', value: 'FILE', describe: 'a snapshot of yours, with --target', completes: 'file' },
    target: { type: 'text', value: 'FILE', describe: 'the snapshot that it becomes', completes: 'file' },
    workload: {
      type: 'list',
      value: 'NAME|DIR',
      describe: 'a workload, or a folder (with a slash) of snapshots; default: all, unless --base is given',
      completes: 'workload',
    },
    file: { type: 'text', value: 'FILE', describe: 'a workload file of your own (YAML)', completes: 'file' },
    size: { type: 'text', value: 'BYTES', describe: 'of the first snapshot, such as 256MiB' },
    tools: {
      type: 'list',
      value: 'NAMES',
      describe: 'tools or their variants, with commas; default: all; or none',
      completes: toolWords,
    },
    'tool-file': {
      type: 'list',
      value: 'FILE',
      describe: 'a tool of your own (YAML)',
      completes: 'file',
    },
    slow: { type: 'flag', describe: 'also what takes minutes: zstd -19, bsdiff above 16 MiB' },
    profiles: {
      type: 'list',
      value: 'PROFILES',
      describe: 'of ours, with commas; default: live-replication,cold-storage; or none',
      completes: 'profile',
    },
    strategy: { type: 'text', value: 'NAME', describe: 'a strategy of ours', completes: 'strategy' },
    set: {
      type: 'list',
      value: 'KEY=VALUE',
      describe: 'a setting of that strategy, or of every profile',
    },
    'each-recogniser': {
      type: 'flag',
      describe: 'each of ours with all recognisers, without each of them, and with none',
    },
    workers: { type: 'text', value: 'N', describe: 'of ours, and the cores that all may use; default 1' },
    rounds: { type: 'text', value: 'N', describe: 'interleaved rounds; default 3' },
    timeout: { type: 'text', value: 'TIME', describe: 'for each command, such as 90s; default 10min' },
    scratch: {
      type: 'text',
      value: 'DIR',
      describe: 'where tools write; default: in memory where there is room',
      completes: 'directory',
    },
    out: {
      type: 'text',
      alias: 'o',
      value: 'FILE',
      describe: 'write the results as JSON',
      completes: 'file',
    },
  },
  examples: [
    'bench peers --base old.img --target new.img -o peers.json',
    'bench peers --workload database-pages --size 256MiB --tools xdelta3,zstd --rounds 5',
    'bench peers --base old.img --target new.img --tools none --tool-file ours.yaml',
  ],
  async run(input, context) {
    const { runBenchPeers } = await import('../actions/bench-peers.js');
    return runBenchPeers(input, context);
  },
};
