/**
 * Structural change between two snapshots: everything about entries except their bytes. Only what changed is listed, so a changed mode
 * costs one row, whatever the tree's size.
 */
import type { Entry, SnapshotShape } from './snapshot.js';

/** One changed entry of the target. Entries that are not listed equal the base's entry of the same path in all but content. */
export interface EntryChange {
  readonly entry: Entry;
  /** The base path that this entry was renamed from. */
  readonly renamedFrom?: string;
}

export interface Structure {
  /** Base paths that the target no longer has (renamed ones included), sorted. */
  readonly removed: readonly string[];
  /** Added, renamed and changed entries in target order. An image always lists its one entry. */
  readonly changed: readonly EntryChange[];
}

/** Content digest of an entry as a comparable key. */
export type DigestOf = (entryIndex: number) => string;

/**
 * What changed. A new file is a rename where a removed one has the same size and content digest; of several, one with the same file
 * name is preferred, then the first in order. Empty files are never renames.
 */
export function structureBetween(
  base: SnapshotShape,
  target: SnapshotShape,
  baseDigest: DigestOf,
  targetDigest: DigestOf,
): Structure {
  if (target.form === 'image') return { removed: [], changed: target.entries.map((entry) => ({ entry })) };
  const targetPaths = new Set(target.entries.map((entry) => entry.path));
  const basePaths = new Map(base.entries.map((entry) => [entry.path, entry]));
  const removed: string[] = [];
  const movable = new Map<string, RenameSources>();
  base.entries.forEach((entry, index) => {
    if (targetPaths.has(entry.path)) return;
    removed.push(entry.path);
    if (entry.kind !== 'file' || entry.sizeBytes === 0) return;
    const key = contentKey(entry, baseDigest(index));
    const sources = movable.get(key) ?? new RenameSources();
    sources.add(entry.path);
    movable.set(key, sources);
  });
  const changed: EntryChange[] = [];
  target.entries.forEach((entry, index) => {
    const before = basePaths.get(entry.path);
    if (before !== undefined) {
      if (!sameEntry(before, entry)) changed.push({ entry });
      return;
    }
    const isMovable = entry.kind === 'file' && entry.sizeBytes > 0;
    const sources = isMovable ? movable.get(contentKey(entry, targetDigest(index))) : undefined;
    const renamedFrom = sources?.take(entry.path);
    changed.push(renamedFrom === undefined ? { entry } : { entry, renamedFrom });
  });
  return { removed, changed };
}

function contentKey(entry: Entry, digest: string): string {
  return `${entry.sizeBytes} ${digest}`;
}

/** Removed files of one content, each to be given away once: one with the wanted file name first, else the first that is left. */
class RenameSources {
  readonly #left = new Set<string>();
  readonly #byName = new Map<string, Set<string>>();

  add(path: string): void {
    const named = this.#byName.get(fileName(path)) ?? new Set();
    this.#byName.set(fileName(path), named.add(path));
    this.#left.add(path);
  }

  take(wanted: string): string | undefined {
    const [path] = this.#byName.get(fileName(wanted)) ?? [];
    const [first] = this.#left;
    const taken = path ?? first;
    if (taken === undefined) return undefined;
    this.#left.delete(taken);
    this.#byName.get(fileName(taken))?.delete(taken);
    return taken;
  }
}

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function sameEntry(a: Entry, b: Entry): boolean {
  return (
    a.kind === b.kind &&
    a.mode === b.mode &&
    a.mtimeMicros === b.mtimeMicros &&
    a.sizeBytes === b.sizeBytes &&
    a.linkTarget === b.linkTarget
  );
}
