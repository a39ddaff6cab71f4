/**
 * Places for what a measurement leaves. Whether a file can be written is tried before minutes of measuring, not after; the file itself
 * is written beside its name and renamed, so that a reader, or a crash, never sees half of one.
 */
import { closeSync, copyFileSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { WorldError } from '../../base/errors.js';
import { orWorldError } from '../../engine/snapshot/failures.js';
import { makeFolder } from '../../engine/snapshot/make-folder.js';

/**
 * Makes sure that each of the files can be written later: makes its folder and creates a file there, which is removed again; a file
 * that is there stays as it is. Paths that are undefined are passed over. Throws WorldError.
 */
export function requireWritable(...paths: readonly (string | undefined)[]): void {
  for (const path of paths) {
    if (path === undefined) continue;
    makeFolder(dirname(path));
    orWorldError('write', path, () => {
      if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
        throw new WorldError(`cannot write ${path}: it is a directory or a device`, {
          hint: 'name a file',
        });
      }
      const staged = stagedPath(path);
      closeSync(openSync(staged, 'w'));
      rmSync(staged);
    });
  }
}

/** Creates or replaces the file, whole or not at all; its folder is made when missing. Throws WorldError. */
export function replaceFile(path: string, content: string | Uint8Array): void {
  replaceBy(path, (staged) => writeFileSync(staged, content));
}

/** The same, with what another file holds. */
export function replaceWithCopy(path: string, from: string): void {
  replaceBy(path, (staged) => copyFileSync(from, staged));
}

function replaceBy(path: string, write: (stagedPath: string) => void): void {
  makeFolder(dirname(path));
  orWorldError('write', path, () => {
    const staged = stagedPath(path);
    try {
      write(staged);
      renameSync(staged, path);
    } catch (cause) {
      rmSync(staged, { force: true });
      throw cause;
    }
  });
}

function stagedPath(path: string): string {
  return `${path}.${process.pid}.part`;
}
