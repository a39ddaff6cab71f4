/**
 * Runs a command and says what it cost: CPU of it and of every process that it waited for, wall time, memory of the largest process.
 *
 * Node tells a process's own usage only, so the command is the child of a Perl of a dozen lines, which asks the kernel for RUSAGE_CHILDREN
 * (getrusage(2)) when the child has ended: what GNU time reports, in microseconds where that rounds to 10 ms, and neither Node nor Perl is
 * counted. Perl is on every Debian; its own 5 MiB are the least memory that can be told. Limit: a process that nobody waits for (a
 * daemon) is not counted, by any means of this kind.
 *
 * The command is held to the given cores by taskset, where that is installed, and leads a process group, which is killed as a whole when
 * the time is up, the run is cancelled or this program ends.
 */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { throwIfCancelled, WorldError } from '../../base/errors.js';
import { formatDuration } from '../../base/units.js';
import type { ProcessUsage } from '../measurement/peer-row.js';
import { makeFolder } from '../../engine/snapshot/make-folder.js';
import { heldTo } from './cores.js';

/** Numbers of getrusage and clock_gettime, and what the kernel calls all children and the monotonic clock: -1 and 1 (Linux, asm/unistd.h). */
const systemCalls: Readonly<Record<string, readonly [getrusage: number, clock: number]>> = {
  x64: [98, 228],
  arm64: [165, 113],
  riscv64: [165, 113],
  loong64: [165, 113],
};

const meter = `
my ($path, $getrusage, $clock, @command) = @ARGV;
sub now { my $t = "\\0" x 16; syscall($clock + 0, 1, $t); my ($s, $ns) = unpack 'q2', $t; $s + $ns / 1e9 }
my $start = now();
my $pid = fork;
die "cannot fork: $!\\n" unless defined $pid;
if ($pid == 0) { { no warnings; exec { $command[0] } @command } print STDERR "cannot start $command[0]: $!\\n"; exit 127 }
waitpid $pid, 0;
my $status = $?;
my $wall = now() - $start;
my $usage = "\\0" x 512;
syscall($getrusage + 0, -1, $usage) == 0 or die "getrusage: $!\\n";
my @used = unpack 'q5', $usage;
open my $out, '>', $path or die "$path: $!\\n";
printf $out "%d %.6f %.6f %d\\n", $status, $wall, $used[0] + $used[2] + ($used[1] + $used[3]) / 1e6, $used[4];
`;

export interface MeteredCommand {
  readonly run: readonly string[];
  /** Where it runs; made when missing. */
  readonly folder: string;
  /** All of it: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it prints; read with `printed`, or named by the command. */
  readonly stdoutPath: string;
  /** Exit codes that are no failure. */
  readonly codes: readonly number[];
}

export type MeteredOutcome =
  | { readonly kind: 'ended'; readonly usage: ProcessUsage }
  /** Not started, ended with another code, or stopped. */
  | {
      readonly kind: 'failed';
      readonly reason: string;
      /** Where it ended of its own accord. */
      readonly code?: number;
      /** Where what it prints could not be taken. */
      readonly isUnstarted?: true;
    };

export interface MeterOptions {
  /** Numbers of cores that commands are held to; none: not held. */
  readonly cores: readonly number[];
  readonly timeoutMs: number;
  /** For the meter's own two files. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
}

export class ProcessMeter {
  readonly #options: MeterOptions;
  readonly #calls: readonly number[];

  /** Throws WorldError where there is nothing to measure with. */
  constructor(options: MeterOptions) {
    const calls = process.platform === 'linux' ? systemCalls[arch()] : undefined;
    if (calls === undefined) {
      throw new WorldError(`processes cannot be measured on ${process.platform} ${arch()}`, {
        hint: 'run it on Linux, on x86-64, ARM64, RISC-V or LoongArch',
      });
    }
    if (spawnSync('perl', ['-e', '1']).error !== undefined) {
      throw new WorldError('perl, which measures child processes, is not installed', {
        hint: 'install it: it is the package perl-base of Debian',
      });
    }
    this.#options = options;
    this.#calls = calls;
  }

  /** Throws CancelledError, and nothing else: what a tool does wrong is an outcome. */
  async run({ run, folder, environment, stdoutPath, codes }: MeteredCommand): Promise<MeteredOutcome> {
    const { cores, timeoutMs, signal } = this.#options;
    throwIfCancelled(signal);
    const unwritable = prepareOutput(folder, stdoutPath);
    if (unwritable !== undefined) return { kind: 'failed', reason: unwritable, isUnstarted: true };
    const usagePath = join(this.#options.folder, 'usage');
    const stderrPath = join(this.#options.folder, 'stderr');
    rmSync(usagePath, { force: true });
    const [program = '', ...words] = [
      ...heldTo(cores),
      'perl',
      '-e',
      meter,
      usagePath,
      ...this.#calls.map(String),
      ...run,
    ];
    const files = [openSync(stdoutPath, 'w'), openSync(stderrPath, 'w')] as const;
    const stopped = await new Promise<string | undefined>((resolve) => {
      let why: string | undefined;
      const child = spawn(program, words, {
        cwd: folder,
        env: environment,
        stdio: ['ignore', ...files],
        detached: true,
      });
      const kill = (): void => {
        if (child.pid === undefined) return;
        try {
          process.kill(-child.pid, 'SIGKILL');
        } catch {
          // It has just ended.
        }
      };
      const stop = (reason: string) => (): void => {
        why ??= reason;
        kill();
      };
      const timer = setTimeout(stop(`stopped after ${formatDuration(timeoutMs)}`), timeoutMs);
      const cancel = stop('cancelled');
      signal?.addEventListener('abort', cancel, { once: true });
      process.once('exit', kill);
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
        process.off('exit', kill);
        resolve(why);
      };
      child.on('error', ({ message }) => {
        why ??= message;
        end();
      });
      child.on('exit', end);
    });
    for (const file of files) closeSync(file);
    throwIfCancelled(signal);
    return stopped === undefined
      ? outcomeOf(usagePath, run[0] ?? '', codes, stderrPath)
      : { kind: 'failed', reason: `${run[0] ?? ''}: ${stopped}` };
  }
}

function outcomeOf(
  usagePath: string,
  program: string,
  codes: readonly number[],
  stderrPath: string,
): MeteredOutcome {
  const told = existsSync(usagePath) ? readFileSync(usagePath, 'utf8').trim().split(' ').map(Number) : [];
  if (told.length < 4)
    return { kind: 'failed', reason: `${program}: ${lastLine(stderrPath) || 'the meter was killed'}` };
  const [status = NaN, wallSeconds = NaN, cpuSeconds = NaN, peakKiB = NaN] = told;
  if ((status & 127) === 0 && codes.includes(status >> 8))
    return { kind: 'ended', usage: { cpuSeconds, wallSeconds, peakRssBytes: peakKiB * 1024 } };
  const isKilled = (status & 127) > 0;
  const how = isKilled ? `killed by signal ${status & 127}` : `ended with code ${status >> 8}`;
  const said = lastLine(stderrPath);
  const reason = `${program}: ${how}${said === '' ? '' : `: ${said}`}`;
  return { kind: 'failed', reason, ...(isKilled ? {} : { code: status >> 8 }) };
}

const tailBytes = 4096;

/** Makes the folder and an empty file for the output; what the system says where it cannot: the path is the description's, so it may be anything. */
function prepareOutput(folder: string, stdoutPath: string): string | undefined {
  try {
    makeFolder(folder);
    closeSync(openSync(stdoutPath, 'w'));
    return undefined;
  } catch (cause) {
    return `its output cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}

/** The end of a file, however long it is. */
export function lastBytes(path: string, bytesMax: number): Buffer {
  const { size } = statSync(path);
  const tail = Buffer.alloc(Math.min(size, bytesMax));
  const file = openSync(path, 'r');
  try {
    readSync(file, tail, 0, tail.length, size - tail.length);
  } finally {
    closeSync(file);
  }
  return tail;
}

/** Of what a program complained of: the line that mostly says why. Ours adds a hint after it. */
function lastLine(path: string): string {
  const lines = lastBytes(path, tailBytes)
    .toString()
    .split('\n')
    .map((line) => line.trim());
  return (
    lines
      .filter((line) => line !== '' && !line.startsWith('hint: '))
      .at(-1)
      ?.slice(0, 300) ?? ''
  );
}
