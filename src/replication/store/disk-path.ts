/** The paths of a Disk: relative, of ordinary names, so that none leads out of the disk's root. The empty path is the root itself. */
import { assert } from '../../base/errors.js';

/** Throws BugError: paths are computed, never typed. */
export function checkDiskPath(path: string): void {
  if (path === '') return;
  const isPlain = path
    .split('/')
    .every(
      (name) => name !== '' && name !== '.' && name !== '..' && !name.includes('\0') && !name.includes('\\'),
    );
  assert(isPlain, `a path on a disk is relative and plain, not ${JSON.stringify(path)}`);
}

/** The folder that a path's last name stands in; the root for a path of one name. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
