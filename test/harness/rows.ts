/** Rows made by hand: everything zero or small unless a test says otherwise. */
import type { ConfigurationRecord } from '../../src/harness/experiment/configuration.js';
import type { Row, WorkloadRecord } from '../../src/harness/measurement/row.js';
import type { Profile } from '../../src/engine/profile/profile.js';
import { resolveStrategy } from '../../src/engine/strategy/settings.js';

const MiB = 2 ** 20;

export interface Figures {
  readonly bytes?: number;
  readonly exchange?: number;
  readonly diffMs?: number;
  readonly diffCpuMs?: number;
  readonly applyMs?: number;
  readonly peakBytes?: number;
}

export function rowOf(configuration: string, workload: string, figures: Figures = {}): Row {
  const { bytes = 0, exchange = 0, diffMs = 0, diffCpuMs = diffMs, applyMs = 0, peakBytes = 0 } = figures;
  return {
    workload,
    configuration,
    workers: 1,
    exact: { packageBytes: bytes, exchangeBytes: exchange, exchangeTrips: exchange > 0 ? 1 : 0, segments: 1 },
    operationBytes: { copy: 0, add: 0, literal: 0, repeat: 0, zero: 0 },
    packageSha256: '0'.repeat(64),
    counts: { diff: {}, apply: {} },
    samples: {
      diffWallMs: [diffMs],
      diffCpuMs: [diffCpuMs],
      diffPeakBytes: [peakBytes],
      applyWallMs: [applyMs],
      applyCpuMs: [applyMs],
      applyPeakBytes: [0],
    },
    stageMs: { diff: {}, apply: {} },
  };
}

export function workloadOf(name: string, sizeMiB = 1): WorkloadRecord {
  return {
    name,
    summary: name,
    baseBytes: sizeMiB * MiB,
    targetBytes: sizeMiB * MiB,
    changedBytes: null,
    seed: 0,
  };
}

export function configurationOf(id: string, choices: Partial<ConfigurationRecord> = {}): ConfigurationRecord {
  return {
    id,
    family: 'fixed',
    subBlock: false,
    fingerprint: 'xxh3-128',
    collisionResistantIds: false,
    needsBaseContent: false,
    portableBytes: true,
    parameters: {},
    profiles: [],
    ...choices,
  };
}

export function profileOf(choices: Partial<Profile> = {}): Profile {
  return {
    name: 'made-up',
    summary: 'for a test',
    strategy: resolveStrategy('fixed', {}),
    objectives: [{ metric: 'bytesSent', weight: 1 }],
    link: { bitsPerSecond: 8e6, roundTripMs: 10 },
    limits: {},
    features: {
      collisionResistantIds: false,
      signatures: 'off',
      decisions: false,
      baseContentAtHand: true,
      portableBytes: false,
    },
    ...choices,
  };
}
