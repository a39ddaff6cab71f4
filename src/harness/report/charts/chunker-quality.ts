/** Quality of chunkers against their speed: who is fast, and what it costs in bytes found again. */
import { formatBytes, formatNumber } from '../../../base/units.js';
import type { ChunkerRow } from '../chunker-results.js';
import { foundShare, ordinaryRows, summarise, type ChunkerSummary } from '../chunker-tables.js';
import { formatRatio } from '../words.js';
import type { Chart, ChartRow } from './chart.js';

export function chunkerQualityChart(rows: readonly ChunkerRow[]): Chart {
  const ordinary = ordinaryRows(rows);
  const summaries = summarise(rows);
  const hasSpeed = summaries.some(({ gigabytesPerSecond }) => gigabytesPerSecond !== null);
  const averages = [...new Set(rows.map(({ averageBytes }) => averageBytes))].sort((a, b) => a - b);
  return {
    name: 'chunker-quality',
    title: titleOf(summaries.filter(({ averageBytes }) => averageBytes === averages[0])),
    subtitle: [
      'Bytes found again in edited versions against speed (GB/s, log scale): upper right is better.',
      'Large marks: mean over kinds of data and of edits; bars: from the worst to the best of them. Small marks: one kind of data each.',
    ],
    datasets: { table: hasSpeed ? [...means(summaries, ordinary), ...points(ordinary)] : [] },
    parameters: {
      averageOrder: averages.map(averageLabel),
      chunkerOrder: [...new Set(rows.map(({ chunker }) => chunker))],
    },
  };
}

function averageLabel(bytes: number): string {
  return `${formatBytes(bytes)} asked for`;
}

function means(summaries: readonly ChunkerSummary[], rows: readonly ChunkerRow[]): ChartRow[] {
  return summaries.map(({ chunker, averageBytes, gigabytesPerSecond, foundMean }) => {
    const shares = rows
      .filter((row) => row.chunker === chunker && row.averageBytes === averageBytes)
      .flatMap(({ found }) => found.map(foundShare));
    const percent = `${formatNumber(foundMean * 100)} %`;
    return {
      role: gigabytesPerSecond === null ? 'unread' : 'mean',
      chunker,
      average: averageLabel(averageBytes),
      gigabytesPerSecond,
      found: foundMean,
      low: Math.min(...shares),
      high: Math.max(...shares),
      side: hasNeighbour(summaries, chunker, averageBytes) ? 'left' : 'right',
      label:
        gigabytesPerSecond === null ? `${chunker} blocks, nothing read: ${percent}` : `${chunker} ${percent}`,
    };
  });
}

/** Whether a name to the right of the mark would run into the mark of another chunker. */
function hasNeighbour(summaries: readonly ChunkerSummary[], chunker: string, averageBytes: number): boolean {
  const panel = summaries.filter((one) => one.averageBytes === averageBytes);
  const own = panel.find((one) => one.chunker === chunker);
  return panel.some((other) => {
    const factor = (other.gigabytesPerSecond ?? 0) / (own?.gigabytesPerSecond ?? Infinity);
    return factor > 1 && factor < 5 && Math.abs(other.foundMean - (own?.foundMean ?? 0)) < 0.03;
  });
}

function points(rows: readonly ChunkerRow[]): ChartRow[] {
  return rows.flatMap(({ chunker, averageBytes, data, found, gigabytesPerSecond }) =>
    gigabytesPerSecond === null
      ? []
      : [
          {
            role: 'data',
            chunker,
            average: averageLabel(averageBytes),
            data,
            gigabytesPerSecond: gigabytesPerSecond.median,
            found: found.reduce((sum, one) => sum + foundShare(one), 0) / found.length,
          },
        ],
  );
}

/** Our chunker beside the exact one. */
function titleOf(summaries: readonly ChunkerSummary[]): string {
  const [ours, exact] = ['strided', 'fastcdc'].map((name) =>
    summaries.find(({ chunker }) => chunker === name),
  );
  if (!ours?.gigabytesPerSecond || !exact?.gigabytesPerSecond) return 'Bytes found again against speed';
  const ratio = formatRatio(ours.gigabytesPerSecond / exact.gigabytesPerSecond);
  const [found, beside] = [ours, exact].map(({ foundMean }) => `${formatNumber(foundMean * 100)} %`);
  return `strided finds ${found} again at ${ratio} the speed of fastcdc, which finds ${beside}`;
}
