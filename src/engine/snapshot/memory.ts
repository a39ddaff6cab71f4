/** Snapshots held in memory: for library use, generated workloads and tests. Worker threads share bytes in shared memory without a copy. */
import { UsageError } from '../../base/errors.js';
import { openContent } from './content.js';
import { checkEntries, comparePaths } from './entry-rules.js';
import { Layout } from './layout.js';
import type { ContentReader, Entry, EntryKind, Snapshot, SnapshotForm, SnapshotSource } from './snapshot.js';

/** An entry with its bytes. The kind is `file` unless said otherwise; a mode that is not given is the usual one of the kind, a time 0. */
export interface MemoryEntry {
  readonly path: string;
  readonly kind?: EntryKind;
  readonly mode?: number;
  readonly mtimeMicros?: number;
  readonly bytes?: Uint8Array;
  readonly linkTarget?: string;
}

const usualMode = { file: 0o644, directory: 0o755, symlink: 0o777 } as const;

/**
 * A snapshot of copied bytes. Entries may come in any order; a tree's root and the directories between must be among them.
 * Throws DataError where the entries break a rule of entry-rules.ts.
 */
export function memorySnapshot(form: SnapshotForm, items: readonly MemoryEntry[], name = 'memory'): Snapshot {
  const sorted = [...items].sort((a, b) => comparePaths(a.path, b.path));
  const entries = sorted.map(resolveEntry);
  checkEntries(form, entries, name);
  const layout = new Layout(entries);
  const bytes = new SharedArrayBuffer(layout.totalBytes);
  sorted.forEach((item, index) => {
    if (item.bytes !== undefined) new Uint8Array(bytes).set(item.bytes, layout.startOf(index));
  });
  return memoryView(form, entries, bytes, name);
}

/** A snapshot over bytes that are laid out already. They are not copied: nobody may change them afterwards. */
export function memoryView(
  form: SnapshotForm,
  entries: readonly Entry[],
  bytes: SharedArrayBuffer | Uint8Array,
  name = 'memory',
): Snapshot {
  const layout = new Layout(entries);
  if (layout.totalBytes !== bytes.byteLength) {
    throw new UsageError(`${name}: entries of ${layout.totalBytes} bytes, but ${bytes.byteLength} are given`);
  }
  return new MemorySnapshot({ kind: 'memory', form, entries, bytes }, layout, name);
}

class MemorySnapshot implements Snapshot {
  readonly name: string;
  readonly source: SnapshotSource;
  readonly layout: Layout;

  constructor(source: SnapshotSource, layout: Layout, name: string) {
    this.source = source;
    this.layout = layout;
    this.name = name;
  }

  get form(): SnapshotForm {
    return this.source.form;
  }

  get entries(): readonly Entry[] {
    return this.source.entries;
  }

  openReader(): ContentReader {
    return openContent(this.source, this.layout);
  }

  assertUnchanged(): void {
    // By contract nobody writes to the bytes.
  }
}

function resolveEntry(item: MemoryEntry): Entry {
  const kind = item.kind ?? 'file';
  return {
    path: item.path,
    kind,
    mode: item.mode ?? usualMode[kind],
    mtimeMicros: item.mtimeMicros ?? 0,
    sizeBytes: item.bytes?.length ?? 0,
    ...(item.linkTarget === undefined ? {} : { linkTarget: item.linkTarget }),
  };
}
