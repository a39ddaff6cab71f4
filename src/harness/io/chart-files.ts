/** Reads the published chart specifications, reports/charts/NAME.vl.json. */
import { readFileSync } from 'node:fs';
import { WorldError } from '../../base/errors.js';
import type { ChartName } from '../report/charts/chart.js';
import type { Specification } from '../report/charts/specification.js';

/** From src/harness/io and dist/harness/io alike. */
const folder = new URL('../../../reports/charts/', import.meta.url);

export function readSpecification(name: ChartName): Specification {
  const file = new URL(`${name}.vl.json`, folder);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Specification;
  } catch (cause) {
    throw new WorldError(`cannot read the chart specification ${file.pathname}`, {
      cause,
      hint: 'install snapdelta again',
    });
  }
}
