/** Opens what a user names as a snapshot: a file or block device is an image, a directory is a tree. */
import { closeSync, constants, lstatSync, openSync, statSync, type BigIntStats } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError, WorldError } from '../../base/errors.js';
import { blockDeviceBytes } from './block-device.js';
import { entryFile, openContent } from './content.js';
import { checkEntries } from './entry-rules.js';
import { orWorldError } from './failures.js';
import { Layout } from './layout.js';
import { listTree, metadataOf, specialKind, type Listing, type SkippedFile } from './listing.js';
import type { ContentReader, Entry, Snapshot, SnapshotForm, SnapshotSource } from './snapshot.js';

/** A snapshot on disk. Its entries are those of the moment it was opened. */
export interface OpenedSnapshot extends Snapshot {
  /** Sockets, fifos and devices inside the tree, which snapshots do not hold. */
  readonly skipped: readonly SkippedFile[];
}

/**
 * Opens the file, block device or directory at `path` (which may be a symlink to one). Throws UsageError for other kinds, WorldError
 * for what is missing or cannot be read, DataError for a tree beyond the limits.
 */
export function openSnapshot(path: string): OpenedSnapshot {
  const stats = orWorldError('open', path, () => statSync(path, { bigint: true }));
  const form: SnapshotForm = stats.isDirectory() ? 'tree' : 'image';
  const { entries, skipped } = form === 'tree' ? listTree(path) : listImage(path, stats);
  checkEntries(form, entries, path);
  return new FileSnapshot(path, { kind: 'path', path: resolve(path), form, entries }, skipped);
}

function listImage(path: string, stats: BigIntStats): Listing {
  if (!stats.isFile() && !stats.isBlockDevice()) {
    throw new UsageError(`${path} is a ${specialKind(stats)}`, {
      hint: 'give a file, a block device or a directory',
    });
  }
  // Tried, not asked: access(2) answers for the real user, not for the effective one.
  orWorldError('open', path, () => closeSync(openSync(path, constants.O_RDONLY)));
  const sizeBytes = stats.isFile() ? Number(stats.size) : blockDeviceBytes(path, stats);
  return { entries: [{ ...metadataOf(stats), path: '', kind: 'file', sizeBytes }], skipped: [] };
}

class FileSnapshot implements OpenedSnapshot {
  readonly name: string;
  readonly source: SnapshotSource & { readonly kind: 'path' };
  readonly layout: Layout;
  readonly skipped: readonly SkippedFile[];

  constructor(
    name: string,
    source: SnapshotSource & { readonly kind: 'path' },
    skipped: readonly SkippedFile[],
  ) {
    this.name = name;
    this.source = source;
    this.layout = new Layout(source.entries);
    this.skipped = skipped;
  }

  get form(): SnapshotForm {
    return this.source.form;
  }

  get entries(): readonly Entry[] {
    return this.source.entries;
  }

  openReader(): ContentReader {
    return openContent(this.source, this.layout);
  }

  /** Also notices names that came or went: they change the time of their directory. */
  assertUnchanged(): void {
    for (const entry of this.entries) {
      const file = entryFile(this.source.path, entry);
      // The root may be a link; nothing below it was followed.
      const look = entry.path === '' || entry.path === '.' ? statSync : lstatSync;
      const stats = orWorldError('read', file, () => look(file, { bigint: true }));
      if (isChanged(entry, stats)) {
        throw new WorldError(`${file} changed while it was read`, {
          hint: 'take the snapshot of a volume that nobody writes to',
        });
      }
    }
  }
}

function isChanged(entry: Entry, stats: BigIntStats): boolean {
  if (metadataOf(stats).mtimeMicros !== entry.mtimeMicros) return true;
  if (entry.kind === 'file') {
    return stats.isBlockDevice() ? false : !stats.isFile() || Number(stats.size) !== entry.sizeBytes;
  }
  return entry.kind === 'directory' ? !stats.isDirectory() : !stats.isSymbolicLink();
}
