/** Charts of `bench links`: strategies against the severity of faults, with the places where another becomes the best; time to sync by topology. */
import { formatDuration } from '../../../base/units.js';
import { linkMetrics, type LinksResults, type Winner } from '../links-results.js';
import { changes, formatMetric, slowestOf } from '../links-tables.js';
import type { Chart, ChartRow } from './chart.js';

/** Axis of each metric. */
const units = { bytesOnWire: 'KiB a push', recoveryLagMs: 'lag, s', workedMs: 'CPU a push, ms' } as const;
const divisors = { bytesOnWire: 1024, recoveryLagMs: 1000, workedMs: 1 } as const;

export function linkFaultsChart(results: LinksResults): Chart {
  const { faults, winners, strategies, profiles, seeds, link } = results;
  const lines = faults.flatMap((row) =>
    linkMetrics.flatMap((metric): ChartRow[] => {
      const value = row[metric];
      if (value === null) return [];
      return [
        {
          role: 'line',
          profile: row.profile,
          metric: units[metric],
          strategy: row.strategy,
          severity: row.severity,
          value: value / divisors[metric],
          label: formatMetric(metric, value),
        },
      ];
    }),
  );
  const taken = changes(winners);
  const marks = taken.map(({ profile, metric, severity, strategy, value }): ChartRow => ({
    role: 'change',
    profile,
    metric: units[metric],
    strategy,
    severity,
    value: value / divisors[metric],
    label: `${strategy} takes over at severity ${severity}`,
  }));
  const topology = results.topologies.find(({ name }) => name === link)?.hops[0];
  const over =
    topology === undefined ? link : `${topology.megabitsPerSecond} Mbit/s and ${topology.roundTripMs} ms`;
  return {
    name: 'link-faults',
    title: faultsTitle(taken),
    subtitle: [
      `Means of pushes over ${over}, ${seeds} seeds; y is logarithmic, less is better. Severity adds loss, resets and crashes.`,
      'A diamond marks where another strategy becomes the best by more than a tenth.',
    ],
    datasets: { table: [...lines, ...marks] },
    parameters: {
      profileOrder: profiles.map(({ name }) => name),
      metricOrder: linkMetrics.map((metric) => units[metric]),
      strategyOrder: strategies.map(({ name }) => name),
    },
  };
}

function faultsTitle(taken: readonly Winner[]): string {
  const sending = taken.filter(({ metric }) => metric === 'bytesOnWire').length;
  const other = taken.length - sending;
  const changes = (count: number): string => (count === 1 ? 'once' : `${count} times`);
  if (taken.length === 0) return 'No weather changes which strategy is the best';
  return sending === 0
    ? `No weather changes who sends least; the best in lag or CPU changes ${changes(other)}`
    : `With worse weather another sends least ${changes(sending)}, and is best in lag or CPU ${changes(other)}`;
}

export function timeToSyncChart({
  sync,
  topologies,
  profiles,
  severities,
  syncSeverity,
  syncStrategy,
}: LinksResults): Chart {
  const slowest = slowestOf(sync);
  const weather = severities[syncSeverity];
  const conditions =
    weather === undefined
      ? ''
      : ` in weather ${syncSeverity} (a minute: resets ${weather.resetsPerMinute}, crashes ${weather.crashesPerMinute}; loss ${weather.loss * 100} %)`;
  return {
    name: 'time-to-sync',
    title:
      slowest === undefined
        ? 'Time until the last server has a version'
        : `At worst (${slowest.topology}) 99 of 100 versions are everywhere within ${formatDuration(slowest.p99Ms)}`,
    subtitle: [
      `From the call of a push until the last server shows the version, ${syncStrategy}${conditions}.`,
      'The dot is the median, the thick bar ends at p90, the thin one at p99; logarithmic, less is better.',
    ],
    datasets: {
      table: sync.map((row) => ({
        profile: row.profile,
        topology: row.topology,
        p50: row.p50Ms / 1000,
        p90: row.p90Ms / 1000,
        p99: row.p99Ms / 1000,
        label: [row.p50Ms, row.p90Ms, row.p99Ms].map(formatDuration).join(', '),
        samples: row.samples,
      })),
    },
    parameters: {
      profileOrder: profiles.map(({ name }) => name),
      topologyOrder: topologies.map(({ name }) => name),
    },
  };
}
