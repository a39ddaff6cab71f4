/**
 * What a push sends: a file, a block device, a directory, or stdin. A push reads a snapshot more than once and in any order, so stdin is first put into a file of its own, whose
 * mode and time are always the same: the same bytes are then the same snapshot, and a push that was stopped goes on.
 */
import { closeSync, mkdtempSync, openSync, rmSync, utimesSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { throwIfCancelled } from '../../base/errors.js';
import { orWorldError } from '../../engine/snapshot/failures.js';
import { openSnapshot, type OpenedSnapshot } from '../../engine/snapshot/open.js';
import { readPieces } from '../pieces.js';

/** Opens the source for as long as `use` takes. Throws as openSnapshot does, and what `use` throws. */
export async function withSource<T>(
  path: string,
  signal: AbortSignal,
  use: (snapshot: OpenedSnapshot) => Promise<T>,
): Promise<T> {
  if (path !== '-') return await use(openSnapshot(path));
  const folder = orWorldError('create', tmpdir(), () => mkdtempSync(join(tmpdir(), 'snapdelta-stdin-')));
  try {
    const file = join(folder, 'stdin');
    await spool(file, signal);
    return await use(openSnapshot(file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function spool(file: string, signal: AbortSignal): Promise<void> {
  const fd = orWorldError('create', file, () => openSync(file, 'wx', 0o644));
  try {
    for await (const piece of readPieces('-')) {
      throwIfCancelled(signal);
      orWorldError('write', file, () => {
        for (let at = 0; at < piece.length;) at += writeSync(fd, piece, at);
      });
    }
  } finally {
    closeSync(fd);
  }
  utimesSync(file, 0, 0);
}
