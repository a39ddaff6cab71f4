/** The file system's failures as WorldErrors: one line that says what could not be done, why, and a way out. */
import { SnapdeltaError, WorldError } from '../../base/errors.js';

const reasons: Readonly<Record<string, readonly [why: string, hint?: string]>> = {
  ENOENT: ['it does not exist', 'check the path'],
  ENOTDIR: ['a part of its path is not a directory', 'check the path'],
  EACCES: ['permission is denied', 'run as a user who may access it'],
  EPERM: ['the operation is not permitted', 'run as a user who may access it'],
  EROFS: ['the file system is read-only', 'choose a place on a writable file system'],
  ENOSPC: ['the disk is full', 'free some space or choose another place'],
  EDQUOT: ['the disk quota is used up', 'free some space or choose another place'],
  EFBIG: ['the file system cannot hold a file of this size', 'choose a place on another file system'],
  EMFILE: ['too many files are open', 'raise the limit on open files (ulimit -n)'],
  ENFILE: ['too many files are open on this machine'],
  ELOOP: ['it is a symbolic link, or links lead in a circle'],
  ENAMETOOLONG: ['its name is too long for the file system'],
  EEXIST: ['something of this name exists already'],
  ENOTEMPTY: ['the directory is not empty'],
  EISDIR: ['it is a directory'],
  EIO: ['the device failed', 'check the disk'],
  EBUSY: ['it is in use'],
  EXDEV: ['it lies on another file system'],
};

/** A WorldError for what fs threw while `action` ("read", "create" ...) was tried on `path`. Errors of ours pass unchanged. */
export function worldError(cause: unknown, action: string, path: string): SnapdeltaError {
  if (cause instanceof SnapdeltaError) return cause;
  const code = errorCode(cause);
  const isNew = action === 'create' || action === 'write';
  const [why, hint] =
    code === 'ENOENT' && isNew
      ? ['its folder does not exist', 'make the folder first']
      : (reasons[code] ?? [code === '' ? String(cause) : code]);
  return new WorldError(`cannot ${action} ${path}: ${why}`, hint === undefined ? { cause } : { cause, hint });
}

/** `ENOENT` and its kin; empty for anything that is not a system error. */
export function errorCode(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
}

/** Runs a file-system call and turns its failure into a WorldError. */
export function orWorldError<T>(action: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw worldError(cause, action, path);
  }
}
