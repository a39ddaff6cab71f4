/** Workloads as pairs of successive snapshots on disk: what jobs of the laboratory run over. */
import { join } from 'node:path';
import { UsageError } from '../../base/errors.js';
import { suggestion } from '../../base/suggest.js';
import { workloadBytesMin } from '../../workload/workload.js';
import type { SnapshotPair } from '../measurement/job.js';
import type { WorkloadRecord } from '../measurement/row.js';
import { listWorkloads, prepareSeries, prepareWorkload, type PreparedWorkload } from './workload-files.js';

export interface PreparedPair {
  readonly pair: SnapshotPair;
  readonly record: WorkloadRecord;
}

export interface PairChoices {
  readonly workloadFile?: string;
  /** Names, or folders (anything with a slash) whose children are a series of snapshots; by default all of the file. */
  readonly workloads?: readonly string[];
  /** Relative to the sizes in the definitions. */
  readonly scale: number;
  /** At most so many pairs of successive snapshots of each series that is a folder; by default the first alone. */
  readonly pairsMax?: number;
  /** In place of `scale`: the size itself. */
  readonly sizeBytes?: number;
  readonly signal?: AbortSignal;
}

export type PairEvent =
  | { readonly type: 'preparing'; readonly workload: string; readonly done: number; readonly total: number }
  | { readonly type: 'absent'; readonly workload: string; readonly reason: string };

/**
 * Makes snapshots 0 and 1 of each workload below `folder`. A workload that cannot be had on this machine is left out, with an event, unless it
 * was asked for by name. Throws UsageError for names that no workload has.
 */
export async function preparePairs(
  folder: string,
  { workloadFile, workloads: names, scale, sizeBytes, signal, pairsMax = 1 }: PairChoices,
  onEvent: (event: PairEvent) => void,
): Promise<PreparedPair[]> {
  const listed = listWorkloads(workloadFile);
  const known = listed.map(({ name }) => name);
  for (const name of names ?? []) {
    if (!isFolder(name) && !known.includes(name)) {
      throw new UsageError(`unknown workload '${name}'`, { hint: suggestion(name, known) });
    }
  }
  const wanted = listed.filter(({ name }) => names?.includes(name) ?? true);
  const pairs: PreparedPair[] = [];
  for (const [done, { name, definition, absent }] of wanted.entries()) {
    if (absent !== undefined) {
      if (names !== undefined) throw new UsageError(`workload ${name} cannot be made here: ${absent}`);
      onEvent({ type: 'absent', workload: name, reason: absent });
      continue;
    }
    onEvent({ type: 'preparing', workload: name, done, total: wanted.length });
    const bytes =
      'bytes' in definition
        ? { bytes: Math.max(workloadBytesMin, sizeBytes ?? Math.round(definition.bytes * scale)) }
        : {};
    const control = signal === undefined ? {} : { signal };
    const made = await prepareWorkload(definition, join(folder, name), { ...bytes, snapshots: 2 }, control);
    pairs.push(pairOf(made));
  }
  for (const name of names?.filter(isFolder) ?? []) pairs.push(...pairsOf(prepareSeries(name), pairsMax));
  return pairs;
}

function isFolder(name: string): boolean {
  return /[/\\]/.test(name);
}

/** Successive snapshots, the first pair under the workload's own name. Throws UsageError where there are fewer than two snapshots. */
function pairsOf(workload: PreparedWorkload, pairsMax: number): PreparedPair[] {
  const count = Math.min(pairsMax, Math.max(1, workload.snapshots.length - 1));
  return Array.from({ length: count }, (_, i) => {
    const pair = pairOf({ ...workload, snapshots: workload.snapshots.slice(i) });
    if (i === 0) return pair;
    const name = `${workload.name} #${i + 1}`;
    return { pair: { ...pair.pair, workload: name }, record: { ...pair.record, name } };
  });
}

/** The first two snapshots. */
function pairOf({ name, summary, seed, snapshots: [base, target] }: PreparedWorkload): PreparedPair {
  if (base === undefined || target === undefined) {
    throw new UsageError(`workload ${name} has fewer than two snapshots`);
  }
  return {
    pair: { workload: name, basePath: base.path, targetPath: target.path },
    record: {
      name,
      summary,
      baseBytes: base.sizeBytes,
      targetBytes: target.sizeBytes,
      changedBytes: target.changedBytes,
      seed,
    },
  };
}
