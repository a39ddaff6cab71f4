/**
 * Folders are made one by one: where an ancestor gives ENOENT again and again, as /proc does, `mkdir` of Node 20 with `recursive` never
 * returns.
 */
import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { WorldError } from '../../base/errors.js';
import { errorCode, orWorldError } from './failures.js';

/** Makes the folder and those above it that are missing. Returns the first that was, in full; undefined where none was. Throws WorldError. */
export function makeFolder(folder: string, mode = 0o777): string | undefined {
  return orWorldError('create', folder, () => {
    const missing: string[] = [];
    let above = resolve(folder);
    // The root is there, so this ends.
    while (statSync(above, { throwIfNoEntry: false }) === undefined) {
      missing.push(above);
      above = dirname(above);
    }
    for (const path of missing.reverse()) makeOne(path, mode);
    if (!statSync(folder).isDirectory()) {
      throw new WorldError(`cannot create ${folder}: a file of this name exists already`);
    }
    return missing[0];
  });
}

/** What is above it is there. Another process may have made it meanwhile. */
function makeOne(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (cause) {
    const code = errorCode(cause);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT') throw cause;
    throw new WorldError(`cannot create ${path}: its file system takes no new folders`, {
      hint: 'choose another place',
      cause,
    });
  }
}
