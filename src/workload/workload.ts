/**
 * A workload: a source of snapshots 0..n of one volume, for measurements and tests.
 *
 * The law: a workload is a pure function of its options. The same bytes, seed and index give the same snapshot on every platform; a
 * snapshot's content can be filled in pieces, in any order, at any time, also after later snapshots were drawn. So a 4 GiB
 * snapshot needs no 4 GiB of memory: what is kept is a description (page versions, pieces), never the bytes.
 *
 * Limits: integers only where bytes are decided; no Math.sin, Math.exp or Math.log, whose last bits differ between platforms.
 */
import type { Entry, SnapshotForm } from '../engine/snapshot/snapshot.js';
import { UsageError } from '../base/errors.js';

/** `synthetic`: generated from a seed alone. `recorded`: writes of a recorded trace on generated content. `real`: bytes that existed. */
export type WorkloadKind = 'synthetic' | 'recorded' | 'real';

/**
 * How `changedBytes` and `removedBytes` are counted against the previous snapshot.
 *
 * - `in-place`: changed is the number of offsets at which the byte differs, plus every byte past the old end; removed is the
 *   number of old bytes past the new end. Exact, counted on the content. For data that is overwritten where it lies.
 * - `new-bytes`: changed is the number of bytes that the generator wrote anew (inserted, appended, replaced), removed the
 *   number of old bytes that it dropped or replaced, so that size + changed - removed is the next size. For data that moves: an
 *   offset by offset comparison would call everything behind an insert changed. A new byte that happens to equal the old one
 *   counts.
 * - `unknown`: real data; nobody wrote down what was changed in it.
 */
export type ChangeMeasure = 'in-place' | 'new-bytes' | 'unknown';

export interface Changes {
  readonly changedBytes: number;
  readonly removedBytes: number;
}

export interface GeneratedSnapshot {
  /** 0 for the first; changes of snapshot 0 are its whole content. */
  readonly index: number;
  readonly form: SnapshotForm;
  readonly entries: readonly Entry[];
  /** Fills `into` with the bytes of entry number `entry` at [offset, offset + into.length), which must lie inside the entry. */
  fill(entry: number, offset: number, into: Uint8Array): void;
  /**
   * What truly changed since the previous snapshot, by the workload's measure; undefined where that is `unknown`. May draw the changed
   * pages; the result is kept.
   */
  changes(): Changes | undefined;
}

export interface WorkloadOptions {
  /** Size of snapshot 0, kept to within a page or a file; at least `workloadBytesMin`. */
  readonly bytes: number;
  /** 32 bits are used. */
  readonly seed: number;
  /** How many snapshots to yield, the first included; at least 1. */
  readonly snapshots: number;
}

export interface Workload {
  readonly name: string;
  /** One line: what it stands for and what changes. */
  readonly summary: string;
  readonly kind: WorkloadKind;
  readonly measure: ChangeMeasure;
  /** Yields at most `snapshots` snapshots; a trace yields fewer when it ends. Throws UsageError for impossible options. */
  make(options: WorkloadOptions): Iterable<GeneratedSnapshot>;
}

/** Below this the structured workloads (a file system, a mailbox) have no room for their structure. */
export const workloadBytesMin = 64 * 1024;

/** Refuses options that no workload can serve. */
export function checkOptions(name: string, options: WorkloadOptions): void {
  const { bytes, seed, snapshots } = options;
  if (!Number.isSafeInteger(bytes) || bytes < workloadBytesMin) {
    throw new UsageError(
      `workload ${name}: bytes is ${bytes}, but must be a whole number of at least ${workloadBytesMin}`,
    );
  }
  if (!Number.isSafeInteger(seed))
    throw new UsageError(`workload ${name}: seed ${seed} is not a whole number`);
  if (!Number.isSafeInteger(snapshots) || snapshots < 1) {
    throw new UsageError(
      `workload ${name}: snapshots is ${snapshots}, but must be a whole number of at least 1`,
    );
  }
}

/** 2026-01-01T00:00:00Z: snapshot times are fixed, so that a package never depends on when a workload was made. */
const epochMicros = 1_767_225_600_000_000;
const dayMicros = 86_400_000_000;

/** Snapshot i is taken i days after the epoch of all workloads. */
export function snapshotTimeMicros(index: number): number {
  return epochMicros + index * dayMicros;
}

/** What a generator of images has to say about one snapshot. */
export interface ImageContent {
  readonly sizeBytes: number;
  fill(offset: number, into: Uint8Array): void;
  changes(): Changes | undefined;
}

/** Wraps one run of content as a snapshot of form `image`; computes `changes` at most once. */
export function imageSnapshot(index: number, content: ImageContent): GeneratedSnapshot {
  let known: Changes | undefined;
  return {
    index,
    form: 'image',
    entries: [
      {
        path: '',
        kind: 'file',
        mode: 0o644,
        mtimeMicros: snapshotTimeMicros(index),
        sizeBytes: content.sizeBytes,
      },
    ],
    fill: (_entry, offset, into) => content.fill(offset, into),
    changes: () => (known ??= content.changes()),
  };
}
