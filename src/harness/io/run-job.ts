/**
 * Runs one job: for each pair diff into a file, apply from that file, compare the result with the true target byte for byte, and take
 * down what it cost. A result that is not exact stops everything with a DataError; two diffs of one pair that differ, with a
 * NondeterminismError: figures of a tool that is wrong are worth nothing.
 *
 * Targets are written without flushing to the disk: a laboratory measures the program, not the disk's cache policy.
 */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.js';
import { DataError, NondeterminismError } from '../../base/errors.js';
import { Meter, type Reading } from '../../base/meter.js';
import { createWasmKernels } from '../../kernels/load.js';
import { apply } from '../../engine/apply/apply.js';
import { diff, type DiffSummary } from '../../engine/diff.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import { buildManifest } from '../../engine/manifest.js';
import { openSnapshot } from '../../engine/snapshot/open.js';
import type { Snapshot } from '../../engine/snapshot/snapshot.js';
import { createTarget } from '../../engine/snapshot/target.js';
import { isCutting, type Strategy } from '../../engine/strategy/strategy.js';
import type { Job, Outcome, SnapshotPair } from '../measurement/job.js';
import { realClock } from './clock.js';
import { cpuClock } from './cpu-clock.js';
import { firstDifference } from './compare-trees.js';
import { packageAnatomy } from './package-anatomy.js';
import { measure } from './usage.js';

/** Yields an outcome for each pair, in order. With `warmUp` the first pair is run once before it is measured, so that nothing is compiled on the clock. */
export async function* runJob(job: Job, signal?: AbortSignal): AsyncGenerator<Outcome, void, void> {
  const [first] = job.pairs;
  if (job.warmUp && first !== undefined) await runPair(job, first, signal);
  for (const pair of job.pairs) yield await runPair(job, pair, signal);
}

async function runPair(job: Job, pair: SnapshotPair, signal: AbortSignal | undefined): Promise<Outcome> {
  const where = `${job.configuration} on ${pair.workload}`;
  const folder = join(job.scratchPath, 'pair');
  mkdirSync(folder, { recursive: true });
  try {
    const base = openSnapshot(pair.basePath);
    const target = openSnapshot(pair.targetPath);
    const known = await knownBase(base, job.strategy, signal);
    const packagePath = join(folder, 'package.sdelta');
    const made = await measure(() => writePackage(known, target, packagePath, job.workers, job, signal));
    const packageSha256 = sha256(packagePath);
    const rebuiltPath = join(folder, 'rebuilt');
    const rebuilt = await measure(() => applyPackage(base, packagePath, rebuiltPath, job, signal));
    const difference = firstDifference(pair.targetPath, rebuiltPath);
    if (difference !== undefined)
      throw new DataError(`${where}: what was rebuilt is not the target: ${difference}`);
    if (job.recheck.includes(pair.workload)) {
      const workers = job.workers === 1 ? 2 : 1;
      const againPath = join(folder, 'again.sdelta');
      await writePackage(known, target, againPath, workers, job, signal);
      if (sha256(againPath) !== packageSha256) {
        throw new NondeterminismError(
          `${where}: ${job.workers} and ${workers} workers gave different packages`,
        );
      }
    }
    const { packageBytes, exchangeBytes, exchangeTrips, segmentCount, reading } = made.value;
    return {
      workload: pair.workload,
      exact: { packageBytes, exchangeBytes, exchangeTrips, segments: segmentCount },
      ...packageAnatomy(packagePath, base.layout.totalBytes),
      packageSha256,
      counts: { diff: reading.counts, apply: rebuilt.value.counts },
      ...instructionsOf(reading, rebuilt.value),
      sample: {
        diffWallMs: made.usage.wallMs,
        diffCpuMs: made.usage.cpuMs,
        diffPeakBytes: made.usage.peakBytes,
        applyWallMs: rebuilt.usage.wallMs,
        applyCpuMs: rebuilt.usage.cpuMs,
        applyPeakBytes: rebuilt.usage.peakBytes,
      },
      stageMs: { diff: reading.stageMs, apply: rebuilt.value.stageMs },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Strategies that detect by digests alone get the base as they would have it: as the manifest kept from its own time, not made on the clock. */
async function knownBase(
  base: Snapshot,
  strategy: Strategy,
  signal: AbortSignal | undefined,
): Promise<Snapshot | Manifest> {
  if (strategy.subBlock || !isCutting(strategy)) return base;
  const { manifest } = await buildManifest(base, {
    strategy,
    workers: 1,
    clock: realClock,
    ...given(signal),
  });
  return manifest;
}

async function writePackage(
  base: Snapshot | Manifest,
  target: Snapshot,
  path: string,
  workers: number,
  job: Job,
  signal: AbortSignal | undefined,
): Promise<DiffSummary> {
  const { strategy, kernels = 'plain' } = job;
  const run = diff(base, target, { strategy, workers, kernels, clock: clockOf(job), ...given(signal) });
  const file = openSync(path, 'w');
  try {
    for await (const frame of run) {
      for (let at = 0; at < frame.length;) at += writeSync(file, frame, at);
    }
  } finally {
    closeSync(file);
  }
  return run.summary;
}

async function applyPackage(
  base: Snapshot,
  packagePath: string,
  rebuiltPath: string,
  job: Job,
  signal: AbortSignal | undefined,
): Promise<Reading> {
  const choice = { form: base.form, overwrite: false, durability: 'cached' } as const;
  const kernels = createWasmKernels(job.kernels);
  const { reading } = await apply(base, createReadStream(packagePath), createTarget(rebuiltPath, choice), {
    kernels,
    meter: new Meter(clockOf(job), kernels.instructions),
    ...given(signal),
  });
  return reading;
}

function clockOf({ stageTimes = 'wall' }: Job): Clock {
  return stageTimes === 'wall' ? realClock : cpuClock;
}

function instructionsOf(diffed: Reading, applied: Reading): Pick<Outcome, 'instructions'> {
  if (diffed.instructions === undefined || applied.instructions === undefined) return {};
  return { instructions: { diff: diffed.instructions, apply: applied.instructions } };
}

function given(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
