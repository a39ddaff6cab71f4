/**
 * Version vectors: a partial order with a least upper bound.
 *
 * Law: join is commutative, associative and idempotent, and the least vector that is not before any of its arguments. Results list writers in
 * ascending order and never one that counts 0, so that equal vectors look equal.
 */
import { isPlanted } from '../../base/planted.js';
import { compareText, type Version, type VersionVector } from './version.js';

/** How the first stands to the second. */
export type Order = 'equal' | 'before' | 'after' | 'concurrent';

/** A writer's counter; names such as `constructor` are names like any other. */
export function countOf(vector: VersionVector, writer: string): number {
  return Object.hasOwn(vector, writer) ? (vector[writer] ?? 0) : 0;
}

/** Whether `a` counts for every writer at most what `b` does. */
function isWithin(a: VersionVector, b: VersionVector): boolean {
  for (const writer of Object.keys(a)) if (countOf(a, writer) > countOf(b, writer)) return false;
  return true;
}

export function compareVectors(a: VersionVector, b: VersionVector): Order {
  const isBelow = isWithin(a, b);
  const isAbove = isWithin(b, a);
  if (isBelow) return isAbove ? 'equal' : 'before';
  return isAbove ? 'after' : 'concurrent';
}

/** The largest counter of each writer. */
export function joinVectors(vectors: readonly VersionVector[]): VersionVector {
  const counts = new Map<string, number>();
  for (const vector of vectors) {
    for (const writer of Object.keys(vector)) {
      const count = countOf(vector, writer);
      if (count > (counts.get(writer) ?? 0)) counts.set(writer, count);
    }
  }
  // fromEntries defines own properties, so that `__proto__` is a name like any other.
  return Object.fromEntries([...counts].sort(([a], [b]) => compareText(a, b)));
}

/** The vector of the writer's next version, made from the parents. */
export function nextVector(
  parents: readonly VersionVector[],
  writer: string,
  counter: number,
): VersionVector {
  const known = isPlanted('parents-not-joined') ? [] : parents;
  return joinVectors([...known, Object.fromEntries([[writer, counter]])]);
}

/** How one version of a volume stands to another: two merges of equal vectors are concurrent, unless they are one. */
export function compareVersions(a: Version, b: Version): Order {
  const order = compareVectors(a.vector, b.vector);
  if (order !== 'equal') return order;
  return a.dot.writer === b.dot.writer && a.dot.counter === b.dot.counter ? 'equal' : 'concurrent';
}
