/** The chart of a history of gates: each metric over the runs, with the levels between its changes. */
import type { GateHistoryReport } from '../gate/history.js';
import { historySeries, type HistoryPoint, type HistorySeries } from '../gate/history-series.js';
import { byRecency, historyHeadline, isWorse } from '../gate/history-words.js';
import { changeText, valueText } from '../gate/words.js';
import type { Chart, ChartRow } from './chart.js';

/** What changed last comes first; more would be no picture. */
const shownMax = 12;

export function gateHistoryChart({ lines }: GateHistoryReport): Chart {
  const series = historySeries(lines);
  const shown = byRecency(series).slice(0, shownMax);
  const left = series.length - shown.length;
  return {
    name: 'gate-history',
    title: historyHeadline(lines, series),
    subtitle: [
      'Dots are runs, lines the medians between changes; a dashed line is where a change begins.',
      shown.some(({ foreign }) => foreign.length > 0) ? 'Hollow dots: another machine.' : '',
      left === 0 ? '' : `The ${shownMax} metrics that changed last; ${left} more are in the table.`,
    ].filter((sentence) => sentence !== ''),
    datasets: { table: lines.length < 2 ? [] : shown.flatMap(rowsOf) },
    parameters: { panelOrder: shown.map(panelOf) },
  };
}

function panelOf({ metric, unit }: HistorySeries): string {
  return unit === '1' ? metric : `${metric}, ${unit}`;
}

function rowsOf(series: HistorySeries): ChartRow[] {
  const panel = panelOf(series);
  const dot = (role: string) => (point: HistoryPoint) => ({
    panel,
    role,
    run: point.run + 1,
    value: point.value,
    valueLabel: valueText(point.value, series),
    at: point.at.slice(0, 10),
    label: point.label,
  });
  const levels = series.segments.map(({ first, last, median, change }, index): ChartRow => ({
    panel,
    role: 'level',
    kind: index === 0 || change === 0 ? 'same' : isWorse(series, change) ? 'worse' : 'better',
    from: first.run + 0.5,
    to: last.run + 1.5,
    value: median,
    valueLabel: valueText(median, series),
    changeLabel: index === 0 ? '' : changeText(change),
  }));
  return [...levels, ...series.points.map(dot('point')), ...series.foreign.map(dot('foreign'))];
}
