/** Table of `bench prices`: a line for each price. */
import { parts, type WorkPricesFile } from '../tuning/work-prices.js';
import type { Table } from './tables.js';
import { formatPercent } from './words.js';

export function priceTable({ prices }: WorkPricesFile): Table {
  return {
    title: 'CPU work of diff and apply',
    columns: [
      { title: 'part', align: 'left' },
      { title: 'unit', align: 'left' },
      { title: 'nanoseconds', align: 'right' },
    ],
    rows: parts.flatMap((part) =>
      Object.entries(prices[part]).map(([unit, price]) => [
        part,
        unit,
        { text: price.toLocaleString('en'), value: price },
      ]),
    ),
  };
}

/** How far predictions for runs that the fit did not see were off. */
export function priceErrorSentences({ errors }: WorkPricesFile): string[] {
  return (['diff', 'apply'] as const).map((side) => {
    const { median, p90, runs } = errors[side];
    return `${side}: off by ${formatPercent(median)} at the median of ${runs} runs that the fit did not see, by ${formatPercent(p90)} at the 90th percentile`;
  });
}
