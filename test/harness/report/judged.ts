/** Results of a gate and of a search that are made up: every kind of finding once, text from outside where there is some. */
import { loadProfile } from '../../../src/engine/profile/read.js';
import { captureEnvironment } from '../../../src/harness/io/environment.js';
import { gateResults, type GateResults } from '../../../src/harness/report/gate/results.js';
import {
  gateHistorySchemaName,
  type GateHistoryReport,
  type HistoryLine,
} from '../../../src/harness/report/gate/history.js';
import { tuneSchemaName, type TuneResults } from '../../../src/harness/report/tune-results.js';
import { configurationRecord } from '../../../src/harness/experiment/configuration.js';
import { describeConfiguration } from '../../../src/harness/experiment/built-in.js';
import { resolveStrategy } from '../../../src/engine/strategy/settings.js';
import type { MetricVerdict } from '../../../src/harness/verdict/verdict.js';

function verdict(metric: string, choices: Partial<MetricVerdict>): MetricVerdict {
  return {
    metric,
    unit: 'ms',
    direction: 'less',
    kind: 'sampled',
    status: 'pass',
    reason: 'within',
    baseline: 10,
    candidate: 10,
    change: 0,
    interval: { low: -0.01, high: 0.01 },
    threshold: { relative: 0.02, absolute: 0, limit: null },
    samples: { baseline: 12, candidate: 12 },
    samplesMissing: null,
    ...choices,
  };
}

export function syntheticGateResults(label: string): GateResults {
  const environment = captureEnvironment();
  return gateResults(
    {
      baseline: { label, environment },
      candidate: { label: 'candidate', environment: { ...environment, cpu: 'another' } },
      rounds: { count: 12, elapsedMs: 9000, isCutShort: true },
      errors: { alpha: 0.005, beta: 0.05 },
    },
    [
      verdict('slower', {
        status: 'regressed',
        reason: 'worse',
        change: 0.2,
        interval: { low: 0.15, high: 0.3 },
      }),
      verdict('unknown', {
        status: 'inconclusive',
        reason: 'undecided',
        change: 0.02,
        interval: { low: null, high: null },
        samplesMissing: 30,
      }),
      verdict('quicker', {
        status: 'improved',
        reason: 'better',
        change: -0.1,
        interval: { low: -0.2, high: -0.05 },
      }),
      ...Array.from({ length: 8 }, (_, i) => verdict(`steady ${i}`, { change: i / 1000 })),
      verdict('bytes', { kind: 'exact', unit: 'B', reason: 'equal', interval: null }),
    ],
  );
}

export function syntheticTuneResults(summary: string): TuneResults {
  const profile = loadProfile('edge-agent');
  const strategies = [
    profile.strategy,
    resolveStrategy('fixed', { blockBytes: '4KiB', subBlock: false }),
    resolveStrategy('strided', { subBlock: false }),
  ];
  const configurations = strategies.map((strategy) => configurationRecord(describeConfiguration(strategy)));
  const [own, best, last] = configurations.map(({ id }) => id) as [string, string, string];
  const figures = (packageBytes: number, diffMs: number): TuneResults['trials'][number]['figures'] => [
    {
      workload: 'a',
      packageBytes,
      exchangeBytes: 0,
      exchangeTrips: 0,
      diffMs,
      applyMs: 1,
      packageSha256: '0'.repeat(64),
    },
  ];
  return {
    schema: tuneSchemaName,
    environment: captureEnvironment(),
    profile: { name: profile.name, summary, objectives: [...profile.objectives], link: profile.link },
    options: { seed: 1, budgetMs: 1000, rounds: 1 },
    workloads: [{ name: 'a', summary: 'one', baseBytes: 1e6, targetBytes: 1e6, changedBytes: null, seed: 1 }],
    rungs: [1],
    space: [{ strategy: 'fixed', axes: [{ key: 'blockBytes', values: [4096, 16384] }] }],
    points: 2,
    configurations,
    trials: [
      { configuration: own, origin: 'own', figures: figures(20_000, 20), score: 1, isEligible: true },
      {
        configuration: best,
        origin: 'evolution',
        figures: figures(15_000, 15),
        score: 0.7,
        isEligible: true,
      },
      { configuration: last, origin: 'chance', figures: figures(90_000, 90), score: 4, isEligible: false },
    ],
    digest: 'f'.repeat(64),
    search: {
      spentMs: 128,
      cpuMs: 131,
      isExhausted: true,
      arms: { chance: { trials: 1, workMs: 91, gain: 0 }, evolution: { trials: 1, workMs: 16, gain: 0.5 } },
      leader: 'evolution',
      hypervolume: 1,
    },
    front: [best],
    importance: [{ setting: 'blockBytes', share: 0.9, values: [{ value: '4096', score: 0.7, trials: 1 }] }],
    verdict: {
      kind: 'better',
      own,
      recommended: best,
      score: 0.7,
      measuredScore: 0.8,
      objectives: [{ metric: 'bytesSent', weight: 1, ratio: 0.75, measuredRatio: 0.75 }],
      passedOver: [
        { configuration: last, score: 0.5, reason: 'measured, its score is 1.2 of the own strategy’s' },
      ],
    },
    breakEven: {
      bitsPerSecond: { below: { at: 1e5, configuration: own }, above: null },
      roundTripMs: { below: null, above: null },
    },
    regrets: [{ workload: 'a', best, ratio: 1, withoutIt: null }],
    rows: [],
  };
}

/** A metric that became worse at its fourth run, one that became better, one that never changed. */
export function syntheticHistory(label: string): GateHistoryReport {
  const figure = { unit: 'B', direction: 'less', kind: 'exact' } as const;
  const lines = Array.from({ length: 6 }, (_, run): HistoryLine => ({
    schema: gateHistorySchemaName,
    at: `2026-01-0${run + 1}T00:00:00.000Z`,
    label,
    environment: null,
    status: run === 3 ? 'regressed' : 'pass',
    figures: [
      { ...figure, metric: 'steady', value: 7 },
      { ...figure, metric: label, value: run < 3 ? 1000 : 1200 },
      { ...figure, metric: 'better', value: run < 5 ? 10 : 9 },
    ],
  }));
  return { schema: 'snapdelta/gate-history-report/1', place: label, lines };
}
