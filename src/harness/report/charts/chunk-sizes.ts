/** How long chunks are: a panel for each chunker and kind of data, sizes relative to the average that was asked for. */
import { formatBytes } from '../../../base/units.js';
import type { ChunkerRow } from '../chunker-results.js';
import type { Chart, ChartRow } from './chart.js';

export function chunkSizesChart(rows: readonly ChunkerRow[]): Chart {
  const averageBytes = Math.min(...rows.map((row) => row.averageBytes));
  // Blocks of one size need no picture; what gives the very chunks of another shares its panel.
  const drawn = rows.filter((row) => row.averageBytes === averageBytes && row.chunker !== 'fixed');
  const columns = columnsOf(drawn);
  const table = columns.flatMap(({ chunker, label }) =>
    drawn.filter((row) => row.chunker === chunker).flatMap((row) => panel(row, label)),
  );
  return {
    name: 'chunk-sizes',
    title: titleOf(drawn),
    subtitle: [
      `Chunks by size, relative to the average asked for (${formatBytes(averageBytes)}). Bars are scaled to the highest of each panel.`,
      'Forced: cut at the maximum, because no place to cut was found; such cuts do not move with content.',
    ],
    datasets: { table },
    parameters: {
      columnOrder: columns.map(({ label }) => label),
      dataOrder: [...new Set(drawn.map(({ data }) => data))],
    },
  };
}

interface Column {
  readonly chunker: string;
  readonly label: string;
}

function columnsOf(rows: readonly ChunkerRow[]): Column[] {
  const columns = new Map<string, Column>();
  for (const chunker of new Set(rows.map((row) => row.chunker))) {
    const shape = JSON.stringify(rows.filter((row) => row.chunker === chunker).map(({ chunks }) => chunks));
    const alike = columns.get(shape);
    columns.set(
      shape,
      alike === undefined ? { chunker, label: chunker } : { ...alike, label: `${alike.label}, ${chunker}` },
    );
  }
  return [...columns.values()];
}

function panel({ data, averageBytes, chunks }: ChunkerRow, column: string): ChartRow[] {
  const highest = Math.max(...chunks.histogram);
  const bars = chunks.histogram.map((count, bin): ChartRow => ({
    role: 'bar',
    column,
    data,
    from: (bin * chunks.histogramBinBytes) / averageBytes,
    to: ((bin + 1) * chunks.histogramBinBytes) / averageBytes,
    height: count / highest,
    count,
    share: count / chunks.count,
    // Bins end with their border, so chunks of exactly the maximum have the last one almost to themselves.
    forced: chunks.forced !== null && chunks.forced > 0 && bin === chunks.histogram.length - 1,
  }));
  const forced = ((chunks.forced ?? 0) / chunks.count) * 100;
  const label = `mean ${formatBytes(chunks.meanBytes)}${forced < 0.05 ? '' : `, forced ${forced.toFixed(forced < 9.95 ? 1 : 0)} %`}`;
  return [...bars, { role: 'label', column, data, label, mean: chunks.meanBytes / averageBytes }];
}

/** The chunker whose cuts are forced most often on data with variety, and where. */
function titleOf(rows: readonly ChunkerRow[]): string {
  const [worst] = rows
    .filter(({ data }) => data !== 'zeros' && data !== 'periodic')
    .map(({ chunker, data, chunks }) => ({ chunker, data, share: (chunks.forced ?? 0) / chunks.count }))
    .sort((a, b) => b.share - a.share);
  if (worst === undefined || worst.share < 0.01) return 'Sizes of chunks';
  return `${worst.chunker} is forced to cut ${Math.round(worst.share * 100)} % of its chunks of ${worst.data}: it finds no place to cut`;
}
