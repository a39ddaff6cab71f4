/**
 * A chart is a Vega-Lite specification (reports/charts/NAME.vl.json: marks, encodings, layout) plus what this module's neighbours
 * compute from results: rows, and a title that states the finding. The specification never holds data, the data never layout.
 *
 * Specifications may use the parameters of theme.ts (`ink`, `muted`, `paper` ...) in expressions, and name their data `table` or
 * as listed in `datasets`.
 */
import type { Specification } from './specification.js';
import { themes } from './theme.js';
import type { ThemeName } from './theme.js';

export const chartNames = ['bytes-sent', 'pareto', 'link', 'stages', 'kernels', 'collision-risk'] as const;
/** Of `bench chunkers`. */
export const chunkerChartNames = ['chunker-quality', 'chunk-sizes'] as const;
/** Of `bench kernels`. */
export const kernelChartNames = ['kernel-targets', 'kernels', 'collision-risk'] as const;
/** Of `bench detection`. */
export const detectionChartNames = ['detection'] as const;
/** Of `bench peers`. */
export const peerChartNames = ['peers'] as const;
/** Of `bench growth`. */
export const growthChartNames = ['growth'] as const;
/** Of `bench links`. */
export const linksChartNames = ['link-faults', 'time-to-sync'] as const;
/** Of `simulate`. */
export const simulationChartNames = ['simulation-features', 'simulation-figures'] as const;
/** Of `workloads import`. */
export const traceChartNames = ['trace-activity', 'trace-heat'] as const;
/** Of `gate`. */
export const gateChartNames = ['gate-changes'] as const;
/** Of `tune`. */
export const tuneChartNames = ['tune-front'] as const;
export type ChartName =
  | (typeof simulationChartNames)[number]
  | (typeof traceChartNames)[number]
  | (typeof gateChartNames)[number]
  | (typeof tuneChartNames)[number]
  | (typeof linksChartNames)[number]
  | (typeof detectionChartNames)[number]
  | (typeof chartNames)[number]
  | (typeof chunkerChartNames)[number]
  | (typeof kernelChartNames)[number]
  | (typeof peerChartNames)[number]
  | (typeof growthChartNames)[number];

export type ChartRow = Readonly<Record<string, string | number | boolean | null>>;

export interface Chart {
  readonly name: ChartName;
  /** The finding, in one line. */
  readonly title: string;
  /** How to read it: what is drawn, units, what is better. Sentences, which are broken into lines. */
  readonly subtitle: readonly string[];
  readonly datasets: Readonly<Record<string, readonly ChartRow[]>>;
  /** Values of parameters that the specification declares, such as an order of rows. */
  readonly parameters?: Readonly<Record<string, readonly string[] | readonly number[] | number>>;
}

/** The specification with the chart's data and title put in; still without colours. */
export function assembleChart(specification: Specification, chart: Chart): Specification {
  const declared = (specification['params'] ?? []) as readonly unknown[];
  return {
    ...specification,
    title: { text: chart.title, subtitle: wrapped(chart.subtitle.join(' ')) },
    datasets: chart.datasets,
    params: [...declared, ...parameterList(chart.parameters ?? {})],
  };
}

/** An assembled chart in a theme: complete. The page does the same in the browser (html/script.ts). */
export function withTheme(assembled: Specification, name: ThemeName): Specification {
  const { parameters, config } = themes[name];
  const params = assembled['params'] as readonly unknown[];
  return { ...assembled, params: [...params, ...parameterList(parameters)], config };
}

/** As Vega-Lite declares them. */
export function parameterList(values: Readonly<Record<string, unknown>>): { name: string; value: unknown }[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

/** Narrower than the narrowest chart, also where text widths are only estimated. */
const lineCharactersMax = 104;

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > lineCharactersMax) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}
