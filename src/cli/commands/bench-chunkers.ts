import type { Command } from '../command.js';

/** As the benchmark has them; a test compares. */
const chunkerWords = ['fixed', 'fastcdc', 'strided', 'ram', 'vram', 'seqcdc'] as const;
const dataWords = ['random', 'text', 'code', 'executables', 'pages', 'zeros', 'periodic'] as const;

/** Quality and speed of chunkers. */
export const benchChunkersCommand: Command = {
  name: 'bench chunkers',
  summary: 'measure what chunkers find again after edits, their chunk sizes and their speed',
  positionals: [],
  options: {
    chunker: { type: 'list', value: 'NAME', describe: 'only this chunker', completes: chunkerWords },
    average: { type: 'list', value: 'BYTES', describe: 'chunk size asked for; default 16KiB, 64KiB' },
    data: { type: 'list', value: 'KIND', describe: 'only this kind of data', completes: dataWords },
    workload: {
      type: 'list',
      value: 'NAME|DIR|FILE',
      describe: 'your own data: a workload, a folder (with a slash) of snapshots, a file',
      completes: 'workload',
    },
    size: { type: 'text', value: 'BYTES', describe: 'of each kind of data; default 64MiB' },
    seed: { type: 'text', value: 'N', describe: 'of data and edits; default 1' },
    rounds: { type: 'text', value: 'N', describe: 'interleaved rounds of the speed; default 5' },
    'no-speed': { type: 'flag', describe: 'only what is exact: the same document from run to run' },
    quick: { type: 'flag', describe: '16 MiB, three rounds' },
    out: { type: 'text', value: 'FILE', describe: 'write the results as JSON', completes: 'file' },
  },
  examples: [
    'bench chunkers --out chunkers.json',
    'bench chunkers --workload ./disk.img --chunker fastcdc --chunker strided --no-speed',
  ],
  async run(input, context) {
    const { runBenchChunkers } = await import('../actions/bench-chunkers.js');
    return runBenchChunkers(input, context);
  },
};
