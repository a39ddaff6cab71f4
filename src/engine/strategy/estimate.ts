/**
 * How long one lane would need, roughly: only to decide whether threads pay. Rates were measured on one core of an AMD EPYC (Zen 4) on cached
 * files, reading included, and rounded; being wrong by a factor of two costs some CPU and changes no result.
 */
import type { CompressionChoice } from '../package/codecs.js';
import type { NewData } from './level.js';
import type { FingerprintName } from '../fingerprint/fingerprint.js';
import type { Strategy, StrategyName } from './strategy.js';

const MiB = 1024 * 1024;

/** Milliseconds for each MiB of base and target together. */
const detectMsPerMiB: Readonly<Record<StrategyName, number>> = {
  adaptive: 0.3,
  compare: 0.25,
  fixed: 0.3,
  fastcdc: 0.8,
  strided: 0.45,
  rolling: 1,
};

/** More than XXH3 takes for a MiB; about half of all bytes are hashed. */
const hashMsPerMiB: Readonly<Record<FingerprintName, number>> = { 'xxh3-128': 0, blake3: 0.7, sha256: 0.6 };

export function estimateDetectMs({ name, fingerprint }: Strategy, totalBytes: number): number {
  return (totalBytes / MiB) * (detectMsPerMiB[name] + hashMsPerMiB[fingerprint] / 2);
}

/** One pass over the base: read, hashed, searched for anchors, and these put into a table. */
const indexMsPerMiB = 0.7;

export function estimateIndexMs(baseBytes: number): number {
  return (baseBytes / MiB) * indexMsPerMiB;
}

/** The lowest level that settings leave to be decided. */
const levelMin = 3;

/** The least that encoding will take, before the level is decided. */
export function leastEncodeMs(found: NewData, { level }: Strategy['compression']): number {
  return estimateEncodeMs(found, { level: level === 'auto' ? levelMin : level });
}

/** New data is read, encoded and compressed: some 8 ms a MiB at zstd level 3, twice that every four levels. */
export function estimateEncodeMs(
  { opposedBytes, unopposedBytes }: NewData,
  { level }: Pick<CompressionChoice, 'level'>,
): number {
  return ((opposedBytes + unopposedBytes) / MiB) * 8 * 2 ** ((level - 3) / 4);
}
