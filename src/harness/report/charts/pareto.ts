/** Time against bytes, one panel a workload: who is on the front, and what the others pay for. */
import { formatBytes, formatDuration } from '../../../base/units.js';
import { paretoFront } from '../../statistics/pareto.js';
import { syncLine } from '../../tuning/link-model.js';
import type { LabResults } from '../lab-results.js';
import type { Chart, ChartRow } from './chart.js';

/** A panel spans at least this factor, so that small differences look small and ticks have room. */
const spanMin = 6;
/** Room for names around the points, as a factor. */
const margin = 1.35;

export function paretoChart(results: LabResults): Chart {
  const families = new Map(results.configurations.map((item) => [item.id, item]));
  const onFront = new Map<string, number>();
  const table = results.workloads.flatMap(({ name }): ChartRow[] => {
    const points = results.rows
      .filter((row) => row.workload === name)
      // Without round trips: what is left of the line's fixed part is diff plus apply.
      .map((row) => ({ row, ms: syncLine(row, 0).fixedMs, bytes: syncLine(row, 0).bytes }));
    const front = paretoFront(
      points,
      ({ ms }) => ms,
      ({ bytes }) => bytes,
    );
    for (const { row } of front) onFront.set(row.configuration, (onFront.get(row.configuration) ?? 0) + 1);
    const middle = Math.sqrt(
      Math.min(...points.map(({ ms }) => ms)) * Math.max(...points.map(({ ms }) => ms)),
    );
    const side = (ms: number): string => (ms < middle ? 'small, left half' : 'small, right half');
    const named = points.map((point): ChartRow => ({
      role: 'point',
      workload: name,
      configuration: point.row.configuration,
      family: families.get(point.row.configuration)?.family ?? '',
      delta: families.get(point.row.configuration)?.subBlock === true ? 'with delta' : 'without',
      ms: point.ms,
      bytes: point.bytes,
      front: front.includes(point),
      // The two ends of the front carry a name; those between are told by hovering and by the tables.
      end: point === front[0] ? 'fast' : point === front.at(-1) ? side(point.ms) : '',
      timeLabel: formatDuration(point.ms),
      bytesLabel: formatBytes(point.bytes),
    }));
    return [
      ...named,
      ...extent(
        name,
        points.map(({ ms }) => ms),
        points.map(({ bytes }) => bytes),
      ),
    ];
  });
  const [most] = [...onFront].sort((a, b) => b[1] - a[1]);
  return {
    name: 'pareto',
    title:
      most === undefined
        ? 'Time and bytes'
        : `${most[0]} is on the time/bytes front of ${most[1]} of ${results.workloads.length} workloads`,
    subtitle: [
      'Diff plus apply time against bytes sent, both on log scales: lower left is better. The line joins the configurations that nothing beats in both.',
      'Named: the fastest, and the one that sends least. Filled: with sub-block delta.',
    ],
    datasets: { table },
    parameters: { workloadOrder: results.workloads.map(({ name }) => name) },
  };
}

/** Two corners that are not drawn but stretch a panel's axes. */
function extent(workload: string, ms: readonly number[], bytes: readonly number[]): ChartRow[] {
  const stretch = (values: readonly number[]): [number, number] => {
    const low = Math.min(...values);
    const high = Math.max(...values);
    const missing = Math.sqrt(Math.max(1, spanMin / (high / low)));
    return [low / missing / margin, high * missing * margin];
  };
  const [msLow, msHigh] = stretch(ms);
  const [bytesLow, bytesHigh] = stretch(bytes);
  return [
    { role: 'extent', workload, ms: msLow, bytes: bytesLow / margin },
    { role: 'extent', workload, ms: msHigh, bytes: bytesHigh },
  ];
}
