/**
 * The state of a volume is a set of versions. What follows from it (which versions nobody has superseded, what they have in common) are pure
 * functions of that set: the order in which versions arrived, and where, does not matter.
 *
 * Law: heads are the maximal ones among versions that were written; a merge is derived from them and never one of them. A writer is never concurrent
 * to itself, so no two heads have the same writer. Results ascend by dot.
 *
 * Limits: versions that retention removed are unknown; an older ancestor may then take the place of the nearest one.
 */
import { DataError } from '../../base/errors.js';
import { isPlanted } from '../../base/planted.js';
import {
  compareDots,
  compareLateness,
  compareTimes,
  dotText,
  equalDots,
  isMerge,
  type Dot,
  type Version,
} from './version.js';
import { compareVectors, compareVersions, countOf } from './vector.js';

/** A volume's versions: each dot once, ascending. Throws DataError where two versions bear the same dot and are not the same. */
export function versionSet(versions: Iterable<Version>): readonly Version[] {
  const sorted = [...versions].sort((a, b) => compareDots(a.dot, b.dot));
  return sorted.filter((version, index) => {
    const previous = sorted[index - 1];
    if (previous === undefined || !equalDots(previous.dot, version.dot)) return true;
    if (!isSame(previous, version))
      throw new DataError(
        `two versions of volume '${version.volume}' are both called ${dotText(version.dot)}`,
        {
          hint: 'a writer that was restored from a backup counts anew: give it a new name',
        },
      );
    return false;
  });
}

function isSame(a: Version, b: Version): boolean {
  return (
    a.volume === b.volume &&
    compareTimes(a.time, b.time) === 0 &&
    compareVectors(a.vector, b.vector) === 'equal' &&
    a.parents.length === b.parents.length &&
    a.parents.every((parent, i) => equalDots(parent, b.parents[i] ?? a.dot))
  );
}

/** Those that no other one of the list follows, in the order of the list. */
export function maximal(versions: readonly Version[]): readonly Version[] {
  // Only a writer's last one can be: so a long history costs a look at each version, and writers are compared with writers.
  const last = new Map<string, Version>();
  for (const version of versions) {
    const { writer, counter } = version.dot;
    if ((last.get(writer)?.dot.counter ?? 0) < counter) last.set(writer, version);
  }
  const lasts = [...last.values()];
  return versions.filter(
    (version) => last.get(version.dot.writer) === version && !lasts.some((other) => isBefore(version, other)),
  );
}

/** The versions that were written and that nobody has superseded: none of no versions, one of a history without conflict. */
export function headsOf(versions: Iterable<Version>): readonly Version[] {
  return maximal(versionSet(versions).filter(({ dot }) => !isMerge(dot)));
}

/** The last one by hybrid time, then writer, then counter; undefined of none. */
export function latestOf(versions: readonly Version[]): Version | undefined {
  return versions.reduce<Version | undefined>(
    (best, version) => (best === undefined || compareLateness(best, version) < 0 ? version : best),
    undefined,
  );
}

/** The nearest versions of the set that both follow: one in a history without criss-cross merges, none where nothing is common (or kept). */
export function commonAncestors(set: readonly Version[], a: Version, b: Version): readonly Version[] {
  return nearestAmong(ancestry(set), a, b);
}

/** The same among versions that are known to count as ancestors. */
export function nearestAmong(versions: readonly Version[], a: Version, b: Version): readonly Version[] {
  return maximal(versions.filter((version) => isBefore(version, a) && isBefore(version, b)));
}

/**
 * What may count as an ancestor: versions that were written, and merges that one of them was made from. A merge that nobody built upon is left out,
 * since whether it was made at all depends on the order of arrival.
 */
export function ancestry(set: readonly Version[]): readonly Version[] {
  if (isPlanted('any-merge-an-ancestor')) return set;
  const builtUpon = new Set(
    set.flatMap(({ dot, parents }) => (isMerge(dot) ? [] : parents.filter(isMerge).map(dotText))),
  );
  return set.filter(({ dot }) => !isMerge(dot) || builtUpon.has(dotText(dot)));
}

/** Whether the second has seen all that the first has, and is another one. */
export function isBefore(a: Version, b: Version): boolean {
  return isMerge(a.dot) || isMerge(b.dot)
    ? compareVersions(a, b) === 'before'
    : // A writer's counter says as much as the whole vector, and costs one look.
      countOf(b.vector, a.dot.writer) >= a.dot.counter && !equalDots(a.dot, b.dot);
}

/** Finds a version by its dot. */
export function findVersion(versions: readonly Version[], dot: Dot): Version | undefined {
  return versions.find((version) => equalDots(version.dot, dot));
}
