/** The chart of `canary`: by how much the candidate is worse in each metric, how surely, and where harm begins. */
import { shareWords, unitsWords } from '../../canary/judge.js';
import type { CanaryResults } from '../canary/results.js';
import { basisOfResults, boundsWords, canaryHeadline, lastStageOf, metricValue } from '../canary/words.js';
import type { Chart, ChartRow } from './chart.js';

/** Beyond this an axis would hide what is small. */
const shownMax = 1;

export function canaryChangesChart(results: CanaryResults): Chart {
  const stage = lastStageOf(results);
  const metrics = stage?.finding?.metrics ?? [];
  const percent = (share: number): number => Math.max(-shownMax, Math.min(shownMax, share)) * 100;
  const table = metrics.map((one): ChartRow => ({
    metric: one.metric,
    status: one.status,
    change: percent(one.change),
    low: percent(one.low),
    high: percent(one.high ?? shownMax),
    harm: results.rules.harm * 100,
    changeLabel: shareWords(one.change),
    boundsLabel: boundsWords(one),
    sidesLabel: `${metricValue(one.stable, one)} to ${metricValue(one.candidate, one)}`,
  }));
  return {
    name: 'canary-changes',
    title: canaryHeadline(results),
    subtitle: [
      `Over ${unitsWords(results.pairs.length, basisOfResults(results).unit)} that ran with both sides: the dot is the change (to the right is worse), the bar how sure it is.`,
      'Beyond the tick it is harm. What lies beyond 100 % is drawn at the edge.',
    ],
    datasets: { table },
    parameters: { metricOrder: metrics.map(({ metric }) => metric) },
  };
}
