/** The second chart of `canary`: every volume's ratio in each metric that is compared volume by volume, so that a few that suffer do not hide behind a mean. */
import { canaryMetrics } from '../../canary/metrics.js';
import type { CanaryResults } from '../canary/results.js';
import type { Chart, ChartRow } from './chart.js';

const shownMax = 1;

export function canaryVolumesChart({ pairs, candidate, stable }: CanaryResults): Chart {
  const compared = canaryMetrics.filter(({ gathering }) => gathering === 'each');
  const table = pairs.flatMap(({ number, ...sides }) =>
    compared.map(({ name, of, floor }): ChartRow => {
      const ratio = ((of(sides.candidate)[0] ?? NaN) + floor) / ((of(sides.stable)[0] ?? NaN) + floor);
      const change = Math.max(-shownMax, Math.min(shownMax, ratio - 1)) * 100;
      return { metric: name, volume: number, change: Number.isFinite(change) ? change : null };
    }),
  );
  return {
    name: 'canary-volumes',
    title: 'What each volume would feel',
    subtitle: [
      `One line for each volume, ${candidate.id} against ${stable.id}: to the right is worse.`,
      'What lies beyond 100 % is drawn at the edge.',
    ],
    datasets: { table },
    parameters: { metricOrder: compared.map(({ name }) => name) },
  };
}
