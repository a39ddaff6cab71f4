/**
 * Where a command's bytes go: a file that appears whole or not at all, or stdout.
 *
 * A file is written beside its final name, flushed, and renamed; whatever fails removes it again. Existing files are replaced, as
 * compilers and compressors do; anything else of that name (a directory, a device) is refused.
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { UsageError, WorldError, throwIfCancelled } from '../base/errors.js';
import { errorCode, orWorldError } from '../engine/snapshot/failures.js';
import { stdout } from './stdout.js';

/** Throws UsageError where writing to `path` would replace an input, or change a directory that is being read. */
export function refuseInputs(path: string, inputs: readonly string[]): void {
  if (path === '-') return;
  const folder = statSync(dirname(path), { throwIfNoEntry: false }) && realpathSync(dirname(path));
  const there = statSync(path, { throwIfNoEntry: false });
  for (const input of inputs) {
    const stats = orWorldError('open', input, () => statSync(input));
    if (there !== undefined && there.dev === stats.dev && there.ino === stats.ino) {
      throw new UsageError(`the output ${path} is the input ${input}`, { hint: 'choose another name' });
    }
    const inside =
      folder === undefined ? false : `${folder}${sep}`.startsWith(`${realpathSync(input)}${sep}`);
    if (stats.isDirectory() && inside) {
      throw new UsageError(`the output ${path} lies inside the input ${input}`, {
        hint: 'choose another place',
      });
    }
  }
}

/** `-` is stdout. Returns the bytes written. */
export async function writeOutput(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  return path === '-' ? writeStdout(chunks, signal) : writeFileWhole(path, chunks, signal);
}

async function writeFileWhole(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  refuseOddTarget(path);
  // Hidden, and of this process: two runs to one name do not meet. Short, since the final name may be as long as a name can be.
  const staging = join(dirname(path), `.snapdelta-${process.pid}.part`);
  const file = orWorldError('create', path, () => openSync(staging, 'wx', 0o666));
  let isOpen = true;
  try {
    let written = 0;
    for await (const chunk of chunks) {
      throwIfCancelled(signal);
      orWorldError('write', path, () => writeAll(file, chunk));
      written += chunk.length;
    }
    throwIfCancelled(signal);
    orWorldError('write', path, () => fsyncSync(file));
    closeSync(file);
    isOpen = false;
    orWorldError('create', path, () => renameSync(staging, path));
    return written;
  } catch (error) {
    if (isOpen) closeSync(file);
    rmSync(staging, { force: true });
    throw error;
  }
}

function refuseOddTarget(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isFile()) {
    throw new UsageError(`${path} exists and is not a file`, {
      hint: 'choose another name, or - for stdout',
    });
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}

async function writeStdout(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  if (stdout().isTTY) {
    throw new UsageError('binary output would go to the terminal', { hint: 'name a file, or pipe stdout' });
  }
  let written = 0;
  for await (const chunk of chunks) {
    throwIfCancelled(signal);
    await writeToStdout(chunk);
    written += chunk.length;
  }
  return written;
}

/** Resolves when the bytes were taken, so that a slow reader slows the writer instead of filling memory. */
function writeToStdout(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stdout().write(bytes, (error) => {
      if (error === undefined || error === null) resolve();
      else if (errorCode(error) === 'EPIPE') {
        reject(new WorldError('stdout was closed before all was written', { cause: error }));
      } else reject(new WorldError(`cannot write to stdout: ${error.message}`, { cause: error }));
    });
  });
}
