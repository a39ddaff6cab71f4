/**
 * A profile: a strategy plus objectives, limits and feature flags for one kind of use. Read from YAML (read.ts); the shipped ones
 * lie in shipped/.
 */
import type { Strategy } from '../strategy/strategy.js';

/** What a profile wants less of. Units are in the names; timeToSyncMs is on the profile's link. */
export const objectiveMetrics = ['bytesSent', 'timeToSyncMs', 'cpuMs', 'peakMemoryBytes', 'applyMs'] as const;
export type ObjectiveMetric = (typeof objectiveMetrics)[number];

export interface Objective {
  readonly metric: ObjectiveMetric;
  /** Share of the score; the weights of a profile sum to 1. */
  readonly weight: number;
}

export interface LinkModel {
  readonly bitsPerSecond: number;
  readonly roundTripMs: number;
}

/** Hard limits: a configuration that exceeds one is not eligible for the profile. Absent means unlimited. */
export interface ProfileLimits {
  readonly workersMax?: number;
  readonly peakMemoryBytesMax?: number;
  /** Diff CPU milliseconds for each MiB of target. */
  readonly cpuMsPerMiBMax?: number;
  /** Bytes that may be exchanged before the first segment (signatures, manifests), for each MiB of base. */
  readonly exchangeBytesPerMiBMax?: number;
  /** All bytes, over all volumes and times, whose blocks are told apart by one set of ids; 1 PiB where the profile does not say. */
  readonly idSpaceBytesMax?: number;
}

export interface ProfileFeatures {
  /** Block and snapshot ids must resist planted collisions (blake3, sha256). */
  readonly collisionResistantIds: boolean;
  /** `required`: diff refuses to write a package without a signing key, apply to accept one without a trusted signature. */
  readonly signatures: 'off' | 'required';
  /** Segments carry the figures behind their codec choice. */
  readonly decisions: boolean;
  /** The agent holds the base's content. Where false, only its digests are known, and strategies that need content are not eligible. */
  readonly baseContentAtHand: boolean;
  /** Only codecs whose bytes are the same on every platform and Node version may be used. */
  readonly portableBytes: boolean;
}

export interface Profile {
  readonly name: string;
  readonly summary: string;
  readonly strategy: Strategy;
  readonly objectives: readonly Objective[];
  readonly link: LinkModel;
  readonly limits: ProfileLimits;
  readonly features: ProfileFeatures;
}
