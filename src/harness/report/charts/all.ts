/** The charts of each kind of results, in the order of their report. A chart without data is left out. */
import { isFirstData } from '../../measurement/kernels/all.js';
import type { ChunkerResults } from '../chunker-results.js';
import type { DetectionResults } from '../detection-results.js';
import type { KernelResults } from '../kernel-results.js';
import type { GateResults } from '../gate/results.js';
import type { GrowthResults } from '../growth-results.js';
import type { LinksResults } from '../links-results.js';
import type { LabResults } from '../lab-results.js';
import type { PeerResults } from '../peer-results.js';
import type { SimulationResults } from '../simulation-results.js';
import type { TraceResults } from '../trace-results.js';
import type { TuneResults } from '../tune-results.js';
import { bytesSentChart } from './bytes-sent.js';
import type { Chart } from './chart.js';
import { chunkerQualityChart } from './chunker-quality.js';
import { chunkSizesChart } from './chunk-sizes.js';
import { detectionChart } from './detection.js';
import { collisionRiskChart } from './collision-risk.js';
import { targetsChart } from './kernel-targets.js';
import { gateChart } from './gate.js';
import { growthChart } from './growth.js';
import { kernelsChart } from './kernels.js';
import { linkChart } from './link.js';
import { linkFaultsChart, timeToSyncChart } from './links.js';
import { paretoChart } from './pareto.js';
import { peersChart } from './peers.js';
import { simulationFeaturesChart, simulationFiguresChart } from './simulation.js';
import { stagesChart } from './stages.js';
import { traceActivityChart, traceHeatChart } from './trace.js';
import { tuneFrontChart } from './tune.js';

export function laboratoryCharts(results: LabResults): Chart[] {
  return [
    bytesSentChart(results),
    linkChart(results),
    paretoChart(results),
    stagesChart(results),
    kernelsChart(results.kernels),
    collisionRiskChart(results.kernels),
  ].filter(hasData);
}

export function chunkerCharts({ rows }: ChunkerResults): Chart[] {
  return [chunkerQualityChart(rows), chunkSizesChart(rows)].filter(hasData);
}

export function detectionCharts({ rows }: DetectionResults): Chart[] {
  return [detectionChart(rows)].filter(hasData);
}

/** Speed by block size shows one kind of data for each kernel; the others are in the table. */
export function kernelCharts({ rows, targets }: KernelResults): Chart[] {
  const shown = rows.filter(({ kernel, data }) => isFirstData(kernel, data));
  return [targetsChart(targets), kernelsChart(shown), collisionRiskChart(shown)].filter(hasData);
}

export function peerCharts(results: PeerResults): Chart[] {
  return [peersChart(results)].filter(hasData);
}

export function growthCharts(results: GrowthResults): Chart[] {
  return [growthChart(results)].filter(hasData);
}

export function linksCharts(results: LinksResults): Chart[] {
  return [linkFaultsChart(results), timeToSyncChart(results)].filter(hasData);
}

export function simulationCharts(results: SimulationResults): Chart[] {
  return [simulationFeaturesChart(results), simulationFiguresChart(results)].filter(hasData);
}

export function traceCharts(results: TraceResults): Chart[] {
  return [traceActivityChart(results), traceHeatChart(results)].filter(hasData);
}

export function gateCharts(results: GateResults): Chart[] {
  return [gateChart(results)].filter(hasData);
}

export function tuneCharts(results: TuneResults): Chart[] {
  return [tuneFrontChart(results)].filter(hasData);
}

function hasData({ datasets }: Chart): boolean {
  return Object.values(datasets).some((rows) => rows.length > 0);
}
