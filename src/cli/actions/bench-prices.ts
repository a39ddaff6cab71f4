/** `snapdelta bench prices`. */
import { benchPrices } from '../../harness/bench-prices.js';
import { replaceFile, requireWritable } from '../../harness/io/output-file.js';
import { priceErrorSentences, priceTable } from '../../harness/report/price-table.js';
import { renderTable } from '../../harness/report/terminal.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { tableStyle } from '../table-style.js';

/** One in five is left out of the fit, and judges it. */
const runsMin = 5;
const runsMax = 100_000;
const roundsMax = 1000;
const seedMax = 2 ** 31 - 1;

export async function runBenchPrices(input: Input, { signal, terminal }: Context): Promise<Outcome> {
  const runs = input.count('runs', runsMin, runsMax);
  const rounds = input.count('rounds', 1, roundsMax);
  const seed = input.count('seed', 0, seedMax);
  const out = input.text('out');
  requireWritable(out);
  const file = await benchPrices({
    signal,
    onProgress: ({ done, total, what }) => terminal.progress(`run ${done + 1} of ${total}: ${what}`),
    ...(runs === undefined ? {} : { runs }),
    ...(rounds === undefined ? {} : { rounds }),
    ...(seed === undefined ? {} : { seed }),
  });
  if (out !== undefined) replaceFile(out, `${JSON.stringify(file, null, 2)}\n`);
  const text = [renderTable(priceTable(file), tableStyle(terminal)), '', ...priceErrorSentences(file)].join(
    '\n',
  );
  return { document: file, text, kind: 'answer' };
}
