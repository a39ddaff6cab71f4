/** Results of `simulate` as sentences and tables: the verdict, failures with the command that shows each again, figures, features, seeds. */
import { formatBytes, formatDuration } from '../../base/units.js';
import { rowFigures, type RowFigure, type SeedRow } from '../simulate/row.js';
import { median } from '../statistics/summary.js';
import type { SimulationResults } from './simulation-results.js';
import type { Cell, Column, Table } from './tables.js';

const left = (title: string): Column => ({ title, align: 'left' });
const right = (title: string): Column => ({ title, align: 'right' });
const count = (value: number): Cell => ({ text: value.toLocaleString('en'), value });

/** A figure with its unit. */
export function figureText(name: RowFigure, value: number): string {
  const unit = rowFigures.find((figure) => figure.name === name)?.unit;
  if (unit === 'B') return formatBytes(value);
  return unit === 'ms' ? formatDuration(value) : value.toLocaleString('en');
}

/** The whole in one sentence. */
export function simulationVerdict({
  seedCount,
  violationCount,
  determinism,
  source,
}: SimulationResults): string {
  const worlds = source.kind === 'swarm' ? 'a world of its own each' : `of '${source.name}'`;
  const seeds = `${seedCount.toLocaleString('en')} ${seedCount === 1 ? 'seed' : 'seeds'}, ${worlds}`;
  const twice = determinism === null ? '' : repeated(determinism);
  return violationCount === 0
    ? `Every invariant held in ${seeds}${twice}`
    : `Broken in ${violationCount.toLocaleString('en')} of ${seeds}${twice}`;
}

function repeated({ checkedCount, divergences }: NonNullable<SimulationResults['determinism']>): string {
  const seeds = `${checkedCount.toLocaleString('en')} run twice`;
  if (divergences.length === 0) return `; ${seeds}, each with the same digest on another thread`;
  return `; NOT DETERMINISTIC: ${divergences.length} of ${seeds} gave another digest`;
}

/** What shows a seed's run in full. */
export function againCommand({ source, isCalibrated }: SimulationResults, seed: number): string {
  const scenario = source.kind === 'swarm' ? '' : ` --scenario ${source.name}`;
  return `snapdelta simulate${scenario}${isCalibrated ? ' --calibration FILE' : ''} --seed ${seed}`;
}

/** Seeds that broke something, in their order; empty where none did. */
export function failuresTable(results: SimulationResults): Table {
  return {
    title: 'Failures',
    columns: [
      right('seed'),
      left('broken invariant'),
      right('at'),
      right('event'),
      left('what'),
      left('again'),
    ],
    rows: results.rows.flatMap(({ seed, violation }) => {
      if (violation === null) return [];
      const { invariant, atMs, eventCount, message } = violation;
      const at = { text: formatDuration(atMs), value: atMs };
      return [[count(seed), invariant, at, count(eventCount), message, againCommand(results, seed)]];
    }),
  };
}

/** Seeds whose second run differed. */
export function divergencesTable({ determinism }: SimulationResults): Table {
  return {
    title: 'Not deterministic',
    columns: [right('seed'), left('first digest'), left('second digest')],
    rows: (determinism?.divergences ?? []).map(({ seed, first, second }) => [count(seed), first, second]),
  };
}

/** Percentiles and the sum of every figure over all seeds. */
export function figuresTable({ summaries }: SimulationResults): Table {
  const ranks = ['low', 'p10', 'median', 'p90', 'p99', 'high', 'sum'] as const;
  return {
    title: 'Figures',
    columns: [left('each seed'), ...['low', '10 %', 'median', '90 %', '99 %', 'high', 'sum'].map(right)],
    rows: rowFigures.map(({ name, title }) => [
      title,
      ...ranks.map((rank): Cell => {
        const value = summaries[name][rank];
        return { text: figureText(name, value), value };
      }),
    ]),
  };
}

export interface FeatureCount {
  readonly feature: string;
  readonly held: number;
  readonly broken: number;
  readonly medianEvents: number;
}

/** How many seeds had each feature, the commonest first. */
export function featureCounts(rows: readonly SeedRow[]): FeatureCount[] {
  const having = new Map<string, SeedRow[]>();
  for (const row of rows)
    for (const feature of row.features ?? []) {
      const list = having.get(feature);
      if (list === undefined) having.set(feature, [row]);
      else list.push(row);
    }
  return [...having]
    .map(([feature, list]) => {
      const broken = list.filter(({ violation }) => violation !== null).length;
      return {
        feature,
        broken,
        held: list.length - broken,
        medianEvents: median(list.map(({ figures }) => figures.eventCount)),
      };
    })
    .sort((a, b) => b.held + b.broken - a.held - a.broken || (a.feature < b.feature ? -1 : 1));
}

export function featuresTable({ rows }: SimulationResults): Table {
  return {
    title: 'Seeds by features',
    columns: [left('feature'), right('seeds'), right('broken'), right('median events')],
    rows: featureCounts(rows).map(({ feature, held, broken, medianEvents }) => [
      feature,
      count(held + broken),
      count(broken),
      count(medianEvents),
    ]),
  };
}

/** More rows than anybody reads make a page slow; the results have them all. */
export const seedsShownMax = 500;

export function seedsTable({ rows }: SimulationResults): Table {
  const shown = rows.slice(0, seedsShownMax);
  return {
    title: shown.length < rows.length ? `The first ${shown.length} seeds` : 'Every seed',
    columns: [right('seed'), left('verdict'), ...rowFigures.map(({ title }) => right(title)), left('digest')],
    rows: shown.map(({ seed, violation, figures, digest }) => [
      count(seed),
      violation?.invariant ?? 'held',
      ...rowFigures.map(({ name }): Cell => ({
        text: figureText(name, figures[name]),
        value: figures[name],
      })),
      digest,
    ]),
  };
}
