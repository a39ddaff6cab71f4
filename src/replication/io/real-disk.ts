/**
 * A Disk on a folder of a real file system. Every operation opens what it touches and closes it again: nothing is held, so nothing leaks when a caller goes away.
 *
 * sync() is fdatasync: the bytes and the length that is needed to read them, not the times. On Linux a write that failed in the background is reported by the
 * next sync through any descriptor, once; a sync that failed must not be tried again and believed, which is why the store writes such a file anew.
 * Limits: names of other kinds than file and folder are not listed, and cannot be read; two processes on one folder are kept apart by StoreLock, not here.
 */
import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { WorldError } from '../../base/errors.js';
import { errorCode, worldError } from '../../engine/snapshot/failures.js';
import { checkDiskPath } from '../store/disk-path.js';
import type { Disk } from '../store/disk.js';
import { Gate } from './gate.js';

/** Operations under way at once: many more than the four threads that serve them, far fewer than the 1024 files that a process may open. */
const atOnceMax = 64;

/** Largest read: what one system call may return, and what an ordinary machine can hold. */
const readBytesMax = 2 ** 31 - 1;

export class RealDisk implements Disk {
  readonly #root: string;
  readonly #gate = new Gate(atOnceMax);

  /** `root`: an existing folder. */
  constructor(root: string) {
    this.#root = root;
  }

  read(path: string, offset: number, length: number): Promise<Uint8Array | undefined> {
    return this.#on('read', path, (full) =>
      orUndefined(async () => {
        return withFile(full, constants.O_RDONLY, async (file) => {
          const info = await file.stat();
          if (!info.isFile()) return undefined;
          const wanted = Math.max(0, Math.min(length, info.size - offset));
          if (wanted > readBytesMax)
            throw new WorldError(`cannot read ${wanted} bytes of ${full} at once`, {
              hint: `read at most ${readBytesMax} bytes`,
            });
          return readFully(file, offset, new Uint8Array(wanted));
        });
      }),
    );
  }

  size(path: string): Promise<number | undefined> {
    return this.#on('read', path, (full) =>
      orUndefined(async () => {
        const info = await stat(full);
        return info.isFile() ? info.size : undefined;
      }),
    );
  }

  write(path: string, offset: number, bytes: Uint8Array): Promise<void> {
    return this.#on('write', path, (full) =>
      withFile(full, constants.O_WRONLY | constants.O_CREAT, async (file) => {
        for (let done = 0; done < bytes.length;)
          done += (await file.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
      }),
    );
  }

  sync(path: string): Promise<void> {
    return this.#on('sync', path, (full) => withFile(full, constants.O_RDWR, (file) => file.datasync()));
  }

  syncDirectory(path: string): Promise<void> {
    return this.#on('sync', path, (full) =>
      withFile(full, constants.O_RDONLY | constants.O_DIRECTORY, (file) => file.sync()),
    );
  }

  async rename(from: string, to: string): Promise<void> {
    checkDiskPath(to);
    await this.#on('rename', from, (full) => rename(full, join(this.#root, to)));
  }

  unlink(path: string): Promise<void> {
    return this.#on('remove', path, (full) => orUndefined(() => unlink(full)));
  }

  list(path: string): ReturnType<Disk['list']> {
    return this.#on('list', path, async (full) => {
      const found = (await orUndefined(() => readdir(full, { withFileTypes: true }))) ?? [];
      return found
        .filter((one) => one.isFile() || one.isDirectory())
        .map((one) => ({ name: one.name, kind: one.isFile() ? ('file' as const) : ('directory' as const) }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    });
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#on('create', path, (full) => mkdir(full, { recursive: true }));
  }

  /** Checks the path, waits for its turn, and turns what fails into a WorldError that names the path. */
  async #on<T>(action: string, path: string, work: (full: string) => Promise<T>): Promise<T> {
    checkDiskPath(path);
    const full = join(this.#root, path);
    try {
      return await this.#gate.pass(() => work(full));
    } catch (cause) {
      throw worldError(cause, action, full);
    }
  }
}

async function withFile<T>(full: string, flags: number, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(full, flags, 0o644);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/** A regular file is read in one call, unless a signal or the end of a file that shrinks comes between. */
async function readFully(file: FileHandle, offset: number, into: Uint8Array): Promise<Uint8Array> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await file.read(into, done, into.length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return into.subarray(0, done);
}

/** For what may be missing: a name that is not there, or below something that is no folder. */
async function orUndefined<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(cause))) return undefined;
    throw cause;
  }
}
