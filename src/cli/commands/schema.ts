import type { Command } from '../command.js';

/** Prints the JSON Schema of a result file. */
export const schema: Command = {
  name: 'schema',
  summary: 'print the JSON Schema of a result file',
  positionals: [
    {
      name: 'NAME',
      describe: 'which; without it they are listed',
      completes: [
        'lab-results',
        'bench-kernels',
        'exact-kernels',
        'bench-chunkers',
        'bench-detection',
        'bench-links',
        'bench-pipeline',
        'exact-pipeline',
        'bench-processes',
        'bench-peers',
        'bench-growth',
        'simulation',
        'gate',
        'gate-calibration',
        'gate-history',
        'measures',
      ],
      optional: true,
    },
  ],
  options: {},
  examples: ['schema', 'schema lab-results'],
  async run(input) {
    const { runSchema } = await import('../actions/schema.js');
    return runSchema(input);
  },
};
