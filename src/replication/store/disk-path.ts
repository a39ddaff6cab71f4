/** The paths of a Disk: relative, of ordinary names, so that none leads out of the disk's root. The empty path is the root itself. */
import { BugError } from '../../base/errors.js';
import { areComponents } from './components.js';

/** Throws BugError: paths are computed, never typed. */
export function checkDiskPath(path: string): void {
  if (path === '' || areComponents(path, isPlain)) return;
  throw new BugError(`invariant broken: a path on a disk is relative and plain, not ${JSON.stringify(path)}`);
}

/** Neither NUL nor a backslash. */
function isPlain(code: number): boolean {
  return code !== 0 && code !== 0x5c;
}

/** The folder that a path's last name stands in; the root for a path of one name. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
