/**
 * Lists a directory tree: every file, directory and symlink below the root, sorted by UTF-8 bytes, links never followed.
 *
 * Sockets, fifos and devices have no content to carry; they are passed over and reported. A name that is not valid UTF-8 is refused: it
 * could not be written again under the same bytes. Hard links are listed as files of their own; owners, ACLs and extended
 * attributes are not part of a snapshot.
 */
import { lstatSync, readdirSync, readlinkSync, statSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { WorldError } from '../../base/errors.js';
import { entriesMax } from '../../base/limits.js';
import { compareUtf8, shown } from './entry-rules.js';
import { orWorldError } from './failures.js';
import type { Entry } from './snapshot.js';
import { microsOf } from './times.js';

/** Something inside a tree that a snapshot does not hold. */
export interface SkippedFile {
  readonly path: string;
  readonly kind: 'socket' | 'fifo' | 'block device' | 'character device';
}

export interface Listing {
  readonly entries: readonly Entry[];
  readonly skipped: readonly SkippedFile[];
}

/** Lists the directory `root`. Throws WorldError for what cannot be read or vanishes meanwhile. */
export function listTree(root: string): Listing {
  // Looked at before its names are read, as every directory below it: a change in between shows in assertUnchanged.
  const top = orWorldError('read', root, () => statSync(root, { bigint: true }));
  const entries: Entry[] = [];
  const skipped: SkippedFile[] = [];
  const directories: string[] = [];
  for (let folder: string | undefined = ''; folder !== undefined; folder = directories.pop()) {
    for (const name of namesIn(root, folder)) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const file = join(root, path);
      const stats = orWorldError('read', file, () => lstatSync(file, { bigint: true }));
      const entry = entryOf(path, stats, () => linkTarget(file));
      if (entry === undefined) {
        skipped.push({ path, kind: specialKind(stats) });
        continue;
      }
      if (entry.kind === 'directory') directories.push(path);
      entries.push(entry);
      if (entries.length >= entriesMax) {
        throw new WorldError(`${root} has more than ${entriesMax} entries`, {
          hint: 'take snapshots of its subdirectories',
        });
      }
    }
  }
  entries.sort((a, b) => compareUtf8(a.path, b.path));
  skipped.sort((a, b) => compareUtf8(a.path, b.path));
  return {
    entries: [{ ...metadataOf(top), path: '.', kind: 'directory', sizeBytes: 0 }, ...entries],
    skipped,
  };
}

/** The entry for what lies at `path`, or undefined for what snapshots do not hold. */
function entryOf(path: string, stats: BigIntStats, readTarget: () => string): Entry | undefined {
  const metadata = { path, ...metadataOf(stats) };
  if (stats.isFile()) return { ...metadata, kind: 'file', sizeBytes: Number(stats.size) };
  if (stats.isDirectory()) return { ...metadata, kind: 'directory', sizeBytes: 0 };
  // A symlink's own mode means nothing and differs between systems.
  if (stats.isSymbolicLink())
    return { ...metadata, kind: 'symlink', mode: 0o777, sizeBytes: 0, linkTarget: readTarget() };
  return undefined;
}

export function metadataOf(stats: BigIntStats): { readonly mode: number; readonly mtimeMicros: number } {
  return { mode: Number(stats.mode & 0o7777n), mtimeMicros: microsOf(stats.mtimeNs) };
}

/** What a thing that is no file, directory or link is. */
export function specialKind(stats: BigIntStats): SkippedFile['kind'] {
  if (stats.isSocket()) return 'socket';
  if (stats.isFIFO()) return 'fifo';
  return stats.isBlockDevice() ? 'block device' : 'character device';
}

function namesIn(root: string, folder: string): string[] {
  const directory = join(root, folder);
  const names = orWorldError('read', directory, () => readdirSync(directory, { encoding: 'buffer' }));
  return names.map((name) => decode(name, `a name in ${directory}`));
}

function linkTarget(file: string): string {
  const target = orWorldError('read', file, () => readlinkSync(file, { encoding: 'buffer' }));
  return decode(target, `the target of the link ${file}`);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array, what: string): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new WorldError(`${what} is not valid UTF-8: ${shown(Buffer.from(bytes).toString('latin1'))}`, {
      cause,
      hint: 'rename it, for example with convmv',
    });
  }
}
