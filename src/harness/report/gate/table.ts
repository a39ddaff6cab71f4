/** What a gate found, as a table: what is worst comes first, what passed is counted only. */
import type { MetricVerdict } from '../../verdict/verdict.js';
import { statuses } from '../../verdict/verdict.js';
import type { Table } from '../tables.js';
import type { GateResults } from './results.js';
import { changeText, reasonText, statusWords, thresholdText, valueText } from './words.js';

/** Regressions first, and among alike the largest change. */
export function byWeight(metrics: readonly MetricVerdict[]): MetricVerdict[] {
  const size = ({ change }: MetricVerdict): number => (change === null ? Infinity : Math.abs(change));
  return [...metrics].sort(
    (a, b) => statuses.indexOf(a.status) - statuses.indexOf(b.status) || orderOf(size(b), size(a)),
  );
}

function orderOf(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Everything but what passed, at most `rowsMax`. */
export function findingsTable({ metrics }: Pick<GateResults, 'metrics'>, rowsMax: number): Table {
  const found = byWeight(metrics.filter(({ status }) => status !== 'pass'));
  return verdictsTable('Findings', found.slice(0, rowsMax));
}

/** Every metric, what weighs most first. */
export function metricsTable({ metrics }: Pick<GateResults, 'metrics'>): Table {
  return verdictsTable('Every metric', byWeight(metrics));
}

function verdictsTable(title: string, verdicts: readonly MetricVerdict[]): Table {
  return {
    title,
    columns: [
      { title: 'verdict', align: 'left' },
      { title: 'metric', align: 'left' },
      { title: 'baseline', align: 'right' },
      { title: 'candidate', align: 'right' },
      { title: 'change', align: 'right' },
      { title: 'allowed', align: 'right' },
      { title: 'why', align: 'left' },
    ],
    rows: verdicts.map((verdict) => [
      statusWords[verdict.status],
      verdict.metric,
      valueText(verdict.baseline, verdict),
      valueText(verdict.candidate, verdict),
      { text: changeText(verdict.change), value: verdict.change ?? 0 },
      thresholdText(verdict),
      reasonText(verdict),
    ]),
  };
}

/** `38 pass, 1 improved` */
export function countsText({ counts }: Pick<GateResults, 'counts'>): string {
  const parts = statuses.filter((status) => counts[status] > 0);
  return parts.map((status) => `${counts[status]} ${statusWords[status]}`).join(', ');
}
