/** The chart of `gate`: by how much each metric changed, how surely that is known, and how much was allowed. */
import type { GateResults } from '../gate/results.js';
import { byWeight } from '../gate/table.js';
import { changeText, headline, reasonText, statusWords, thresholdText } from '../gate/words.js';
import type { Chart, ChartRow } from './chart.js';

/** What is worst comes first; more would be no picture. */
const shownMax = 40;

export function gateChart(results: GateResults): Chart {
  const { metrics, baseline, candidate } = results;
  // What is the same to the last digit, or cannot be compared, has no place on an axis of changes.
  const changed = byWeight(
    metrics.filter(({ change, interval }) => change !== null && (change !== 0 || interval !== null)),
  );
  const shown = changed.slice(0, shownMax);
  const percent = (share: number | null | undefined): number | null => (share == null ? null : share * 100);
  const table = shown.map((verdict): ChartRow => {
    const { metric, status, change, interval, threshold, direction } = verdict;
    const allowed = percent(threshold.relative) ?? 0;
    return {
      metric,
      status: statusWords[status],
      change: percent(change),
      low: percent(interval?.low),
      high: percent(interval?.high),
      allowed: direction === 'less' ? allowed : -allowed,
      changeLabel: changeText(change),
      allowedLabel: thresholdText(verdict),
      why: reasonText(verdict),
    };
  });
  const left = changed.length - shown.length;
  return {
    name: 'gate-changes',
    title: headline(results),
    subtitle: [
      `${candidate.label} against ${baseline.label}: the dot is the change, the bar its interval, the tick what is allowed.`,
      left === 0
        ? 'What did not change at all is left out.'
        : `The ${shownMax} that weigh most; ${left} more changed.`,
    ],
    datasets: { table },
    parameters: { metricOrder: shown.map(({ metric }) => metric) },
  };
}
