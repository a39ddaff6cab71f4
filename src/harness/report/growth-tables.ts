/** Tables of `bench growth`: every size, and the straight lines through them. */
import { formatBytes, formatDuration } from '../../base/units.js';
import type { GrowthFit, GrowthResults } from './growth-results.js';
import type { Cell, Column, Table } from './tables.js';

const left = (title: string): Column => ({ title, align: 'left' });
const right = (title: string): Column => ({ title, align: 'right' });

/** `live-replication, 2 workers`. */
export function seriesName({ profile, workers }: Pick<GrowthFit, 'profile' | 'workers'>): string {
  return `${profile}, ${workers} ${workers === 1 ? 'worker' : 'workers'}`;
}

export function growthTable({ rows, workload }: GrowthResults): Table {
  return {
    title: workload,
    columns: [
      right('size'),
      left('ours'),
      right('bytes'),
      right('wall'),
      right('CPU'),
      right('memory'),
      right('apply'),
      right('apply memory'),
      left('rebuilt'),
    ],
    rows: rows.map((row): Cell[] => [
      bytes(row.targetBytes),
      seriesName(row),
      row.deltaBytes === null ? '' : { text: row.deltaBytes.toLocaleString('en'), value: row.deltaBytes },
      seconds(row.diffWallSeconds),
      seconds(row.diffCpuSeconds),
      bytes(row.peakRssBytes),
      seconds(row.applyWallSeconds),
      bytes(row.applyPeakRssBytes),
      row.error ?? 'exact',
    ]),
  };
}

export function fitTable({ fits }: GrowthResults): Table {
  return {
    title: 'Straight lines',
    columns: [
      left('ours'),
      right('fixed'),
      right('a GiB'),
      right('CPU a GiB'),
      right('explained'),
      right('faster than one worker'),
    ],
    rows: fits.map((fit): Cell[] => [
      seriesName(fit),
      { text: `${fit.fixedSeconds.toFixed(2)} s`, value: fit.fixedSeconds },
      { text: `${fit.secondsPerGiB.toFixed(2)} s`, value: fit.secondsPerGiB },
      { text: `${fit.cpuSecondsPerGiB.toFixed(2)} s`, value: fit.cpuSecondsPerGiB },
      { text: `${(fit.r2 * 100).toFixed(1)} %`, value: fit.r2 },
      fit.speedUp === null || fit.workers === 1
        ? ''
        : { text: `${fit.speedUp.toFixed(2)}x`, value: fit.speedUp },
    ]),
  };
}

/** The finding in one line. */
export function growthSummary({ fits }: GrowthResults): string {
  const [first] = fits;
  if (first === undefined) return 'Nothing was measured';
  const worst = fits.reduce((found, fit) => (fit.r2 < found.r2 ? fit : found));
  const quick = fits
    .filter(({ workers }) => workers > 1)
    .sort((a, b) => (b.speedUp ?? 0) - (a.speedUp ?? 0))[0];
  const faster =
    quick?.speedUp == null ? '' : `; ${quick.workers} workers are ${quick.speedUp.toFixed(2)}x as fast`;
  return (
    `${seriesName(first)}: ${first.secondsPerGiB.toFixed(2)} s a GiB; straight lines explain ` +
    `${(worst.r2 * 100).toFixed(1)} % or more of the time${faster}`
  );
}

function bytes(value: number | null): Cell {
  return value === null ? '' : { text: formatBytes(value), value };
}

function seconds(value: number | null): Cell {
  return value === null ? '' : { text: formatDuration(value * 1000), value };
}
