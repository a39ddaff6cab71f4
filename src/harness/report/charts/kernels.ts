/** Speed of kernels by block size: ours, our twin in plain TypeScript, and what else does the same work. */
import { formatBytes } from '../../../base/units.js';
import { geometricMean } from '../../statistics/summary.js';
import type { KernelRow } from '../kernel-results.js';
import { formatRatio } from '../words.js';
import type { Chart, ChartRow } from './chart.js';

export function kernelsChart(rows: readonly KernelRow[]): Chart {
  const order = [...new Set(rows.map(({ kernel }) => kernel))];
  const blocks = [...new Set(rows.map(({ blockBytes }) => blockBytes))].sort((a, b) => a - b);
  const labels = new Map(
    order.flatMap((kernel) => labelHeights(rows.filter((row) => row.kernel === kernel))),
  );
  const table = rows.map(({ kernel, implementation, blockBytes, gigabytesPerSecond }): ChartRow => ({
    kernel,
    implementation,
    kind: implementation === 'wasm' ? 'wasm' : implementation === 'twin' ? 'twin' : 'peer',
    block: blockLabel(blockBytes),
    gigabytesPerSecond: gigabytesPerSecond.median,
    low: gigabytesPerSecond.low,
    high: gigabytesPerSecond.high,
    labelAt: labels.get(`${kernel} ${implementation} ${blockBytes}`) ?? null,
  }));
  return {
    name: 'kernels',
    title: title(rows),
    subtitle: [
      'GB/s (1e9 bytes of input per second) by block size, log scale: higher is better. Points are medians, bars the range over interleaved rounds.',
    ],
    datasets: { table },
    parameters: { kernelOrder: order, blockOrder: blocks.map(blockLabel) },
  };
}

/** Names stand beside the last point; where points are closer than a line of text is high, the upper ones move up. */
const labelSpacing = 1.9;

function labelHeights(rows: readonly KernelRow[]): [string, number][] {
  const last = Math.max(...rows.map(({ blockBytes }) => blockBytes));
  let lowest = 0;
  return rows
    .filter(({ blockBytes }) => blockBytes === last)
    .sort((a, b) => a.gigabytesPerSecond.median - b.gigabytesPerSecond.median)
    .map(({ kernel, implementation, gigabytesPerSecond }) => {
      const height = Math.max(gigabytesPerSecond.median, lowest);
      lowest = height * labelSpacing;
      return [`${kernel} ${implementation} ${last}`, height];
    });
}

/** How much faster than the fastest peer, kernel by kernel, as a geometric mean over block sizes. */
function title(rows: readonly KernelRow[]): string {
  const parts = [...new Set(rows.map(({ kernel }) => kernel))].flatMap((kernel) => {
    const ratios = rows
      .filter((row) => row.kernel === kernel && row.implementation === 'wasm')
      .flatMap((ours) => {
        const peers = rows.filter(
          (row) =>
            row.kernel === kernel &&
            row.blockBytes === ours.blockBytes &&
            row.data === ours.data &&
            !['wasm', 'twin'].includes(row.implementation),
        );
        const best = Math.max(...peers.map((row) => row.gigabytesPerSecond.median));
        return peers.length === 0 ? [] : [ours.gigabytesPerSecond.median / best];
      });
    return ratios.length === 0 ? [] : [`${kernel} ${formatRatio(geometricMean(ratios))}`];
  });
  return parts.length === 0 ? 'Speed of the kernels' : `Against the best peer: ${parts.join(', ')}`;
}

function blockLabel(bytes: number): string {
  return formatBytes(bytes);
}
