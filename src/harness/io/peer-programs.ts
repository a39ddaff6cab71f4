/**
 * Programs that do the same work as our kernels, where they are installed: xxhsum by its own benchmark, b3sum on a file.
 *
 * A program's CPU time is what bash's `time` says of it, user and system to a millisecond, its start included; ours for the same file
 * is that of this process.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { present, WorldError } from '../../base/errors.js';
import { orWorldError } from '../../engine/snapshot/failures.js';
import { Arena } from '../../kernels/arena.js';
import type { KernelInstance } from '../../kernels/abi.js';
import type { Entrant } from '../measurement/kernels/race.js';
import { cpuClock } from './clock.js';

const MiB = 1 << 20;

/** As xxhsum measures it: XXH3-128 of one block in cache, for about a second; by CPU time, as its clock() is. Undefined where it is missing. */
export function xxhsumEntrant(blockBytes: number): Entrant | undefined {
  if (!isInstalled('xxhsum')) return undefined;
  return {
    kernel: 'xxh3-128',
    implementation: 'xxhsum',
    data: 'one block in cache',
    lap: () => {
      const { stderr, stdout } = spawnSync('xxhsum', ['-q', '-b11', `-B${blockBytes}`, '-i1'], {
        encoding: 'utf8',
      });
      const perSecond = [...`${stdout}${stderr}`.matchAll(/(\d+) it\/s/g)].at(-1)?.[1];
      return (Number(present(perSecond, 'what xxhsum prints')) * blockBytes) / 1e9;
    },
  };
}

/** A file of `bytes` bytes, read once, so that it is cached. */
export function writeBenchFile(path: string, bytes: number, content: Uint8Array): void {
  orWorldError('write', path, () => {
    const file = openSync(path, 'w');
    try {
      for (let at = 0; at < bytes; at += content.length) {
        writeSync(file, content, 0, Math.min(content.length, bytes - at));
      }
    } finally {
      closeSync(file);
    }
  });
}

/** One thread, by read calls. Undefined where b3sum or bash is missing. */
export function b3sumEntrant(path: string, bytes: number): Entrant | undefined {
  if (!isInstalled('b3sum') || !isInstalled('bash')) return undefined;
  return {
    kernel: 'blake3',
    implementation: 'b3sum',
    data: 'cached file',
    lap: () => bytes / 1e6 / childCpuMs(['b3sum', '--num-threads', '1', '--no-mmap', path]),
  };
}

/** Ours on the same file: read straight into linear memory, 1 MiB a call, and a digest of each block of `blockBytes`. */
export function fileEntrant(
  instance: KernelInstance,
  path: string,
  bytes: number,
  blockBytes: number,
): Entrant {
  const arena = new Arena(instance);
  const data = arena.reserve(Math.max(MiB, blockBytes));
  const blocks = data.length / blockBytes;
  const cuts = arena.reserve(blocks * 4);
  const digests = arena.reserve(blocks * 32);
  const ends = cuts.u32();
  return {
    kernel: 'blake3',
    implementation: 'wasm',
    data: 'cached file',
    lap: () => {
      const start = cpuClock.nowMs();
      const file = openSync(path, 'r');
      try {
        for (let at = 0; at < bytes;) {
          const length = readSync(file, data.u8());
          const count = Math.ceil(length / blockBytes);
          for (let i = 0; i < count; i++) ends[i] = Math.min((i + 1) * blockBytes, length);
          instance.functions.blake3(data.pointer, cuts.pointer, count, digests.pointer);
          at += length;
        }
      } finally {
        closeSync(file);
      }
      return bytes / 1e6 / (cpuClock.nowMs() - start);
    },
  };
}

/** CPU time of a child process, user and system. The child's output is thrown away. */
export function childCpuMs(command: readonly string[]): number {
  const { stderr, status } = spawnSync(
    'bash',
    ['-c', `TIMEFORMAT='%3U %3S'; time "$@" > /dev/null`, 'bash', ...command],
    { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } },
  );
  const [user, system] = stderr.trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  if (status !== 0)
    throw new WorldError(`${command[0] ?? ''} ended with code ${status ?? '?'}`, { hint: stderr.trim() });
  return (present(user, 'user time') + present(system, 'system time')) * 1000;
}

export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}
