/** Measures of simulated runs: of `simulate` and of `bench links`. All exact: one reading of the simulator's own speed says nothing. */
import type { Measure } from '../../verdict/measure.js';
import { rowFigures } from '../../simulate/row.js';
import type { LinksResults, LinksRow } from '../links-results.js';
import type { SimulationResults } from '../simulation-results.js';

/** Violations, and of what should be less or more the sums and 99th percentiles over all seeds. */
export function simulationMeasures({ source, summaries, violationCount }: SimulationResults): Measure[] {
  const figures = rowFigures.flatMap(({ name, unit, direction }): Measure[] => {
    if (direction === null) return [];
    const { sum, p99 } = summaries[name];
    return [
      exact(`${source.name}/${name}/sum`, unit, sum, direction),
      exact(`${source.name}/${name}/p99`, unit, p99, direction),
    ];
  });
  return [exact(`${source.name}/violations`, '1', violationCount), ...figures];
}

const linkFigures = [
  ['bytesOnWire', 'B'],
  ['workedMs', 'ms'],
  ['attempts', '1'],
  ['recoveryLagMs', 'ms'],
  ['p50Ms', 'ms'],
  ['p90Ms', 'ms'],
  ['p99Ms', 'ms'],
] as const satisfies readonly (readonly [keyof LinksRow, string])[];

export function linksMeasures({ faults, sync }: LinksResults): Measure[] {
  // A row of one strategy over a topology may also be one against severity.
  const rows = new Map(
    [...faults, ...sync].map((row) => [
      `${row.profile}/${row.topology}/${row.strategy}/severity ${row.severity}`,
      row,
    ]),
  );
  return [...rows].flatMap(([path, row]) =>
    linkFigures.flatMap(([name, unit]) => {
      const value = row[name];
      return value === null ? [] : [exact(`${path}/${name}`, unit, value)];
    }),
  );
}

function exact(
  metric: string,
  unit: string,
  value: number,
  direction: Measure['direction'] = 'less',
): Measure {
  return { metric, unit, direction, kind: 'exact', values: [value] };
}
