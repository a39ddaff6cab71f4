/** The chart of `tune`: bytes against work of everything that was tried on all workloads, the front, and the two that matter. */
import { formatBytes, formatDuration } from '../../../base/units.js';
import { geometricMean } from '../../statistics/summary.js';
import type { TuneResults } from '../tune-results.js';
import type { Chart, ChartRow } from './chart.js';

export function tuneFrontChart({
  trials,
  configurations,
  front,
  verdict,
  profile,
  workloads,
}: TuneResults): Chart {
  const table = trials
    .filter(({ score }) => score !== null)
    .map(({ configuration, figures, score, origin }): ChartRow => {
      // A byte and a microsecond more, so that nothing has a logarithm.
      const bytes = geometricMean(figures.map((one) => one.packageBytes + one.exchangeBytes + 1));
      const ms = geometricMean(figures.map((one) => one.diffMs + one.applyMs + 0.001));
      const isOwn = configuration === verdict.own;
      return {
        configuration,
        family: configurations.find(({ id }) => id === configuration)?.family ?? '',
        ms,
        bytes,
        origin,
        front: front.includes(configuration),
        role:
          configuration === verdict.recommended
            ? isOwn
              ? 'own strategy, kept'
              : 'recommended'
            : isOwn
              ? 'own strategy'
              : '',
        scoreLabel: (score ?? NaN).toFixed(3),
        timeLabel: formatDuration(ms),
        bytesLabel: formatBytes(bytes),
      };
    });
  const works = table.map(({ ms }) => Number(ms));
  const middle = Math.sqrt(Math.min(...works) * Math.max(...works));
  return {
    name: 'tune-front',
    title:
      verdict.kind === 'better'
        ? `${verdict.recommended} serves ${profile.name} better than its own strategy`
        : `Nothing that was tried serves ${profile.name} better than its own strategy`,
    subtitle: [
      `Geometric means over ${workloads.length} workloads: bytes sent against modelled CPU of diff and apply, both on log scales; lower left is better.`,
      'Large: on the front of all objectives.',
    ],
    // Names stand inside the picture.
    datasets: {
      table: table.map((row) => ({ ...row, side: Number(row['ms']) > middle ? 'left' : 'right' })),
    },
  };
}
