/** Wall time and memory against the size of snapshots, with the straight lines through the times. */
import { formatBytes, formatDuration } from '../../../base/units.js';
import type { GrowthResults } from '../growth-results.js';
import { growthSummary, seriesName } from '../growth-tables.js';
import type { Chart, ChartRow } from './chart.js';

const GiB = 2 ** 30;
const MiB = 2 ** 20;
const panels = ['wall time of the diff, s', 'largest process, MiB'] as const;

export function growthChart(results: GrowthResults): Chart {
  const [time, memory] = panels;
  const points = results.rows.flatMap((row): ChartRow[] => {
    const { diffWallSeconds, peakRssBytes, targetBytes, rounds } = row;
    if (diffWallSeconds === null || peakRssBytes === null) return [];
    const walls = rounds.map(({ diff }) => diff.wallSeconds);
    const common = {
      role: 'point',
      series: seriesName(row),
      size: targetBytes / GiB,
      sizeLabel: formatBytes(targetBytes),
      timeLabel: formatDuration(diffWallSeconds * 1000),
      memoryLabel: formatBytes(peakRssBytes),
    };
    return [
      { ...common, panel: time, value: diffWallSeconds, low: Math.min(...walls), high: Math.max(...walls) },
      {
        ...common,
        panel: memory,
        value: peakRssBytes / MiB,
        low: peakRssBytes / MiB,
        high: peakRssBytes / MiB,
      },
    ];
  });
  const largest = Math.max(0, ...results.rows.map(({ targetBytes }) => targetBytes)) / GiB;
  const lines = results.fits.flatMap((fit) =>
    [0, largest].map((size): ChartRow => ({
      role: 'fit',
      panel: time,
      series: seriesName(fit),
      size,
      value: Math.max(0, fit.fixedSeconds + fit.secondsPerGiB * size),
    })),
  );
  return {
    name: 'growth',
    title: growthSummary(results),
    subtitle: [
      `Pairs of ${results.workload} at growing sizes. Points are medians, bars the range over rounds; the thin lines are least-squares fits of the times. Memory is that of the largest process, Node included.`,
    ],
    datasets: { table: points.length === 0 ? [] : [...lines, ...points] },
    parameters: { panelOrder: panels, seriesOrder: results.fits.map(seriesName) },
  };
}
