/**
 * A folder for what a measurement writes and throws away. In memory where the system has a place for that and it is large enough, so
 * that the program is measured and not the disk; else among temporary files.
 */
import { accessSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orWorldError } from '../../engine/snapshot/failures.js';

const memoryPath = '/dev/shm';

/** Snapshots of the built-in workloads and what two jobs rebuild from them, several times over. Containers often grant 64 MiB only. */
const freeBytesMin = 2 ** 31;

/** A new folder of its own; whoever makes one removes it. */
export class Scratch {
  readonly path: string;
  readonly #removeAtExit = (): void => {
    this.remove();
  };

  /** In `parent`, or where there is room. It is removed when the process ends in whatever way that lets it. */
  constructor(parent: string = isRoomy(memoryPath) ? memoryPath : tmpdir()) {
    this.path = orWorldError('create', parent, () => mkdtempSync(join(parent, 'snapdelta-')));
    process.once('exit', this.#removeAtExit);
  }

  /** A new folder inside; its name begins with `prefix`. */
  newFolder(prefix: string): string {
    return orWorldError('create', this.path, () => mkdtempSync(join(this.path, `${prefix}-`)));
  }

  remove(): void {
    process.off('exit', this.#removeAtExit);
    rmSync(this.path, { recursive: true, force: true });
  }
}

function isRoomy(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize >= freeBytesMin;
  } catch {
    return false;
  }
}
