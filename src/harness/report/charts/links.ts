/** Charts of `bench links`: strategies against the severity of faults, with the places where another becomes the best; time to sync by topology. */
import { formatDuration } from '../../../base/units.js';
import { linkMetrics, type LinksResults } from '../links-results.js';
import { changes, formatMetric, metricNames, slowestOf } from '../links-tables.js';
import type { Chart, ChartRow } from './chart.js';

/** Axis of each metric. */
const units = { bytesOnWire: 'KiB a push', recoveryLagMs: 'lag, s', workedMs: 'CPU a push, ms' } as const;
const divisors = { bytesOnWire: 1024, recoveryLagMs: 1000, workedMs: 1 } as const;

export function linkFaultsChart(results: LinksResults): Chart {
  const { faults, winners, strategies, profiles, seeds, snapshots, link } = results;
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
    title: faultsTitle(results, taken.length),
    subtitle: [
      `A push over ${over}, mean of ${seeds * snapshots} pushes a point; all axes but that of severity are logarithmic, less is better.`,
      `A diamond marks where another strategy becomes the best by more than 2 %.`,
      `${linkMetrics.map((metric) => metricNames[metric]).join(', ')}; severity adds loss, resets and crashes.`,
    ],
    datasets: { table: [...lines, ...marks] },
    parameters: {
      profileOrder: profiles.map(({ name }) => name),
      metricOrder: linkMetrics.map((metric) => units[metric]),
      strategyOrder: strategies.map(({ name }) => name),
    },
  };
}

function faultsTitle({ winners, profiles }: LinksResults, changeCount: number): string {
  const first = winners.filter(({ metric, severity }) => metric === 'bytesOnWire' && severity === 0);
  const names = [...new Set(first.map(({ strategy }) => strategy))];
  const sends =
    names.length === 1
      ? `${names.join()} send the least for all ${profiles.length} profiles`
      : `${names.join(' and ')} send the least, by profile`;
  const told = changeCount === 1 ? 'once' : `${changeCount} times`;
  return changeCount === 0
    ? `${sends}, and no weather changes who is the best`
    : `${sends}; with worse weather the best changes ${told}`;
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
      : ` at ${weather.loss * 100} % more loss, ${weather.resetsPerMinute} resets and ${weather.crashesPerMinute} crashes a minute`;
  return {
    name: 'time-to-sync',
    title:
      slowest === undefined
        ? 'Time until the last server has a version'
        : `Half of the versions are everywhere within ${formatDuration(Math.max(...sync.map(({ p50Ms }) => p50Ms)))}, and 99 of 100 within ${formatDuration(slowest.p99Ms)}, at worst (${slowest.topology})`,
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
