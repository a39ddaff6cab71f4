/**
 * The target's entries from the base's and a package's structural change: what the base has, without what was removed, with what was
 * added or changed. Both lists are sorted, so one merge is enough.
 */
import { DataError, present } from '../../base/errors.js';
import type { PackageHeader } from '../package/model.js';
import { checkEntries, comparePaths, shown } from '../snapshot/entry-rules.js';
import { shapeOf } from '../snapshot/shape.js';
import type { Entry, SnapshotShape } from '../snapshot/snapshot.js';
import type { Structure } from '../snapshot/structure.js';

/**
 * Throws DataError where the base lacks what the structure removes, or where the result is no proper snapshot or not of the size that the
 * header states. A structure that was written for these base entries never fails.
 */
export function resolveTarget(
  base: SnapshotShape,
  structure: Structure,
  header: PackageHeader,
): SnapshotShape {
  const listed = structure.changed.map(({ entry }) => entry);
  const entries = header.form === 'image' ? listed : merge(base.entries, structure.removed, listed);
  checkEntries(header.form, entries, 'the target');
  const shape = shapeOf({ form: header.form, entries });
  const { totalBytes, entryCount } = header.target;
  if (entries.length !== entryCount || shape.layout.totalBytes !== totalBytes) {
    throw new DataError(
      `the target would have ${entries.length} entries of ${shape.layout.totalBytes} bytes instead of ${entryCount} of ${totalBytes}`,
    );
  }
  return shape;
}

function merge(base: readonly Entry[], removed: readonly string[], listed: readonly Entry[]): Entry[] {
  const gone = new Set(removed);
  const merged: Entry[] = [];
  let next = 0;
  for (const entry of base) {
    while (next < listed.length) {
      const candidate = present(listed[next], 'listed entry');
      if (comparePaths(candidate.path, entry.path) >= 0) break;
      merged.push(candidate);
      next++;
    }
    const replacement = listed[next];
    if (replacement?.path === entry.path) {
      merged.push(replacement);
      next++;
    } else if (!gone.has(entry.path)) {
      merged.push(entry);
    }
    gone.delete(entry.path);
  }
  for (const path of gone) throw new DataError(`the base has no ${shown(path)}, which the package removes`);
  return merged.concat(listed.slice(next));
}
