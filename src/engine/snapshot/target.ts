/** Targets on disk: which writer serves a path, and which paths must not be written because the base lies there. */
import { realpathSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { UsageError } from '../../base/errors.js';
import { orWorldError } from './failures.js';
import type { Snapshot } from './snapshot.js';
import type { TargetOptions } from './staging.js';
import { FileTarget } from './target-file.js';
import { TreeTarget } from './target-tree.js';
import type { TargetWriter } from './target-writer.js';

/**
 * A writer for the file (form `image`) or directory (form `tree`) at `path`. Nothing happens before its begin(). Its folder must exist; what
 * exists under its name is replaced only with `overwrite`.
 */
export function createTarget(path: string, options: TargetOptions): TargetWriter {
  return options.form === 'image' ? new FileTarget(path, options) : new TreeTarget(path, options);
}

/** Throws UsageError where writing the target would change or remove the base. */
export function assertApart(base: Snapshot, target: TargetWriter): void {
  const { path } = target;
  if (path === undefined || base.source.kind !== 'path') return;
  const basePath = base.source.path;
  const from = orWorldError('open', base.name, () => realpathSync(basePath));
  const to = orWorldError('write', path, () => join(realpathSync(dirname(path)), basename(path)));
  const relation = from === to ? 'the same as' : isBelow(to, from) ? 'inside' : undefined;
  if (relation !== undefined) {
    throw new UsageError(`the target ${path} is ${relation} the base`, { hint: 'choose another place' });
  }
  if (isBelow(from, to)) {
    throw new UsageError(`the base ${base.name} lies inside the target`, { hint: 'choose another place' });
  }
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
