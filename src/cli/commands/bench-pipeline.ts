import type { Command } from '../command.js';

/** One configuration over workloads, stage by stage. */
export const benchPipelineCommand: Command = {
  name: 'bench pipeline',
  summary: 'measure one configuration stage by stage: time, counts, bytes',
  positionals: [],
  options: {
    workload: {
      type: 'list',
      value: 'NAME|DIR',
      describe: 'a workload, or a folder (with a slash) of snapshots; default: all',
      completes: 'workload',
    },
    file: { type: 'text', value: 'FILE', describe: 'a workload file of your own (YAML)', completes: 'file' },
    size: { type: 'text', value: 'BYTES', describe: 'of the first snapshot, such as 256MiB' },
    profile: {
      type: 'text',
      value: 'PROFILE',
      describe: 'a profile whose strategy runs',
      completes: 'profile',
    },
    strategy: {
      type: 'text',
      value: 'NAME',
      describe: 'how changes are found; default: adaptive',
      completes: 'strategy',
    },
    set: {
      type: 'list',
      value: 'KEY=VALUE',
      describe: 'a setting of the strategy, such as blockBytes=64KiB',
    },
    workers: { type: 'text', value: 'N', describe: 'threads; default 1' },
    rounds: { type: 'text', value: 'N', describe: 'how often; default 5' },
    processes: {
      type: 'flag',
      describe: 'instead: CPU of whole runs against reading the bytes, and against an empty Node process',
    },
    exact: {
      type: 'flag',
      describe: 'only what is the same on every machine: bytes, counts, WebAssembly instructions',
    },
    out: { type: 'text', value: 'FILE', describe: 'write the results as JSON', completes: 'file' },
    'cpu-profile': {
      type: 'text',
      value: 'FILE',
      describe: 'write a .cpuprofile that Chrome and VS Code open',
      completes: 'file',
    },
  },
  examples: [
    'bench pipeline --workload database-pages --size 256MiB --strategy compare',
    'bench pipeline --workload ./series/ --profile thin-link --exact --json',
    'bench pipeline --processes --rounds 9',
  ],
  async run(input, context) {
    const { runBenchPipeline } = await import('../actions/bench-pipeline.js');
    return runBenchPipeline(input, context);
  },
};
