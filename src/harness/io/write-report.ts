/** Writes the report of results into a folder: index.html, and every chart as SVG and PNG, light and dark. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { throwIfCancelled } from '../../base/errors.js';
import { orWorldError } from '../../engine/snapshot/failures.js';
import { assembleChart, withTheme } from '../report/charts/chart.js';
import { themeNames } from '../report/charts/theme.js';
import type { ChartLibraries, PageChart } from '../report/html/document.js';
import { draughtOf, type ReportedResults } from '../report/reported-kinds.js';
import { readSpecification } from './chart-files.js';
import { makeFolder } from '../../engine/snapshot/make-folder.js';
import { renderPng, renderSvg } from './render.js';

export interface ReportOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: {
    readonly done: number;
    readonly total: number;
    readonly file: string;
  }) => void;
}

export interface WrittenReport {
  readonly pagePath: string;
  readonly picturePaths: readonly string[];
}

/** Pixels for each unit of the drawing: sharp on a screen of double density. */
const pngScale = 2;

/** Throws WorldError when the folder cannot be written, CancelledError. */
export async function writeReport(
  results: ReportedResults,
  outPath: string,
  { signal, onProgress }: ReportOptions = {},
): Promise<WrittenReport> {
  makeFolder(outPath);
  const { charts, render } = draughtOf(results);
  const pages: PageChart[] = [];
  const picturePaths: string[] = [];
  const pixels: Promise<void>[] = [];
  const total = charts.length * themeNames.length * 2 + 1;
  const write = (file: string, content: string | Uint8Array): string => {
    throwIfCancelled(signal);
    onProgress?.({ done: picturePaths.length, total, file });
    const path = join(outPath, file);
    orWorldError('write', path, () => writeFileSync(path, content));
    return path;
  };
  for (const chart of charts) {
    const specification = assembleChart(readSpecification(chart.name), chart);
    const drawn = new Map<string, string>();
    for (const theme of themeNames) {
      const svg = await renderSvg(withTheme(specification, theme));
      drawn.set(theme, svg);
      picturePaths.push(write(`${chart.name}-${theme}.svg`, svg));
      const picture = renderPng(svg, pngScale).then((png) => {
        picturePaths.push(write(`${chart.name}-${theme}.png`, png));
      });
      // Awaited below, when the next charts are drawn; until then a failure is no unhandled one.
      picture.catch(() => undefined);
      pixels.push(picture);
    }
    pages.push({ chart, specification, svg: drawn.get('light') ?? '' });
  }
  await Promise.all(pixels);
  const pagePath = write('index.html', render(pages, chartLibraries()));
  return { pagePath, picturePaths: picturePaths.sort() };
}

/** The minified builds for browsers, which lie beside the modules that their packages export. */
function chartLibraries(): ChartLibraries {
  const require = createRequire(import.meta.url);
  return ['vega', 'vega-lite', 'vega-embed'].map((name) =>
    readFileSync(join(dirname(require.resolve(name)), `${name}.min.js`), 'utf8'),
  );
}
