/**
 * `bench links`: what pushes cost over modelled links, by strategy and by how bad the weather is, and how long it takes until every server has a version, by topology. The server, the agent
 * and the stores are those that ship; time, bytes and CPU are simulated, so everything but the environment is exact.
 */
import { UsageError, throwIfCancelled } from '../base/errors.js';
import { usualCalibration } from '../simulator/process/calibration.js';
import { newEquipment } from '../simulator/run/equipment.js';
import { captureEnvironment } from './io/environment.js';
import {
  linkProfiles,
  linkStrategies,
  severities,
  topologies,
  usualStrategy,
  type LinkProfile,
  type LinkStrategy,
  type Topology,
} from './links/plans.js';
import { runSeries, type SeriesResult } from './links/series.js';
import { linksSchemaName, winnersOf, type LinksResults, type LinksRow } from './report/links-results.js';

export interface LinksBenchOptions {
  /** By default all. */
  readonly profiles?: readonly string[];
  readonly strategies?: readonly string[];
  /** Of the part that compares topologies. */
  readonly topologies?: readonly string[];
  /** Positions in the list of severities; by default all. */
  readonly severities?: readonly number[];
  /** Of the first version; by default 512 KiB. */
  readonly bytes?: number;
  /** Versions after it; by default 8. */
  readonly snapshots?: number;
  /** By default 5: seeds 1 to 5. */
  readonly seeds?: number;
  /** Whether the machine is described; without it the document is the same from run to run. */
  readonly environment?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** Topology of the part that compares strategies: the link of the project's own numbers. */
const comparedTopology = 'measured';
const syncSeverity = 1;

interface Case {
  readonly part: 'faults' | 'sync';
  readonly profile: LinkProfile;
  readonly strategy: LinkStrategy;
  readonly topology: Topology;
  readonly severity: number;
}

/** Throws UsageError, CancelledError. */
export async function benchLinks(options: LinksBenchOptions = {}): Promise<LinksResults> {
  const { bytes = 512 * 1024, snapshots = 8, seeds = 5, environment = true, signal, onProgress } = options;
  const profiles = chosen('profile', linkProfiles, options.profiles);
  const strategies = chosen('strategy', linkStrategies, options.strategies);
  const wanted = chosen('topology', topologies, options.topologies);
  const cases: Case[] = [];
  const compared = topologies.filter(({ name }) => name === comparedTopology);
  const levels = options.severities ?? [...severities.keys()];
  for (const profile of profiles) {
    for (const topology of compared)
      for (const strategy of strategies)
        for (const severity of levels) cases.push({ part: 'faults', profile, strategy, topology, severity });
    for (const topology of wanted)
      for (const strategy of linkStrategies.filter(({ name }) => name === usualStrategy))
        cases.push({ part: 'sync', profile, strategy, topology, severity: syncSeverity });
  }
  const equipment = newEquipment();
  const parts: Record<Case['part'], LinksRow[]> = { faults: [], sync: [] };
  for (const [done, one] of cases.entries()) {
    onProgress?.({ done, total: cases.length });
    const severity = severities[one.severity];
    if (severity === undefined) {
      throw new UsageError(`there is no severity ${one.severity}: 0 to ${severities.length - 1}`);
    }
    const series: SeriesResult[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      throwIfCancelled(signal);
      const plan = { ...one, severity, seed, bytes, snapshots, isProbed: one.part === 'faults' };
      series.push(await runSeries(plan, usualCalibration, equipment));
    }
    parts[one.part].push(rowOf(one, series));
  }
  return {
    schema: linksSchemaName,
    environment: environment ? captureEnvironment() : null,
    bytes,
    snapshots,
    seeds,
    link: comparedTopology,
    syncStrategy: usualStrategy,
    syncSeverity,
    severities: severities.map((one) => ({ ...one })),
    topologies: topologies.map(({ name, hops }) => ({ name, hops: hops.map((hop) => ({ ...hop })) })),
    profiles: profiles.map(({ name, describe }) => ({ name, describe })),
    strategies: strategies.map(({ name, describe }) => ({ name, describe })),
    faults: parts.faults,
    winners: winnersOf(parts.faults),
    sync: parts.sync,
  };
}

function chosen<T extends { readonly name: string }>(
  what: string,
  all: readonly T[],
  names: readonly string[] | undefined,
): readonly T[] {
  const unknown = names?.find((name) => !all.some((one) => one.name === name));
  if (unknown !== undefined) {
    throw new UsageError(`there is no ${what} '${unknown}': ${all.map(({ name }) => name).join(', ')}`);
  }
  return names === undefined ? all : all.filter(({ name }) => names.includes(name));
}

function rowOf({ profile, strategy, topology, severity }: Case, series: readonly SeriesResult[]): LinksRow {
  const sum = (of: (one: SeriesResult) => number): number =>
    series.reduce((total, one) => total + of(one), 0);
  const lags = series.flatMap(({ lagsMs }) => lagsMs);
  const sorted = series.flatMap(({ syncMs }) => syncMs).sort((a, b) => a - b);
  const pushes = sorted.length;
  // Nearest rank.
  const percentile = (share: number): number => rounded(sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
  return {
    profile: profile.name,
    topology: topology.name,
    strategy: strategy.name,
    severity,
    bytesOnWire: rounded(sum(({ bytesOnWire }) => bytesOnWire) / pushes),
    workedMs: rounded(sum(({ workedMs }) => workedMs) / pushes),
    attempts: rounded(sum(({ attempts }) => attempts) / pushes),
    recoveryLagMs:
      lags.length === 0 ? null : rounded(lags.reduce((total, lag) => total + lag, 0) / lags.length),
    p50Ms: percentile(0.5),
    p90Ms: percentile(0.9),
    p99Ms: percentile(0.99),
    samples: pushes,
  };
}

/** Thousandths: the sums behind them are of rounded nanoseconds. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
