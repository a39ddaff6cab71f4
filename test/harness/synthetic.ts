/**
 * A laboratory run that never happened: plausible figures from a seed, for tests of everything that comes after measuring. The
 * formulas only have to be smooth, positive and different; no test relies on what they say about real strategies.
 */
import { Random } from '../../src/base/prng.js';
import { loadProfile, shippedProfileNames } from '../../src/engine/profile/read.js';
import { laboratoryConfigurations } from '../../src/harness/experiment/built-in.js';
import { configurationRecord } from '../../src/harness/experiment/configuration.js';
import type { ConfigurationRecord } from '../../src/harness/experiment/configuration.js';
import { metricDescriptors } from '../../src/harness/measurement/metric.js';
import type { Row, WorkloadRecord } from '../../src/harness/measurement/row.js';
import { labSchemaName } from '../../src/harness/report/lab-results.js';
import type { LabResults } from '../../src/harness/report/lab-results.js';
import { kernelSchemaName } from '../../src/harness/report/kernel-results.js';
import type { KernelResults, KernelRow } from '../../src/harness/report/kernel-results.js';
import { kernelTargets } from '../../src/harness/measurement/kernels/targets.js';
import { spread } from '../../src/harness/statistics/summary.js';
import { judgeTargets, type Measured } from '../../src/harness/tuning/kernel-targets.js';
import { judgeProfile } from '../../src/harness/tuning/verdict.js';

const MiB = 2 ** 20;
const sizeBytes = 8 * MiB;

/** Name, share of bytes that changed, whether content moves, compressibility of what is new. */
const shapes: readonly (readonly [string, number, boolean, number])[] = [
  ['database-pages', 0.08, false, 0.5],
  ['vm-image', 0.02, false, 0.4],
  ['insert-shift', 0.01, true, 0.6],
  ['random-overwrite', 0.01, false, 1],
  ['append-log', 0.06, true, 0.2],
  ['source-tree', 0.1, true, 0.25],
  ['mailbox', 0.05, true, 0.5],
  ['encrypted', 0.5, false, 1],
  ['sparse', 0.005, false, 0.4],
  ['unchanged', 0, false, 1],
  ['everything-changed', 1, true, 0.9],
  ['npm-releases', 0.2, true, 0.25],
  ['fio-randwrite', 0.12, false, 0.5],
];

export const syntheticWorkloads: readonly WorkloadRecord[] = shapes.map(([name, share]) => ({
  name,
  summary: `made up: ${share * 100} % changed`,
  baseBytes: sizeBytes,
  targetBytes: sizeBytes,
  changedBytes: Math.round(share * sizeBytes),
  seed: 1,
}));

function row(configuration: ConfigurationRecord, shape: (typeof shapes)[number], random: Random): Row {
  const [workload, share, moves, compressibility] = shape;
  const { family, subBlock, parameters } = configuration;
  const block = Number(parameters['averageBytes'] ?? parameters['blockBytes']) || 2048;
  const changed = share * sizeBytes;
  const byContent = family === 'fastcdc' || family === 'strided';
  const sees = byContent || family === 'adaptive' || family === 'rolling' || !moves;
  const whole =
    share === 0 ? 0 : sees ? Math.min(sizeBytes, changed * (1 + block / 16_384)) : sizeBytes * 0.9;
  const literal = Math.round(subBlock ? Math.min(whole, changed + whole * 0.02) : whole);
  const level = parameters['level'] === 'auto' ? 16 : Number(parameters['level']);
  const packageBytes = 400 + Math.round(literal * compressibility * (1 - level / 100));
  const exchangeBytes = family === 'rolling' ? Math.round((sizeBytes / block) * 20) : 0;
  const speed = { adaptive: 1, compare: 0.9, fixed: 0.5, fastcdc: 1.4, strided: 1.4, rolling: 2.6 }[family];
  const noise = (): number => 0.95 + random.float() * 0.1;
  const ms = {
    read: 1.4,
    chunk: byContent ? (family === 'fastcdc' ? 4 : 1) : 0,
    hash: configuration.fingerprint === 'xxh3-128' ? 1 : 8,
    detect: speed,
    delta: subBlock ? 2 + literal / 1e6 : 0,
    compress: (literal / MiB) * (3 + level ** 2 / 4),
    package: 0.3,
  };
  const total = Object.values(ms).reduce((sum, part) => sum + part, 3);
  const twice = (value: number): number[] => [value * noise(), value * noise()];
  return {
    workload,
    configuration: configuration.id,
    workers: 1,
    exact: { packageBytes, exchangeBytes, exchangeTrips: Math.sign(exchangeBytes), segments: 2 },
    operationBytes: { copy: sizeBytes - literal, add: 0, literal, repeat: 0, zero: 0 },
    packageSha256: '0'.repeat(64),
    counts: {
      diff: { bytesRead: 2 * sizeBytes, bytesOut: packageBytes },
      apply: { bytesWritten: sizeBytes },
    },
    samples: {
      diffWallMs: twice(total),
      diffCpuMs: twice(total * 1.1),
      diffPeakBytes: twice(90 * MiB + block * 8),
      applyWallMs: twice(9 + literal / 4e6),
      applyCpuMs: twice(10 + literal / 4e6),
      applyPeakBytes: twice(80 * MiB),
    },
    stageMs: {
      diff: Object.fromEntries(Object.entries(ms).map(([stage, value]) => [stage, twice(value)])),
      apply: {
        read: twice(1),
        unpack: twice(0.5),
        decompress: twice(literal / 2e6),
        apply: twice(2),
        verify: twice(3),
        write: twice(4),
      },
    },
  };
}

const kernelSpeeds: readonly (readonly [string, string, number])[] = [
  ['compare', 'wasm', 8],
  ['compare', 'twin', 1.1],
  ['compare', 'Buffer.compare', 5.4],
  ['xxh3-128', 'wasm', 10],
  ['xxh3-128', 'twin', 0.05],
  ['xxh3-128', 'hash-wasm', 2.9],
  ['blake3', 'wasm', 1.3],
  ['blake3', 'twin', 0.04],
  ['blake3', 'hash-wasm', 0.5],
  ['sha256', 'node:crypto', 1.5],
  ['fastcdc', 'wasm', 2.2],
  ['fastcdc', 'twin', 0.4],
  ['memcpy', 'Buffer.copy', 9.5],
];

function kernelRows(random: Random): KernelRow[] {
  return kernelSpeeds.flatMap(([kernel, implementation, speed]) =>
    [4096, 16_384, 65_536, 1_048_576].map((blockBytes, index) => {
      const median = speed * (0.8 + 0.1 * index) * (0.95 + random.float() * 0.1);
      return {
        kernel,
        implementation,
        blockBytes,
        data: 'random',
        gigabytesPerSecond: { median, low: median * 0.93, high: median * 1.04 },
        wasmInstructionsPerByte: null,
        encodedShare: null,
      };
    }),
  );
}

const environment: LabResults['environment'] = {
  measuredAt: '2026-01-01T00:00:00.000Z',
  snapdelta: '0.1.0',
  gitCommit: null,
  cpu: 'Made-up CPU',
  cores: 2,
  memoryBytes: 8 * 2 ** 30,
  platform: 'linux x64',
  kernel: '6.1.0',
  node: 'v20.20.2',
  v8: '11.3',
  calibration: {
    memcpyGigabytesPerSecond: 9,
    sha256GigabytesPerSecond: 1.5,
    loopMillisecondsPerMillion: 0.7,
  },
};

export function syntheticResults(seed = 1): LabResults {
  const random = new Random(seed);
  const profiles = shippedProfileNames().map((name) => loadProfile(name));
  const configurations = laboratoryConfigurations(profiles, false).map(configurationRecord);
  const rows = configurations.flatMap((configuration) =>
    shapes.map((shape) => row(configuration, shape, random.fork(`${configuration.id} ${shape[0]}`))),
  );
  const measured = { configurations, workloads: syntheticWorkloads, rows };
  const own = new Map(configurations.flatMap(({ id, profiles: names }) => names.map((name) => [name, id])));
  return {
    schema: labSchemaName,
    complete: true,
    environment,
    options: { quick: false, scale: 1, rounds: 2, workers: 1, jobs: 1 },
    metrics: [...metricDescriptors],
    workloads: [...syntheticWorkloads],
    configurations,
    rows,
    kernels: kernelRows(random),
    profiles: profiles.map(({ name, summary, objectives, link }) => ({
      name,
      summary,
      configuration: own.get(name) ?? '',
      objectives: [...objectives],
      link,
    })),
    verdicts: profiles.map((profile) => judgeProfile(profile, own.get(profile.name) ?? '', measured)),
  };
}

/** Kernel, implementation and data of what no target names, but a run of all kernels has. */
const untargeted = [
  ['compare', 'twin', 'equal'],
  ['rolling sums', 'wasm', 'random'],
  ['sha256', 'node:crypto', 'random'],
  ['seqcdc', 'wasm', 'random'],
] as const;

/** A run of `bench kernels` that never happened: every kernel of a target, and its peers. */
export function syntheticKernelResults(seed = 1): KernelResults {
  const random = new Random(seed);
  const names = new Set(untargeted.map((name) => name.join(': ')));
  for (const target of kernelTargets) {
    for (const data of target.data) {
      names.add([target.kernel, 'wasm', data].join(': '));
      if (target.kind !== 'speed') continue;
      const { peer } = target;
      for (const name of peer.implementations) names.add([peer.kernel, name, peer.data ?? data].join(': '));
    }
  }
  const measured = [...names].flatMap((name) => {
    const [kernel = '', implementation = '', data = ''] = name.split(': ');
    const isOurs = implementation === 'wasm';
    const speed = (isOurs ? 8 : 2) * (0.5 + random.float());
    return [4096, 16_384, 65_536, 1_048_576].map((blockBytes): Measured => ({
      kernel,
      implementation,
      data,
      blockBytes,
      speeds: [0, 1, 2].map(() => speed * (0.95 + random.float() * 0.1)),
      encodedShare: kernel === 'delta encode' ? 0.01 + random.float() / 1000 : null,
      wasmInstructionsPerByte: isOurs ? 1 + random.float() : null,
    }));
  });
  return {
    schema: kernelSchemaName,
    environment,
    bytes: 16 * MiB,
    rounds: 3,
    absent: [],
    rows: measured.map(({ speeds, ...row }) => ({ ...row, gigabytesPerSecond: spread(speeds) })),
    targets: judgeTargets(measured),
  };
}
