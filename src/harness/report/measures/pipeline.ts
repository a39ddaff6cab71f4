/** Measures of rows of the pipeline: of `lab`, and of `bench pipeline`, timed and exact. */
import { exactMetrics, sampledMetrics } from '../../measurement/metric.js';
import type { Row } from '../../measurement/row.js';
import type { Measure } from '../../verdict/measure.js';

export function rowMeasures(
  row: Pick<Row, 'workload' | 'exact' | 'instructions'> & Partial<Pick<Row, 'samples'>>,
  configuration: string,
): Measure[] {
  const path = `${row.workload}/${configuration}`;
  const exact = exactMetrics.map(({ name, unit }) => one(`${path}/${name}`, unit, row.exact[name]));
  const sampled = sampledMetrics.map(({ name, unit }): Measure => ({
    metric: `${path}/${name}`,
    unit,
    direction: 'less',
    kind: 'sampled',
    values: [...(row.samples?.[name] ?? [])],
  }));
  return [...exact, ...instructionMeasures(row, path), ...(row.samples === undefined ? [] : sampled)];
}

/** Executed WebAssembly instructions, stage by stage. */
function instructionMeasures({ instructions }: Pick<Row, 'instructions'>, path: string): Measure[] {
  if (instructions === undefined) return [];
  return (['diff', 'apply'] as const).flatMap((side) => {
    const { stages, other, eachLane } = instructions[side];
    return Object.entries({ ...stages, other, eachLane }).map(([stage, value]) =>
      one(`${path}/instructions/${side}/${stage}`, '1', value),
    );
  });
}

function one(metric: string, unit: string, value: number): Measure {
  return { metric, unit, direction: 'less', kind: 'exact', values: [value] };
}
