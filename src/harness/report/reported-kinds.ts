/** Every kind of results that has a page: how its file is read, its charts in the order of the report, the page around them. */
import { z } from 'zod';
import { isFirstData } from '../measurement/kernels/all.js';
import { bytesSentChart } from './charts/bytes-sent.js';
import { canaryChangesChart } from './charts/canary-changes.js';
import { canaryVolumesChart } from './charts/canary-volumes.js';
import type { Chart } from './charts/chart.js';
import { chunkSizesChart } from './charts/chunk-sizes.js';
import { chunkerQualityChart } from './charts/chunker-quality.js';
import { collisionRiskChart } from './charts/collision-risk.js';
import { detectionChart } from './charts/detection.js';
import { gateHistoryChart } from './charts/gate-history.js';
import { gateChart } from './charts/gate.js';
import { growthChart } from './charts/growth.js';
import { targetsChart } from './charts/kernel-targets.js';
import { kernelsChart } from './charts/kernels.js';
import { linkChart } from './charts/link.js';
import { linkFaultsChart, timeToSyncChart } from './charts/links.js';
import { paretoChart } from './charts/pareto.js';
import { peersChart } from './charts/peers.js';
import { simulationFeaturesChart, simulationFiguresChart } from './charts/simulation.js';
import { stagesChart } from './charts/stages.js';
import { traceActivityChart, traceHeatChart } from './charts/trace.js';
import { tuneFrontChart } from './charts/tune.js';
import { canaryResultsSchema } from './canary/results.js';
import { chunkerResultsSchema } from './chunker-results.js';
import { detectionResultsSchema } from './detection-results.js';
import { gateHistoryReportSchema } from './gate/history.js';
import { gateResultsSchema } from './gate/results.js';
import { growthResultsSchema } from './growth-results.js';
import { renderCanaryPage } from './html/canary-page.js';
import { renderChunkerPage } from './html/chunker-page.js';
import { renderDetectionPage } from './html/detection-page.js';
import type { ChartLibraries, PageChart } from './html/document.js';
import { renderGateHistoryPage } from './html/gate-history-page.js';
import { renderGatePage } from './html/gate-page.js';
import { renderGrowthPage } from './html/growth-page.js';
import { renderKernelPage } from './html/kernel-page.js';
import { renderLinksPage } from './html/links-page.js';
import { renderPage } from './html/page.js';
import { renderPeerPage } from './html/peer-page.js';
import { renderSimulationPage } from './html/simulation-page.js';
import { renderTracePage } from './html/trace-page.js';
import { renderTunePage } from './html/tune-page.js';
import { kernelResultsSchema } from './kernel-results.js';
import { labResultsSchema } from './lab-results.js';
import { linksResultsSchema } from './links-results.js';
import { peerResultsSchema } from './peer-results.js';
import { simulationResultsSchema } from './simulation-results.js';
import { traceResultsSchema } from './trace-results.js';
import { tuneResultsSchema } from './tune-results.js';

type ResultsSchema = z.ZodType<{ readonly schema: string }> & {
  readonly shape: { readonly schema: z.ZodLiteral<string> };
};

export interface Draught {
  /** Those that have data. */
  readonly charts: readonly Chart[];
  readonly render: (charts: readonly PageChart[], libraries: ChartLibraries) => string;
}

interface Kind<Schema extends ResultsSchema> {
  readonly schema: Schema;
  /** Undefined where the results are of another kind. */
  readonly draughtOf: (results: { readonly schema: string }) => Draught | undefined;
}

function kind<Schema extends ResultsSchema>(
  schema: Schema,
  chartsOf: (results: z.output<Schema>) => readonly Chart[],
  render: (results: z.output<Schema>, charts: readonly PageChart[], libraries: ChartLibraries) => string,
): Kind<Schema> {
  const isOwn = (results: { readonly schema: string }): results is z.output<Schema> =>
    results.schema === schema.shape.schema.value;
  return {
    schema,
    draughtOf: (results) =>
      isOwn(results)
        ? {
            charts: chartsOf(results).filter(hasData),
            render: (charts, libraries) => render(results, charts, libraries),
          }
        : undefined,
  };
}

function hasData({ datasets }: Chart): boolean {
  return Object.values(datasets).some((rows) => rows.length > 0);
}

const reportedKinds = [
  kind(
    labResultsSchema,
    (results) => [
      bytesSentChart(results),
      linkChart(results),
      paretoChart(results),
      stagesChart(results),
      kernelsChart(results.kernels),
      collisionRiskChart(results.kernels),
    ],
    renderPage,
  ),
  kind(
    kernelResultsSchema,
    ({ rows, targets }) => {
      // Speed by block size shows one kind of data for each kernel; the others are in the table.
      const shown = rows.filter(({ kernel, data }) => isFirstData(kernel, data));
      return [targetsChart(targets), kernelsChart(shown), collisionRiskChart(shown)];
    },
    renderKernelPage,
  ),
  kind(
    chunkerResultsSchema,
    ({ rows }) => [chunkerQualityChart(rows), chunkSizesChart(rows)],
    renderChunkerPage,
  ),
  kind(peerResultsSchema, (results) => [peersChart(results)], renderPeerPage),
  kind(growthResultsSchema, (results) => [growthChart(results)], renderGrowthPage),
  kind(detectionResultsSchema, ({ rows }) => [detectionChart(rows)], renderDetectionPage),
  kind(
    linksResultsSchema,
    (results) => [linkFaultsChart(results), timeToSyncChart(results)],
    renderLinksPage,
  ),
  kind(
    traceResultsSchema,
    (results) => [traceActivityChart(results), traceHeatChart(results)],
    renderTracePage,
  ),
  kind(gateResultsSchema, (results) => [gateChart(results)], renderGatePage),
  kind(gateHistoryReportSchema, (history) => [gateHistoryChart(history)], renderGateHistoryPage),
  kind(
    canaryResultsSchema,
    (results) => [canaryChangesChart(results), canaryVolumesChart(results)],
    renderCanaryPage,
  ),
  kind(tuneResultsSchema, (results) => [tuneFrontChart(results)], renderTunePage),
  kind(
    simulationResultsSchema,
    (results) => [simulationFeaturesChart(results), simulationFiguresChart(results)],
    renderSimulationPage,
  ),
] as const;

export type ReportedResults = z.output<(typeof reportedKinds)[number]['schema']>;

const [first, ...others] = reportedKinds;
export const reportedResultsSchema = z.discriminatedUnion('schema', [
  first.schema,
  ...others.map(({ schema }) => schema),
]);
export const reportedNames: readonly string[] = reportedKinds.map(({ schema }) => schema.shape.schema.value);

export function draughtOf(results: ReportedResults): Draught {
  for (const one of reportedKinds) {
    const draught = one.draughtOf(results);
    if (draught !== undefined) return draught;
  }
  throw new Error(`no page is known for ${results.schema}`);
}
