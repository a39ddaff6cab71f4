/** Bytes sent by configuration and workload: a table whose colour says how far each cell is from the best of its column. */
import { formatBytes } from '../../../base/units.js';
import { geometricMean } from '../../statistics/summary.js';
import { bytesSent } from '../../statistics/values.js';
import { objectiveFloors } from '../../tuning/score.js';
import type { LabResults } from '../lab-results.js';
import { formatRatio } from '../words.js';
import type { Chart, ChartRow } from './chart.js';

const overall = 'all';

export function bytesSentChart(results: LabResults): Chart {
  const floor = objectiveFloors.bytesSent;
  const best = new Map<string, number>();
  for (const row of results.rows) {
    best.set(row.workload, Math.min(best.get(row.workload) ?? Infinity, bytesSent(row)));
  }
  const ratiosOf = new Map<string, number[]>();
  const table = results.rows.map((row): ChartRow => {
    const bytes = bytesSent(row);
    const least = best.get(row.workload) ?? bytes;
    const ratio = Math.max(bytes, floor) / Math.max(least, floor);
    ratiosOf.set(row.configuration, [...(ratiosOf.get(row.configuration) ?? []), ratio]);
    return {
      workload: row.workload,
      configuration: row.configuration,
      bytes,
      label: shortBytes(bytes),
      ratio,
      best: bytes === least,
    };
  });
  const means = [...ratiosOf]
    .map(([configuration, ratios]) => ({ configuration, ratio: geometricMean(ratios) }))
    .sort((a, b) => a.ratio - b.ratio);
  const summary = means.map(({ configuration, ratio }): ChartRow => ({
    workload: overall,
    configuration,
    bytes: null,
    label: formatRatio(ratio),
    ratio,
    best: ratio === means[0]?.ratio,
  }));
  const winner = means[0];
  return {
    name: 'bytes-sent',
    title:
      winner === undefined
        ? 'Bytes sent'
        : `${winner.configuration} sends the least overall: ${formatRatio(winner.ratio)} the best of each workload`,
    subtitle: [
      'Package plus whatever has to be exchanged before it. The stronger a cell stands out, the further it is from the best of its column (bold).',
      `"${overall}" is the geometric mean of these ratios; sizes up to ${formatBytes(floor)} count as equal, since they fit one round trip.`,
    ],
    datasets: { table: [...table, ...summary] },
    parameters: {
      configurationOrder: means.map(({ configuration }) => configuration),
      workloadOrder: [overall, ...results.workloads.map(({ name }) => name)],
    },
  };
}

/** `940 B`, `12K`, `3.4M`: fits a cell. */
function shortBytes(bytes: number): string {
  return formatBytes(bytes).replace(/ ([KMG])iB$/, '$1');
}
