/** Tables and sentences of `bench links`: strategies against severity, winners, topologies. */
import { formatBytes, formatDuration } from '../../base/units.js';
import type { LinkMetric, LinksResults, LinksRow, Winner } from './links-results.js';
import type { Cell, Column, Table } from './tables.js';

const left = (title: string): Column => ({ title, align: 'left' });
const right = (title: string): Column => ({ title, align: 'right' });

export const metricNames: Readonly<Record<LinkMetric, string>> = {
  bytesOnWire: 'bytes on the wire',
  recoveryLagMs: 'recovery lag',
  workedMs: 'CPU',
};

export function formatMetric(metric: LinkMetric, value: number): string {
  return metric === 'bytesOnWire' ? formatBytes(Math.round(value)) : formatDuration(value);
}

export function faultsTable({ faults }: Pick<LinksResults, 'faults'>): Table {
  return {
    title: 'A push against the severity of faults',
    columns: [
      left('profile'),
      left('strategy'),
      right('severity'),
      right('bytes'),
      right('recovery lag'),
      right('CPU'),
      right('connections'),
      right('p50'),
      right('p99'),
    ],
    rows: faults.map((row): Cell[] => [
      row.profile,
      row.strategy,
      { text: `${row.severity}`, value: row.severity },
      { text: formatBytes(Math.round(row.bytesOnWire)), value: row.bytesOnWire },
      time(row.recoveryLagMs),
      time(row.workedMs),
      { text: row.attempts.toFixed(2), value: row.attempts },
      time(row.p50Ms),
      time(row.p99Ms),
    ]),
  };
}

export function syncTable({ sync }: Pick<LinksResults, 'sync'>): Table {
  return {
    title: 'Time until the last server has a version',
    columns: [
      left('profile'),
      left('topology'),
      right('p50'),
      right('p90'),
      right('p99'),
      right('bytes'),
      right('pushes'),
    ],
    rows: sync.map((row): Cell[] => [
      row.profile,
      row.topology,
      time(row.p50Ms),
      time(row.p90Ms),
      time(row.p99Ms),
      { text: formatBytes(Math.round(row.bytesOnWire)), value: row.bytesOnWire },
      { text: `${row.samples}`, value: row.samples },
    ]),
  };
}

export function severityTable({ severities }: Pick<LinksResults, 'severities'>): Table {
  return {
    title: 'Severities',
    columns: [right('severity'), right('loss'), right('resets a minute'), right('crashes a minute')],
    rows: severities.map(({ loss, resetsPerMinute, crashesPerMinute }, severity): Cell[] => [
      { text: `${severity}`, value: severity },
      { text: `${Math.round(loss * 1000) / 10} %`, value: loss },
      { text: `${resetsPerMinute}`, value: resetsPerMinute },
      { text: `${crashesPerMinute}`, value: crashesPerMinute },
    ]),
  };
}

/** A sentence for each profile and metric: who is the best, and from which severity on somebody else. */
export function winnerSentences({ winners }: Pick<LinksResults, 'winners'>): string[] {
  const keys = [...new Set(winners.map(({ profile, metric }) => JSON.stringify([profile, metric])))];
  return keys.map((key) => {
    const [profile, metric] = JSON.parse(key) as [string, LinkMetric];
    const own = winners.filter((winner) => winner.profile === profile && winner.metric === metric);
    const told = own.map(({ strategy, severity, value }, index) =>
      index === 0
        ? `${strategy} (${formatMetric(metric, value)})`
        : `from severity ${severity} on ${strategy} (${formatMetric(metric, value)})`,
    );
    return `${profile}, least ${metricNames[metric]}: ${told.join(', ')}`;
  });
}

/** Winners that take over from another. */
export function changes(winners: readonly Winner[]): Winner[] {
  return winners.filter(
    (winner, index) =>
      winners[index - 1]?.profile === winner.profile && winners[index - 1]?.metric === winner.metric,
  );
}

/** Slowest first. */
export function slowestOf(sync: readonly LinksRow[]): LinksRow | undefined {
  return [...sync].sort((a, b) => b.p99Ms - a.p99Ms)[0];
}

function time(ms: number | null): Cell {
  return ms === null ? '' : { text: formatDuration(ms), value: ms };
}
