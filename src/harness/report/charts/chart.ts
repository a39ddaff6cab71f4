/**
 * A chart is a Vega-Lite specification (reports/charts/NAME.vl.json: marks, encodings, layout) plus what this module's neighbours
 * compute from results: rows, and a title that states the finding. The specification never holds data, the data never layout.
 *
 * Specifications may use the parameters of theme.ts (`ink`, `muted`, `paper` ...) in expressions, and name their data `table` or
 * as listed in `datasets`.
 */
import { themes } from './theme.js';
import type { ThemeName } from './theme.js';

export const chartNames = ['bytes-sent', 'pareto', 'link', 'stages', 'kernels'] as const;
export type ChartName = (typeof chartNames)[number];

export type ChartRow = Readonly<Record<string, string | number | boolean | null>>;

export interface Chart {
  readonly name: ChartName;
  /** The finding, in one line. */
  readonly title: string;
  /** How to read it: what is drawn, units, what is better. One element a line. */
  readonly subtitle: readonly string[];
  readonly datasets: Readonly<Record<string, readonly ChartRow[]>>;
  /** Values of parameters that the specification declares, such as an order of rows. */
  readonly parameters?: Readonly<Record<string, readonly string[] | number>>;
}

/** A Vega-Lite specification as parsed JSON; its own schema checks it when it is compiled. */
export type Specification = Readonly<Record<string, unknown>>;

/** The specification with the chart's data and title and the theme's colours put in. */
export function assembleChart(specification: Specification, chart: Chart, theme: ThemeName): Specification {
  const { parameters, config } = themes[theme];
  const declared = (specification['params'] ?? []) as readonly unknown[];
  const values = { ...parameters, ...chart.parameters };
  return {
    ...specification,
    title: { text: chart.title, subtitle: chart.subtitle },
    datasets: chart.datasets,
    params: [...declared, ...Object.entries(values).map(([name, value]) => ({ name, value }))],
    config,
  };
}
