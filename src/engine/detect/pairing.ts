/**
 * Which base entry lies opposite each target entry: the same path, else a removed file that probably became this one (a
 * rename): same base name, or else same size. A pair is a hint for where to look, never a claim about content.
 */
import type { SnapshotShape } from '../snapshot/snapshot.js';
import { fileName } from '../snapshot/structure.js';

/** For each target entry the index of its base entry, or -1. Only files are paired. */
export function pairEntries(base: SnapshotShape, target: SnapshotShape): Int32Array {
  const pairs = new Int32Array(target.entries.length).fill(-1);
  const baseByPath = new Map(base.entries.map((entry, index) => [entry.path, index]));
  const unmatched = new Set<number>();
  base.entries.forEach((entry, index) => {
    if (entry.kind === 'file') unmatched.add(index);
  });
  target.entries.forEach((entry, index) => {
    const opposite = baseByPath.get(entry.path);
    if (entry.kind !== 'file' || opposite === undefined || !unmatched.delete(opposite)) return;
    pairs[index] = opposite;
  });
  pairBy(base, target, pairs, unmatched, (path, size) => `${size} ${fileName(path)}`);
  pairBy(base, target, pairs, unmatched, (path) => fileName(path));
  pairBy(base, target, pairs, unmatched, (_, size) => String(size));
  return pairs;
}

/** Pairs what is left by a key, in order; empty files are left out, since any two would match. */
function pairBy(
  base: SnapshotShape,
  target: SnapshotShape,
  pairs: Int32Array,
  unmatched: Set<number>,
  keyOf: (path: string, size: number) => string,
): void {
  const waiting = new Map<string, number[]>();
  for (const index of unmatched) {
    const entry = base.entries[index];
    if (entry === undefined || entry.sizeBytes === 0) continue;
    const key = keyOf(entry.path, entry.sizeBytes);
    const queue = waiting.get(key);
    if (queue === undefined) waiting.set(key, [index]);
    else queue.push(index);
  }
  target.entries.forEach((entry, index) => {
    if (entry.kind !== 'file' || entry.sizeBytes === 0 || pairs[index] !== -1) return;
    const opposite = waiting.get(keyOf(entry.path, entry.sizeBytes))?.shift();
    if (opposite === undefined) return;
    pairs[index] = opposite;
    unmatched.delete(opposite);
  });
}
