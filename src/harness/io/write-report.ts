/** Writes the report of results into a folder: index.html, and every chart as SVG and PNG, light and dark. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { throwIfCancelled } from '../../base/errors.js';
import { orWorldError } from '../../engine/snapshot/failures.js';
import {
  chunkerCharts,
  detectionCharts,
  gateCharts,
  growthCharts,
  kernelCharts,
  laboratoryCharts,
  linksCharts,
  peerCharts,
  simulationCharts,
  traceCharts,
  tuneCharts,
} from '../report/charts/all.js';
import { assembleChart, withTheme, type Chart } from '../report/charts/chart.js';
import { themeNames } from '../report/charts/theme.js';
import { chunkerSchemaName, type ChunkerResults } from '../report/chunker-results.js';
import { detectionSchemaName, type DetectionResults } from '../report/detection-results.js';
import { renderDetectionPage } from '../report/html/detection-page.js';
import { renderChunkerPage } from '../report/html/chunker-page.js';
import type { ChartLibraries, PageChart } from '../report/html/document.js';
import { renderGatePage } from '../report/html/gate-page.js';
import { renderGrowthPage } from '../report/html/growth-page.js';
import { renderKernelPage } from '../report/html/kernel-page.js';
import { renderLinksPage } from '../report/html/links-page.js';
import { renderPage } from '../report/html/page.js';
import { renderTunePage } from '../report/html/tune-page.js';
import { renderPeerPage } from '../report/html/peer-page.js';
import { renderSimulationPage } from '../report/html/simulation-page.js';
import { renderTracePage } from '../report/html/trace-page.js';
import { gateSchemaName, type GateResults } from '../report/gate/results.js';
import { growthSchemaName, type GrowthResults } from '../report/growth-results.js';
import { kernelSchemaName, type KernelResults } from '../report/kernel-results.js';
import { linksSchemaName, type LinksResults } from '../report/links-results.js';
import { labSchemaName, type LabResults } from '../report/lab-results.js';
import { tuneSchemaName, type TuneResults } from '../report/tune-results.js';
import { peerSchemaName, type PeerResults } from '../report/peer-results.js';
import { simulationSchemaName, type SimulationResults } from '../report/simulation-results.js';
import { traceSchemaName, type TraceResults } from '../report/trace-results.js';
import { readSpecification } from './chart-files.js';
import { makeFolder } from './output-file.js';
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

/** Results that have a page. */
export type ReportedResults =
  | GateResults
  | TuneResults
  | DetectionResults
  | LinksResults
  | LabResults
  | ChunkerResults
  | KernelResults
  | PeerResults
  | GrowthResults
  | TraceResults
  | SimulationResults;

/** Charts, and the page around them, for each kind of results. */
function draughtOf(results: ReportedResults): {
  readonly charts: Chart[];
  readonly render: (charts: readonly PageChart[], libraries: ChartLibraries) => string;
} {
  switch (results.schema) {
    case chunkerSchemaName:
      return {
        charts: chunkerCharts(results),
        render: (charts, libraries) => renderChunkerPage(results, charts, libraries),
      };
    case detectionSchemaName:
      return {
        charts: detectionCharts(results),
        render: (charts, libraries) => renderDetectionPage(results, charts, libraries),
      };
    case kernelSchemaName:
      return {
        charts: kernelCharts(results),
        render: (charts, libraries) => renderKernelPage(results, charts, libraries),
      };
    case peerSchemaName:
      return {
        charts: peerCharts(results),
        render: (charts, libraries) => renderPeerPage(results, charts, libraries),
      };
    case growthSchemaName:
      return {
        charts: growthCharts(results),
        render: (charts, libraries) => renderGrowthPage(results, charts, libraries),
      };
    case linksSchemaName:
      return {
        charts: linksCharts(results),
        render: (charts, libraries) => renderLinksPage(results, charts, libraries),
      };
    case simulationSchemaName:
      return {
        charts: simulationCharts(results),
        render: (charts, libraries) => renderSimulationPage(results, charts, libraries),
      };
    case traceSchemaName:
      return {
        charts: traceCharts(results),
        render: (charts, libraries) => renderTracePage(results, charts, libraries),
      };
    case gateSchemaName:
      return {
        charts: gateCharts(results),
        render: (charts, libraries) => renderGatePage(results, charts, libraries),
      };
    case tuneSchemaName:
      return {
        charts: tuneCharts(results),
        render: (charts, libraries) => renderTunePage(results, charts, libraries),
      };
    case labSchemaName:
      return {
        charts: laboratoryCharts(results),
        render: (charts, libraries) => renderPage(results, charts, libraries),
      };
  }
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
