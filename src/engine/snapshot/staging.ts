/**
 * The place beside a target where it is built, and the step that gives it the target's name.
 *
 * Law: before `publish` the target's name is untouched; after a failure or `discard` nothing of ours is left. A file, or a name that was free, is
 * replaced in one rename. A directory that exists is first moved aside, so for a moment there is none of that name.
 * A process that is killed leaves `.NAME.snapdelta-PID-TIME` behind, which is safe to delete.
 */
import {
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  type BigIntStats,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError, WorldError } from '../../base/errors.js';
import { errorCode, orWorldError, worldError } from './failures.js';
import type { SnapshotForm } from './snapshot.js';

/** Whether bytes must be on the disk before the target appears, or may follow: then a power cut soon after can damage it. */
export type Durability = 'flushed' | 'cached';

export interface TargetOptions {
  readonly form: SnapshotForm;
  /** Whether a file or directory that exists under the target's name may be replaced. */
  readonly overwrite: boolean;
  /**
   * By default `flushed` for an image, `cached` for a tree: a flush costs some 4 ms a file on a disk, 40 s for 10,000 small files that are
   * written in 2 s.
   */
  readonly durability?: Durability;
}

export class Staging {
  readonly form: SnapshotForm;
  readonly durability: Durability;
  /** The target's name as the user gave it: for messages. */
  readonly name: string;
  readonly path: string;
  /** Where the target is built. */
  readonly place: string;
  readonly #overwrite: boolean;

  constructor(name: string, options: TargetOptions) {
    this.form = options.form;
    this.durability = options.durability ?? (options.form === 'image' ? 'flushed' : 'cached');
    this.name = name;
    this.path = resolve(name);
    this.#overwrite = options.overwrite;
    this.place = join(dirname(this.path), stagingName(this.path));
  }

  /** Throws UsageError when something under the target's name must not be replaced. */
  checkName(): void {
    const stats = lookAt(this.path);
    if (stats === undefined) return;
    const isTree = this.form === 'tree';
    if (!stats.isFile() && !stats.isDirectory() && !stats.isSymbolicLink()) {
      throw new UsageError(`${this.name} is a device, socket or fifo, which cannot be replaced in one step`, {
        hint: 'rebuild into a file, then copy it there',
      });
    }
    if (!stats.isSymbolicLink() && stats.isDirectory() !== isTree) {
      const [there, wanted] = isTree ? ['a file', 'a directory'] : ['a directory', 'a file'];
      throw new UsageError(`${this.name} is ${there}, but the target is ${wanted}`, {
        hint: 'choose another name',
      });
    }
    if (!this.#overwrite) {
      throw new UsageError(`${this.name} exists already`, {
        hint: 'choose another name, or allow it to be overwritten',
      });
    }
  }

  /** Gives the finished place the target's name. */
  publish(): void {
    this.checkName();
    const isReplacingDirectory = lookAt(this.path) !== undefined && this.form === 'tree';
    if (isReplacingDirectory) this.#replaceDirectory();
    else orWorldError('write', this.name, () => renameSync(this.place, this.path));
    if (this.durability === 'flushed') flushDirectory(dirname(this.path));
  }

  /** Removes the place, whatever is in it. */
  discard(): void {
    orWorldError('clean up', this.place, () => rmSync(this.place, { recursive: true, force: true }));
  }

  #replaceDirectory(): void {
    const aside = `${this.place}-old`;
    orWorldError('replace', this.name, () => renameSync(this.path, aside));
    try {
      renameSync(this.place, this.path);
    } catch (cause) {
      renameSync(aside, this.path);
      throw worldError(cause, 'write', this.name);
    }
    try {
      rmSync(aside, { recursive: true, force: true });
    } catch (cause) {
      throw new WorldError(`${this.name} is complete, but what it replaced could not be removed`, {
        cause,
        hint: `remove ${aside}`,
      });
    }
  }
}

/** Flushes a directory's names, where the file system can. */
export function flushDirectory(path: string): void {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    // Some file systems (FUSE, network) flush names by themselves and refuse to be asked.
    if (!['EINVAL', 'ENOTSUP', 'EACCES', 'EPERM'].includes(errorCode(cause))) {
      throw worldError(cause, 'flush', path);
    }
  }
}

/** What lies under a name, without following a link; undefined where there is nothing. */
function lookAt(path: string): BigIntStats | undefined {
  return orWorldError('write', path, () => lstatSync(path, { bigint: true, throwIfNoEntry: false }));
}

/** Hidden, recognisable and short enough for any file system that can hold the target's own name. */
function stagingName(path: string): string {
  const time = BigInt.asUintN(32, process.hrtime.bigint()).toString(16).padStart(8, '0');
  return `.${basename(path).slice(0, 40)}.snapdelta-${process.pid}-${time}`;
}
