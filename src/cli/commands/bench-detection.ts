import type { Command } from '../command.js';

/** A Merkle walk against sending the manifest. */
export const benchDetectionCommand: Command = {
  name: 'bench detection',
  summary: 'measure what finding changes by a Merkle walk exchanges, beside sending the manifest',
  positionals: [],
  options: {
    blocks: { type: 'list', value: 'N', describe: 'blocks of an image; default 1024, 16384, 262144' },
    changed: { type: 'list', value: 'N', describe: 'changed blocks; default 0, 1, 10 ... 10000' },
    'trip-bytes': { type: 'text', value: 'BYTES', describe: 'what a round trip is worth; default 16KiB' },
    seed: { type: 'text', value: 'N', describe: 'of ids and places; default 1' },
    'no-speed': { type: 'flag', describe: 'only what is exact: the same document from run to run' },
    out: { type: 'text', value: 'FILE', describe: 'write the results as JSON', completes: 'file' },
  },
  examples: [
    'bench detection --out detection.json',
    'bench detection --blocks 65536 --changed 100 --trip-bytes 0',
  ],
  async run(input, context) {
    const { runBenchDetection } = await import('../actions/bench-detection.js');
    return runBenchDetection(input, context);
  },
};
