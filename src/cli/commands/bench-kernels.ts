import type { Command } from '../command.js';

/** As `bench kernels` names them, with hyphens for spaces; a test compares them with what is measured. */
const kernelWords = [
  'compare',
  'zero-test',
  'histogram',
  'add-bytes',
  'xxh3-128',
  'blake3',
  'crc32c',
  'rolling-sums',
  'fastcdc',
  'strided',
  'rolling-search',
  'anchor-index',
  'anchor-search',
  'delta-encode',
  'delta-apply',
  'delta-write',
  'ram',
  'vram',
  'seqcdc',
  'rolling-gear-search',
  'xxh64',
  'sha256',
  'memcpy',
] as const;

/** Speed of every kernel, beside its twin and peers. */
export const benchKernelsCommand: Command = {
  name: 'bench kernels',
  summary: 'measure the kernels beside their plain twins and other libraries',
  positionals: [],
  options: {
    kernel: {
      type: 'list',
      value: 'NAME',
      describe: 'only this kernel; may be given again',
      completes: kernelWords,
    },
    block: {
      type: 'list',
      value: 'BYTES',
      describe: 'block size, may be given again; default 4KiB, 16KiB, 64KiB, 1MiB',
    },
    size: {
      type: 'text',
      value: 'BYTES',
      describe: 'of the buffer that is passed over; default 16MiB, with --exact 4MiB',
    },
    rounds: { type: 'text', value: 'N', describe: 'interleaved rounds; default 5' },
    exact: {
      type: 'flag',
      describe: 'count executed WebAssembly instructions instead: the same on every machine',
    },
    workers: { type: 'text', value: 'N', describe: 'threads, with --exact; default 1' },
    out: { type: 'text', value: 'FILE', describe: 'write the results as JSON', completes: 'file' },
    'cpu-profile': {
      type: 'text',
      value: 'FILE',
      describe: 'write a .cpuprofile that Chrome and VS Code open',
      completes: 'file',
    },
  },
  examples: [
    'bench kernels',
    'bench kernels --kernel xxh3-128 --block 16KiB --out kernels.json',
    'bench kernels --exact --kernel fastcdc',
  ],
  async run(input, context) {
    const { runBenchKernels } = await import('../actions/bench-kernels.js');
    return runBenchKernels(input, context);
  },
};
