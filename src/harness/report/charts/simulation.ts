/** Charts of `simulate`: how many seeds had each feature and broke, and how the figures are spread over seeds. */
import { rowFigures, type RowFigure, type SeedRow } from '../../simulate/row.js';
import type { SimulationResults } from '../simulation-results.js';
import { featureCounts, figureText } from '../simulation-tables.js';
import type { Chart, ChartRow } from './chart.js';

export function simulationFeaturesChart({ rows, seedCount, violationCount }: SimulationResults): Chart {
  const counts = featureCounts(rows);
  const table = counts.flatMap(({ feature, held, broken }): ChartRow[] => [
    { feature, verdict: 'broken', seeds: broken, share: broken / seedCount },
    { feature, verdict: 'held', seeds: held, share: held / seedCount },
  ]);
  const [rarest] = counts.slice(-1);
  const least = rarest === undefined ? 0 : rarest.held + rarest.broken;
  return {
    name: 'simulation-features',
    title:
      violationCount === 0
        ? `Every feature was in ${least.toLocaleString('en')} seeds or more, and none broke anything`
        : `${violationCount.toLocaleString('en')} of ${seedCount.toLocaleString('en')} seeds broke an invariant`,
    subtitle: [
      'Seeds that drew each feature of the swarm. A seed has several features, so it counts several times.',
    ],
    datasets: { table: table.filter(({ seeds }) => seeds !== 0) },
    parameters: { featureOrder: counts.map(({ feature }) => feature) },
  };
}

/** With the number that a figure is divided by, and the unit that this gives. */
const panels: readonly (readonly [name: RowFigure, divisor: number, unit: string])[] = [
  ['eventCount', 1, ''],
  ['simulatedMs', 1000, ', s'],
  ['bytesOnWire', 1024, ', KiB'],
  ['acknowledgedCount', 1, ''],
  ['restoredCount', 1, ''],
  ['startCount', 1, ''],
];
const pointsMax = 200;

export function simulationFiguresChart({ rows, summaries, seedCount }: SimulationResults): Chart {
  const table = panels.flatMap(([name, divisor, unit]) => {
    const sorted = [...rows].sort((a, b) => a.figures[name] - b.figures[name]);
    const title = `${rowFigures.find((figure) => figure.name === name)?.title ?? name}${unit}`;
    const point = (row: SeedRow, index: number, role: string): ChartRow => ({
      role,
      panel: title,
      rank: (100 * (index + 0.5)) / sorted.length,
      value: row.figures[name] / divisor,
      seed: row.seed,
      label: figureText(name, row.figures[name]),
    });
    const step = Math.max(1, sorted.length / pointsMax);
    const drawn = Array.from({ length: Math.ceil(sorted.length / step) }, (_, i) => Math.floor(i * step));
    const line = drawn.flatMap((index) => {
      const row = sorted[index];
      return row === undefined ? [] : [point(row, index, 'seed')];
    });
    const broken = sorted.flatMap((row, index) =>
      row.violation === null ? [] : [point(row, index, 'broken')],
    );
    return [...line, ...broken.slice(0, pointsMax)];
  });
  const { restoredCount, acknowledgedCount } = summaries;
  return {
    name: 'simulation-figures',
    title: `${acknowledgedCount.sum.toLocaleString('en')} pushes acknowledged and ${restoredCount.sum.toLocaleString('en')} restores compared in ${seedCount.toLocaleString('en')} seeds`,
    subtitle: [
      'Each figure over the seeds in its order, from the least to the most; y is logarithmic above 1. Diamonds are seeds that broke an invariant.',
    ],
    datasets: { table },
    parameters: {
      panelOrder: panels.map(
        ([name, , unit]) => `${rowFigures.find((figure) => figure.name === name)?.title ?? name}${unit}`,
      ),
    },
  };
}
