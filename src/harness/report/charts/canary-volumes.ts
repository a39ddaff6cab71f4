/** The second chart of `canary`: every volume's ratio in each metric that is compared volume by volume, so that a few that suffer do not hide behind a mean. */
import { unitsWords } from '../../canary/judge.js';
import type { CanaryResults } from '../canary/results.js';
import { basisOfResults } from '../canary/words.js';
import type { Chart, ChartRow } from './chart.js';

const shownMax = 1;

export function canaryVolumesChart(results: CanaryResults): Chart {
  const { pairs, candidate, stable } = results;
  const { metrics, unit } = basisOfResults(results);
  const compared = metrics.filter(({ gathering }) => gathering === 'each');
  const table = pairs.flatMap(({ number, ...sides }) =>
    compared.map(({ name, of, floor }): ChartRow => {
      const ratio = ((of(sides.candidate)[0] ?? NaN) + floor) / ((of(sides.stable)[0] ?? NaN) + floor);
      const change = Math.max(-shownMax, Math.min(shownMax, ratio - 1)) * 100;
      return { metric: name, volume: number, change: Number.isFinite(change) ? change : null };
    }),
  );
  return {
    name: 'canary-volumes',
    title: `What each ${unit} would feel`,
    subtitle: [
      `One line for each of ${unitsWords(pairs.length, unit)}, ${candidate.id} against ${stable.id}: to the right is worse.`,
      'What lies beyond 100 % is drawn at the edge.',
    ],
    datasets: { table },
    parameters: { metricOrder: compared.map(({ name }) => name) },
  };
}
