/** Every speed target of the kernels: the ratio to its peer with its range, and the mark that it has to reach. */
import { formatBytes } from '../../../base/units.js';
import type { TargetResult } from '../../tuning/kernel-targets.js';
import { targetsSummary } from '../kernel-tables.js';
import type { Chart, ChartRow } from './chart.js';

export function targetsChart(targets: readonly TargetResult[]): Chart {
  const speeds = targets.filter(({ figure }) => figure === 'speed');
  const table = speeds.flatMap((target): ChartRow[] => {
    const { kernel, peer, measured, limit, status } = target;
    if (measured === null || peer === null) return [];
    return [
      {
        target: labelOf(target),
        kernel,
        peer,
        ratio: measured.median,
        low: measured.low,
        high: measured.high,
        limit,
        status,
        words: `${measured.median.toFixed(2)}x ${peer}`,
      },
    ];
  });
  return {
    name: 'kernel-targets',
    title: targetsSummary(targets),
    subtitle: [
      'Speed of our kernels over that of a peer in the same run, log scale: further right is faster. Points are medians of the ratios of all rounds, bars their range; the upright mark is what has to be reached. Targets of size and of instructions are in the table.',
    ],
    datasets: { table },
    parameters: { targetOrder: table.map(({ target }) => String(target)) },
  };
}

function labelOf({ kernel, data, blockBytes }: TargetResult): string {
  return `${kernel}, ${data}, ${formatBytes(blockBytes)}`;
}
