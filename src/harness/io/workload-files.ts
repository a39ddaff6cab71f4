/**
 * Workloads on disk: which there are, and their snapshots as files and folders.
 *
 * The law: what is written depends on the definition and the options alone. Times and modes are the workload's own, so a
 * package made from these files is the same on every machine and on every day.
 */
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { throwIfCancelled, unreachable } from '../../base/errors.js';
import { openSnapshot } from '../../engine/snapshot/open.js';
import { createTarget } from '../../engine/snapshot/target.js';
import { generatorNamed } from '../../workload/registry.js';
import { traceWorkload } from '../../workload/trace/replay.js';
import { writeSnapshot } from '../../workload/write.js';
import type { ChangeMeasure, Workload, WorkloadKind, WorkloadOptions } from '../../workload/workload.js';
import { makeFolder } from '../../engine/snapshot/make-folder.js';
import { absentPackages, excerptWorkload, packagesWorkload, seriesPaths } from './real-series.js';
import { traceEvents } from './trace-files.js';
import {
  builtInWorkloads,
  readWorkloadDefinitions,
  type WorkloadDefinition,
} from './workload-definitions.js';

export interface ListedWorkload {
  readonly name: string;
  readonly summary: string;
  readonly kind: WorkloadKind;
  readonly definition: WorkloadDefinition;
  /** Why it cannot be used on this machine; absent where it can. */
  readonly absent?: string;
}

interface PreparedSnapshot {
  readonly path: string;
  /** Bytes of all its files. */
  readonly sizeBytes: number;
  /** Against the previous snapshot, by the workload's measure; null where nobody knows. */
  readonly changedBytes: number | null;
  readonly removedBytes: number | null;
}

export interface PreparedWorkload {
  readonly name: string;
  readonly summary: string;
  readonly kind: WorkloadKind;
  readonly measure: ChangeMeasure;
  readonly seed: number;
  /** In order; at least two, unless fewer were asked for. */
  readonly snapshots: readonly PreparedSnapshot[];
}

export interface PreparationControl {
  readonly signal?: AbortSignal;
  /** Called after each piece with the number of bytes just written. */
  readonly onBytes?: (bytes: number) => void;
}

/** The workloads of a definition file, by default the built-in ones, in its order. */
export function listWorkloads(file: string = builtInWorkloads): ListedWorkload[] {
  return readWorkloadDefinitions(file).map((definition) => {
    const { name } = definition;
    const absent = definition.from === 'packages' ? absentPackages(definition.packages) : undefined;
    const generator = definition.from === 'generator' ? generatorNamed(definition.generator) : undefined;
    const summary = 'summary' in definition ? definition.summary : (generator?.summary ?? name);
    const kind = kinds[definition.from];
    return { name, summary, kind, definition, ...(absent === undefined ? {} : { absent }) };
  });
}

const kinds = {
  generator: 'synthetic',
  trace: 'recorded',
  excerpt: 'real',
  series: 'real',
  packages: 'real',
} as const satisfies Record<WorkloadDefinition['from'], WorkloadKind>;

/**
 * Brings a defined workload's snapshots onto disk, below `folder`, and says where they are. `overrides` replace the
 * definition's size, seed and number of snapshots where these apply; a series is used where it lies.
 */
export async function prepareWorkload(
  definition: WorkloadDefinition,
  folder: string,
  overrides: Partial<WorkloadOptions> = {},
  control: PreparationControl = {},
): Promise<PreparedWorkload> {
  if (definition.from === 'series') {
    return prepareSeries(definition.folder, definition.name, definition.summary, overrides.snapshots);
  }
  const sized = 'bytes' in definition ? definition : { bytes: 0, seed: 0, snapshots: Infinity };
  const { bytes = sized.bytes, seed = sized.seed, snapshots = sized.snapshots } = overrides;
  return materialise(workloadOf(definition), { bytes, seed, snapshots }, folder, control);
}

/** The workload behind a definition; its trace or excerpt is opened when snapshots are made. */
function workloadOf(definition: Exclude<WorkloadDefinition, { from: 'series' }>): Workload {
  const { name } = definition;
  switch (definition.from) {
    case 'generator':
      return { ...generatorNamed(definition.generator), name };
    case 'trace': {
      const {
        cutWrites,
        cutSeconds = 0,
        changedShare,
        summary,
        compressibility,
        format,
        volume,
      } = definition;
      const cut = cutWrites === undefined ? { seconds: cutSeconds } : { writes: cutWrites };
      const events = traceEvents(definition.file, {
        ...(format === undefined ? {} : { format }),
        ...(volume === undefined ? {} : { volume }),
      });
      const share = changedShare === undefined ? {} : { changedShare };
      return traceWorkload({ name, summary, events, cut, compressibility, ...share });
    }
    case 'excerpt':
      return excerptWorkload(name, definition.summary, definition.file, definition.parts);
    case 'packages':
      return packagesWorkload(name, definition.summary, definition.packages);
    default:
      return unreachable(definition);
  }
}

/**
 * Writes a workload's snapshots as v0, v1 ... below `folder`, which is made when missing: sparse where zero, with fixed times
 * and modes. Throws UsageError when a snapshot of that name exists already.
 */
export async function materialise(
  workload: Workload,
  options: WorkloadOptions,
  folder: string,
  control: PreparationControl = {},
): Promise<PreparedWorkload> {
  const snapshots: PreparedSnapshot[] = [];
  for (const snapshot of workload.make(options)) {
    // Only now: impossible options leave no folder behind.
    makeFolder(folder);
    const path = join(folder, `v${snapshot.index}`);
    const target = createTarget(path, { form: snapshot.form, overwrite: false, durability: 'cached' });
    for (const bytes of writeSnapshot(snapshot, target)) {
      control.onBytes?.(bytes);
      await setImmediate();
      throwIfCancelled(control.signal);
    }
    const changes = snapshot.changes();
    snapshots.push({
      path,
      sizeBytes: snapshot.entries.reduce((sum, entry) => sum + entry.sizeBytes, 0),
      changedBytes: changes?.changedBytes ?? null,
      removedBytes: changes?.removedBytes ?? null,
    });
  }
  const { name, summary, kind, measure } = workload;
  return { name, summary, kind, measure, seed: options.seed, snapshots };
}

/** A folder whose children are the snapshots of a series, in natural order of their names. Nothing is copied. */
export function prepareSeries(
  folder: string,
  name = folder,
  summary = 'a series of snapshots on disk',
  snapshotsMax = Infinity,
): PreparedWorkload {
  const snapshots = seriesPaths(folder)
    .slice(0, snapshotsMax)
    .map((path) => ({
      path,
      sizeBytes: openSnapshot(path).layout.totalBytes,
      changedBytes: null,
      removedBytes: null,
    }));
  return { name, summary, kind: 'real', measure: 'unknown', seed: 0, snapshots };
}
