/** The charts of a laboratory run, in the order of the report. A chart without data is left out. */
import type { LabResults } from '../lab-results.js';
import { bytesSentChart } from './bytes-sent.js';
import type { Chart } from './chart.js';
import { collisionRiskChart } from './collision-risk.js';
import { kernelsChart } from './kernels.js';
import { linkChart } from './link.js';
import { paretoChart } from './pareto.js';
import { stagesChart } from './stages.js';

export function laboratoryCharts(results: LabResults): Chart[] {
  return [
    bytesSentChart(results),
    linkChart(results),
    paretoChart(results),
    stagesChart(results),
    kernelsChart(results.kernels),
    collisionRiskChart(results.kernels),
  ].filter(({ datasets }) => Object.values(datasets).some((rows) => rows.length > 0));
}
