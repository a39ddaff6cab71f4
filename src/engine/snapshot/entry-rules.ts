/**
 * What a list of entries must look like, wherever it comes from: a directory listing, a manifest, or a hostile package. Code that
 * creates files relies on these rules and on nothing else to stay inside its folder:
 *
 * - an image is one file entry with the empty path;
 * - a tree begins with the directory '.', and its paths ascend by UTF-8 bytes, so each occurs once;
 * - every path is relative, of non-empty components other than '.' and '..', and its parent is a directory of the same list;
 * - only files have bytes, only symlinks point somewhere (anywhere: a link target is never followed here).
 *
 * Limits: base/limits.ts.
 */
import { DataError } from '../../base/errors.js';
import { entriesMax, pathBytesMax, snapshotBytesMax } from '../../base/limits.js';
import type { Entry, SnapshotForm } from './snapshot.js';

export const modeMax = 0o7777;

/** Compares two well-formed strings by their UTF-8 bytes: negative, 0 or positive. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return utf8Rank(x) - utf8Rank(y);
  }
  return a.length - b.length;
}

/** UTF-16 sorts surrogates below U+E000..U+FFFF, UTF-8 above them. */
function utf8Rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Order of entries in a tree: '.' first, then by UTF-8 bytes. */
export function comparePaths(a: string, b: string): number {
  if (a === '.' || b === '.') return a === b ? 0 : a === '.' ? -1 : 1;
  return compareUtf8(a, b);
}

/** The path of the directory that holds `path` (which is not '.'). */
export function parentPath(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash);
}

/** What is wrong with the path of a tree entry other than the root, or undefined. */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (textTooLong(path)) return `is longer than ${pathBytesMax} bytes`;
  if (path.includes('\0')) return 'holds a NUL';
  if (isMalformed(path)) return 'is not valid Unicode';
  for (const component of path.split('/')) {
    if (component === '') return 'is absolute or has an empty component';
    if (component === '.' || component === '..') return `has the component '${component}'`;
  }
  return undefined;
}

/** Throws DataError with `what` in front where the entries break a rule. */
export function checkEntries(form: SnapshotForm, entries: readonly Entry[], what: string): void {
  if (entries.length > entriesMax) {
    throw new DataError(`${what} has ${entries.length} entries, more than ${entriesMax}`);
  }
  let totalBytes = 0;
  for (const entry of entries) {
    const problem = fieldProblem(entry);
    if (problem !== undefined) throw new DataError(`${what}: ${shown(entry.path)} ${problem}`);
    totalBytes += entry.sizeBytes;
  }
  if (totalBytes > snapshotBytesMax) {
    throw new DataError(`${what} has ${totalBytes} bytes, more than ${snapshotBytesMax}`);
  }
  if (form === 'image') checkImage(entries, what);
  else checkTree(entries, what);
}

function checkImage(entries: readonly Entry[], what: string): void {
  const [only] = entries;
  if (entries.length !== 1 || only?.path !== '' || only.kind !== 'file') {
    throw new DataError(`${what} is not an image of one file entry`);
  }
}

function checkTree(entries: readonly Entry[], what: string): void {
  const [root] = entries;
  if (root?.path !== '.' || root.kind !== 'directory') {
    throw new DataError(`${what} does not begin with the root directory`);
  }
  const directories = new Set(['.']);
  let previous = root.path;
  for (const { path, kind } of entries.slice(1)) {
    const problem = pathProblem(path);
    if (problem !== undefined) throw new DataError(`${what}: ${shown(path)} ${problem}`);
    if (comparePaths(previous, path) >= 0) {
      throw new DataError(`${what}: ${shown(path)} is listed twice or out of order`);
    }
    if (!directories.has(parentPath(path))) {
      throw new DataError(`${what}: ${shown(path)} has no directory to lie in`);
    }
    if (kind === 'directory') directories.add(path);
    previous = path;
  }
}

/** What is wrong with the properties of an entry other than its path, or undefined. */
export function fieldProblem(entry: Entry): string | undefined {
  const { mode, mtimeMicros, sizeBytes, linkTarget, kind } = entry;
  if (!(Number.isInteger(mode) && mode >= 0 && mode <= modeMax)) return `has the mode ${mode}`;
  if (!Number.isSafeInteger(mtimeMicros)) return `has the modification time ${mtimeMicros}`;
  if (!(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0)) return `has the size ${sizeBytes}`;
  if (kind !== 'file' && sizeBytes !== 0) return `is a ${kind} with bytes`;
  if ((kind === 'symlink') !== (linkTarget !== undefined)) {
    return kind === 'symlink' ? 'is a symlink to nowhere' : `is a ${kind} with a link target`;
  }
  if (linkTarget === undefined) return undefined;
  if (linkTarget === '' || linkTarget.includes('\0') || isMalformed(linkTarget) || textTooLong(linkTarget)) {
    return 'has an impossible link target';
  }
  return undefined;
}

function textTooLong(text: string): boolean {
  return text.length > pathBytesMax || Buffer.byteLength(text, 'utf8') > pathBytesMax;
}

/** Whether there is a surrogate without its partner. */
function isMalformed(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

/** A path as one line of a message: quoted, control characters escaped, shortened. */
export function shown(path: string): string {
  const text = JSON.stringify(path);
  return text.length <= 200 ? text : `${text.slice(0, 197)}..."`;
}
