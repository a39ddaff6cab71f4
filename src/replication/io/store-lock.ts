/**
 * Keeps a second process out of a store's folder: the file `lock`, with the process id of its owner, when that process was started, and a name of its own.
 *
 * A lock is stale when no process of that id runs, or when one does that started at another time (ids are used again; kill -9 leaves the file). It is made
 * whole under another name and then linked, so that it is never seen half-written. A stale one is replaced by one rename, by whoever holds the lock `lock.over`,
 * and after another look: of two who find the same stale lock one wins, and the other one sees that.
 *
 * Source: process start times from Linux's /proc/<id>/stat, field 22, in clock ticks since boot, with the boot's id; elsewhere an id that runs counts as the owner.
 * Limits: one machine; a folder that two machines mount is not protected.
 */
import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorldError } from '../../base/errors.js';
import { errorCode, orWorldError } from '../../engine/snapshot/failures.js';

/** Looks at a lock that others take and leave meanwhile, before something else must be wrong. */
const attemptsMax = 100;

/** A lock, the lock under which it is replaced when stale, and so on: each only where a process was killed in the few calls that replace the one before. */
const depthMax = 4;

/** Locks that this process has taken, to tell them apart. */
let taken = 0;

export class StoreLock {
  readonly #path: string;
  readonly #text: string;

  private constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
  }

  /** Takes the lock of `folder`, which exists. Throws WorldError that names the owner when another process, or this one, holds it. */
  static take(folder: string): StoreLock {
    const path = join(folder, 'lock');
    const text = `${process.pid} ${startOf(process.pid) ?? 'unknown'} ${++taken}\n`;
    acquire(path, text, 0);
    return new StoreLock(path, text);
  }

  /** Gives it back; nothing happens when it is no longer ours. */
  release(): void {
    release(this.#path, this.#text);
  }
}

function acquire(path: string, text: string, depth: number): void {
  const fresh = `${path}.${process.pid}.${taken}`;
  orWorldError('create', fresh, () => writeFileSync(fresh, text));
  try {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      if (couldLink(fresh, path)) return;
      const found = textOf(path);
      if (found === undefined) continue;
      if (isHeld(found) || depth === depthMax)
        throw new WorldError(`${path} is held by process ${found.split(' ')[0] ?? ''}`, {
          hint: 'wait until it ends, or stop it',
        });
      if (isReplaced(path, found, fresh, text, depth)) return;
    }
    throw new WorldError(`${path} changes again and again`, { hint: 'try again later' });
  } finally {
    orWorldError('remove', fresh, () => rmSync(fresh, { force: true }));
  }
}

/** Replaces a stale lock, unless another one came first. */
function isReplaced(path: string, stale: string, fresh: string, text: string, depth: number): boolean {
  const guard = `${path}.over`;
  acquire(guard, text, depth + 1);
  try {
    if (textOf(path) !== stale) return false;
    orWorldError('rename', fresh, () => renameSync(fresh, path));
    return true;
  } finally {
    release(guard, text);
  }
}

function release(path: string, text: string): void {
  if (textOf(path) === text) orWorldError('remove', path, () => unlinkSync(path));
}

function couldLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (cause) {
    if (errorCode(cause) === 'EEXIST') return false;
    return orWorldError('create', to, () => {
      throw cause;
    });
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    return orWorldError('read', path, () => {
      throw cause;
    });
  }
}

/** A lock is held by a process that runs and started when the lock says. */
function isHeld(text: string): boolean {
  const match = /^(\d{1,10}) (\S+) \d+\n$/.exec(text);
  if (match === null) return false;
  const [, pid = '', start = ''] = match;
  const running = startOf(Number(pid));
  if (running !== undefined) return start === running || start === 'unknown';
  return isRunning(Number(pid)) && start === 'unknown';
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return errorCode(cause) === 'EPERM';
  }
}

/** When a process was started, unlike any other process of that id; undefined when there is none, or the system does not tell. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command's name, in brackets, may hold anything; what follows it is fields from the third on.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended: its parent has not looked yet.
    if (fields[0] === 'Z') return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${boot}.${fields[19] ?? ''}`;
  } catch {
    return undefined;
  }
}
