import type { Command } from '../command.js';

/** What a byte hashed, a block compared, a call of a codec costs here. */
export const benchPricesCommand: Command = {
  name: 'bench prices',
  summary: 'measure what each kind of work costs, as tune takes it',
  positionals: [],
  options: {
    runs: {
      type: 'text',
      value: 'N',
      describe: 'strategies on workloads, drawn by chance; default 450, some four minutes',
    },
    rounds: { type: 'text', value: 'N', describe: 'of each run, of which the least counts; default 2' },
    seed: { type: 'text', value: 'N', describe: 'other strategies and workloads; default 1' },
    out: { type: 'text', value: 'FILE', describe: 'write a file of prices', completes: 'file' },
  },
  examples: ['bench prices --out workloads/work-prices.json', 'bench prices --runs 50 --json'],
  async run(input, context) {
    const { runBenchPrices } = await import('../actions/bench-prices.js');
    return runBenchPrices(input, context);
  },
};
