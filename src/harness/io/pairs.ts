/** Workloads as pairs of successive snapshots on disk: what jobs of the laboratory run over. */
import { join } from 'node:path';
import { UsageError } from '../../base/errors.js';
import { suggestion } from '../../base/suggest.js';
import { workloadBytesMin } from '../../workload/workload.js';
import type { SnapshotPair } from '../measurement/job.js';
import type { WorkloadRecord } from '../measurement/row.js';
import { listWorkloads, prepareWorkload } from './workload-files.js';

export interface PreparedPair {
  readonly pair: SnapshotPair;
  readonly record: WorkloadRecord;
}

export interface PairChoices {
  readonly workloadFile?: string;
  /** Names; by default all of the file. */
  readonly workloads?: readonly string[];
  /** Relative to the sizes in the definitions. */
  readonly scale: number;
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
  { workloadFile, workloads: names, scale, signal }: PairChoices,
  onEvent: (event: PairEvent) => void,
): Promise<PreparedPair[]> {
  const listed = listWorkloads(workloadFile);
  const known = listed.map(({ name }) => name);
  for (const name of names ?? []) {
    if (!known.includes(name)) {
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
        ? { bytes: Math.max(workloadBytesMin, Math.round(definition.bytes * scale)) }
        : {};
    const control = signal === undefined ? {} : { signal };
    const made = await prepareWorkload(definition, join(folder, name), { ...bytes, snapshots: 2 }, control);
    const [base, target] = made.snapshots;
    if (base === undefined || target === undefined) {
      throw new UsageError(`workload ${name} has fewer than two snapshots`);
    }
    pairs.push({
      pair: { workload: name, basePath: base.path, targetPath: target.path },
      record: {
        name,
        summary: made.summary,
        baseBytes: base.sizeBytes,
        targetBytes: target.sizeBytes,
        changedBytes: target.changedBytes,
        seed: made.seed,
      },
    });
  }
  return pairs;
}
