/**
 * The library's door: `import { diff, apply, inspect } from 'snapdelta'`. Everything takes paths or objects, streams, and stops
 * when its AbortSignal fires. Whatever is thrown on purpose is a SnapdeltaError with a `kind`, an `exitCode` and mostly a `hint`.
 *
 * Examples: docs/library.md.
 */
import { createReadStream } from 'node:fs';
import type { Clock } from './base/clock.js';
import { UsageError } from './base/errors.js';
import { Meter } from './base/meter.js';
import {
  apply as applyPackage,
  type ApplyOptions,
  type ApplySummary,
  type TargetChoice,
} from './engine/apply/apply.js';
import {
  inspect as inspectPackage,
  type InspectOptions,
  type PackageReport,
} from './engine/apply/inspect.js';
import type { PackageBytes } from './engine/apply/package-source.js';
import { diff as diffSnapshots, type DiffOptions, type DiffRun } from './engine/diff.js';
import { Hasher, fingerprints, type FingerprintName } from './engine/fingerprint/fingerprint.js';
import type { Manifest } from './engine/fingerprint/manifest.js';
import { buildManifest as buildFrom, type ManifestOptions } from './engine/manifest.js';
import { decodeManifest as decode, encodeManifest as encode } from './engine/package/manifest-file.js';
import { openSnapshot } from './engine/snapshot/open.js';
import type { Snapshot } from './engine/snapshot/snapshot.js';
import type { Durability } from './engine/snapshot/staging.js';
import { createTarget } from './engine/snapshot/target.js';
import type { TargetWriter } from './engine/snapshot/target-writer.js';
import { defaultStrategyName, resolveStrategy, type Settings } from './engine/strategy/settings.js';
import { requireListing, type Strategy } from './engine/strategy/strategy.js';
import { verifyManifest, type VerifyOptions, type VerifyOutcome } from './engine/verify/verify.js';
import { Arena } from './kernels/arena.js';
import { createWasmKernels } from './kernels/load.js';

export {
  BugError,
  CancelledError,
  DataError,
  NondeterminismError,
  SnapdeltaError,
  UsageError,
  WorldError,
  type FailureKind,
} from './base/errors.js';
export type { ApplyProgress, ApplySummary } from './engine/apply/apply.js';
export type { PackageReport, SegmentRow } from './engine/apply/inspect.js';
export { readTracker, type Tracker, type TrackerOptions } from './engine/detect/tracker/tracker.js';
export type { DiffRun, DiffSummary } from './engine/diff.js';
export type { Manifest } from './engine/fingerprint/manifest.js';
export type { PackageHeader, PackageSignature } from './engine/package/model.js';
export { signRoot } from './engine/package/signature.js';
export { memorySnapshot, type MemoryEntry } from './engine/snapshot/memory.js';
export { openSnapshot } from './engine/snapshot/open.js';
export type { Entry, Snapshot } from './engine/snapshot/snapshot.js';
export { createTarget } from './engine/snapshot/target.js';
export { memoryTarget } from './engine/snapshot/target-memory.js';
export type { TargetWriter } from './engine/snapshot/target-writer.js';
export type { TrackedReport, Tracking } from './engine/strategy/tracked-detector.js';
export type { Progress } from './engine/strategy/run.js';
export { resolveStrategy, type Settings } from './engine/strategy/settings.js';
export { strategyNames, type Strategy, type StrategyName } from './engine/strategy/strategy.js';
export type { VerifyOutcome } from './engine/verify/verify.js';

const clock: Clock = { nowMs: () => performance.now() };

/** A strategy by name with settings laid over its defaults, or one that was resolved before. */
interface StrategyChoice {
  /** By default `adaptive` (to build manifests: `fixed`; with a base that is a manifest, give one that cuts as it does). */
  readonly strategy?: string | Strategy;
  /** The keys of `--set`; only with a strategy given by name or by default. */
  readonly settings?: Settings;
  /** Worker threads; by default as many as pay. The results do not depend on it. */
  readonly workers?: number | 'auto';
}

export type DiffRequest = Omit<DiffOptions, 'strategy' | 'workers' | 'clock'> & StrategyChoice;

/**
 * Starts a diff that turns `base` into `target`: paths, opened snapshots, or for the base a manifest. Returns the package as an async
 * iterable of byte pieces, to be iterated once; its `summary` is there afterwards. Throws UsageError, WorldError; iterating, CancelledError too.
 */
export function diff(
  base: string | Snapshot | Manifest,
  target: string | Snapshot,
  request: DiffRequest = {},
): DiffRun {
  const { strategy, settings, workers = 'auto', ...options } = request;
  return diffSnapshots(opened(base), opened(target), {
    ...options,
    strategy: chosen(strategy ?? defaultStrategyName, settings),
    workers,
    clock,
  });
}

export type ApplyRequest = Omit<ApplyOptions, 'kernels' | 'meter'> & {
  /** Whether an existing target may be replaced; by default it is refused. For targets given by path. */
  readonly overwrite?: boolean;
  /** Whether every byte must be on the disk before the target appears; by default so for files, not for directories. */
  readonly durability?: Durability;
};

/**
 * Rebuilds the target of a package (a path, or bytes as they arrive: a `diff`, a stream, an array) from `base`. The target appears under
 * its name only after everything was verified. Throws DataError, WorldError, UsageError, CancelledError; then nothing of it is left.
 */
export function apply(
  base: string | Snapshot,
  delta: string | PackageBytes,
  target: string | TargetWriter,
  request: ApplyRequest = {},
): Promise<ApplySummary> {
  const { overwrite = false, durability, ...options } = request;
  const durable = durability === undefined ? {} : { durability };
  const choice: TargetChoice =
    typeof target === 'string' ? ({ form }) => createTarget(target, { form, overwrite, ...durable }) : target;
  const meter = new Meter(clock);
  return applyPackage(opened(base), bytesOf(delta), choice, {
    ...options,
    kernels: createWasmKernels(),
    meter,
  });
}

/** Reads a whole package and says what it holds; every frame is verified. Throws DataError, WorldError, CancelledError. */
export function inspect(
  delta: string | PackageBytes,
  options: Omit<InspectOptions, 'kernels'> = {},
): Promise<PackageReport> {
  return inspectPackage(bytesOf(delta), { ...options, kernels: createWasmKernels() });
}

export type ManifestRequest = Omit<ManifestOptions, 'strategy' | 'workers' | 'clock'> & StrategyChoice;

/** Block ids of one snapshot. Throws UsageError where the strategy is not one that cuts blocks, WorldError, CancelledError. */
export async function buildManifest(
  snapshot: string | Snapshot,
  request: ManifestRequest = {},
): Promise<Manifest> {
  const { strategy, settings, workers = 'auto', ...options } = request;
  const cutting = requireListing(chosen(strategy ?? 'fixed', settings));
  const { manifest } = await buildFrom(opened(snapshot), { ...options, strategy: cutting, workers, clock });
  return manifest;
}

/** The bytes of a manifest file. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  return encode(manifest, hasherFor(manifest.fingerprint));
}

/** Throws DataError for anything but an intact manifest file. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  return decode(bytes, hasherFor);
}

/** Compares a kept manifest with one of the present state, made with the same chunker and fingerprint. */
export function verify(kept: Manifest, present: Manifest, options: VerifyOptions = {}): VerifyOutcome {
  return verifyManifest(kept, present, hasherFor(kept.fingerprint), options);
}

function opened<T extends Snapshot | Manifest>(source: string | T): T | Snapshot {
  return typeof source === 'string' ? openSnapshot(source) : source;
}

function bytesOf(delta: string | PackageBytes): PackageBytes {
  return typeof delta === 'string'
    ? (createReadStream(delta, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>)
    : delta;
}

function chosen(strategy: string | Strategy, settings: Settings | undefined): Strategy {
  if (typeof strategy === 'string') return resolveStrategy(strategy, settings);
  if (settings === undefined) return strategy;
  throw new UsageError('settings go with a strategy given by name', { hint: 'pass them to resolveStrategy' });
}

function hasherFor(name: FingerprintName): Hasher {
  return new Hasher(fingerprints[name], new Arena(createWasmKernels()));
}
