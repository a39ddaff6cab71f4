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

/** Which charts the report of each kind of results may have; one without data is left out. */
export const chartNames = {
  laboratory: ['bytes-sent', 'pareto', 'link', 'stages', 'kernels', 'collision-risk'],
  kernels: ['kernel-targets', 'kernels', 'collision-risk'],
  chunkers: ['chunker-quality', 'chunk-sizes'],
  detection: ['detection'],
  peers: ['peers'],
  growth: ['growth'],
  links: ['link-faults', 'time-to-sync'],
  simulation: ['simulation-features', 'simulation-figures'],
  trace: ['trace-activity', 'trace-heat'],
  gate: ['gate-changes'],
  gateHistory: ['gate-history'],
  canary: ['canary-changes', 'canary-volumes'],
  tune: ['tune-front'],
} as const;
export type ChartName = (typeof chartNames)[keyof typeof chartNames][number];

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
