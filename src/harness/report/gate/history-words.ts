/** A history of gates in words and tables. */
import type { Table } from '../tables.js';
import type { HistoryLine } from './history.js';
import { historyChanges, type HistorySeries } from './history-series.js';
import { changeText, statusWords, valueText } from './words.js';

/** Of a change that is not nothing; from zero upward counts as more. */
export function isWorse({ direction }: Pick<HistorySeries, 'direction'>, change: number | null): boolean {
  return change === null || change > 0 === (direction === 'less');
}

/** What changed last first; then in the order of the last run. */
export function byRecency(series: readonly HistorySeries[]): HistorySeries[] {
  const lastChange = ({ segments }: HistorySeries): number =>
    segments.length < 2 ? -1 : (segments.at(-1)?.first.run ?? -1);
  return [...series].sort((a, b) => lastChange(b) - lastChange(a));
}

/** `12 runs, the last: pass; 2 of 40 metrics changed within them, 1 for the worse the last time` */
export function historyHeadline(lines: readonly HistoryLine[], series: readonly HistorySeries[]): string {
  const last = lines.at(-1);
  const changed = series.filter(({ segments }) => segments.length > 1);
  const worse = changed.filter((one) => isWorse(one, one.segments.at(-1)?.change ?? null));
  const runs = lines.length === 1 ? '1 run' : `${lines.length} runs`;
  const metrics = series.length === 1 ? '1 metric' : `${series.length} metrics`;
  const found =
    changed.length === 0
      ? `none of ${metrics} changed within them`
      : `${changed.length} of ${metrics} changed within them, ${worse.length === 0 ? 'none' : worse.length} for the worse the last time`;
  return `${runs}, the last: ${last === undefined ? 'none' : statusWords[last.status]}; ${found}`;
}

export function historyChangesTable(series: readonly HistorySeries[]): Table {
  const found = historyChanges(series);
  return {
    title: 'Last change of each metric',
    columns: [
      { title: 'metric', align: 'left' },
      { title: 'change', align: 'right' },
      { title: 'for the', align: 'left' },
      { title: 'since run', align: 'right' },
      { title: 'of', align: 'left' },
      { title: 'candidate', align: 'left' },
    ],
    rows: found.map(({ metric, run, at, label, change }) => {
      const own = series.find((one) => one.metric === metric);
      return [
        metric,
        change === null ? 'from zero' : { text: changeText(change), value: change },
        own !== undefined && isWorse(own, change) ? 'worse' : 'better',
        { text: String(run + 1), value: run + 1 },
        at.slice(0, 10),
        label,
      ];
    }),
  };
}

export function historyFiguresTable(series: readonly HistorySeries[]): Table {
  return {
    title: 'Every metric',
    columns: [
      { title: 'metric', align: 'left' },
      { title: 'kind', align: 'left' },
      { title: 'last', align: 'right' },
      { title: 'first', align: 'right' },
      { title: 'runs', align: 'right' },
      { title: 'of another machine', align: 'right' },
      { title: 'changes', align: 'right' },
    ],
    rows: series.map((one) => {
      const { metric, kind, points, foreign, segments } = one;
      const [first, last] = [points[0]?.value ?? null, points.at(-1)?.value ?? null];
      return [
        metric,
        kind,
        { text: valueText(last, one), value: last ?? 0 },
        { text: valueText(first, one), value: first ?? 0 },
        { text: String(points.length), value: points.length },
        { text: String(foreign.length), value: foreign.length },
        { text: String(segments.length - 1), value: segments.length - 1 },
      ];
    }),
  };
}

export function historyRunsTable(lines: readonly HistoryLine[]): Table {
  return {
    title: 'Every run',
    columns: [
      { title: 'run', align: 'right' },
      { title: 'of', align: 'left' },
      { title: 'candidate', align: 'left' },
      { title: 'verdict', align: 'left' },
      { title: 'metrics', align: 'right' },
      { title: 'machine', align: 'left' },
    ],
    rows: lines.map(({ at, label, status, figures, environment }, run) => [
      { text: String(run + 1), value: run + 1 },
      at.slice(0, 16).replace('T', ' '),
      label,
      statusWords[status],
      { text: String(figures.length), value: figures.length },
      environment === null ? 'exact figures only' : environment.cpu,
    ]),
  };
}
