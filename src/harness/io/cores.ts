/**
 * Holding processes to cores, by `taskset`, where that is installed. What is compared runs on one core: the cores of a machine differ from each other, by half at times and
 * for a tenth of a second or longer, since one shares its units with a busy sibling, another with a guest of the same host. What takes turns on one core is slowed
 * down alike.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** The words before a command that hold it to those cores: none where there are no cores. */
export function heldTo(cores: readonly number[]): string[] {
  return cores.length === 0 ? [] : ['taskset', '-c', cores.join(',')];
}

/** The last `count` of the cores that this process may use; none where taskset is not installed or there are not as many. */
export function coresToHold(count: number): number[] {
  const cores = hasTaskset() ? usableCores() : [];
  return cores.length < count ? [] : cores.slice(-count);
}

function usableCores(): number[] {
  const status = readFileSync('/proc/self/status', 'utf8');
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [first = NaN, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** As long as a few ticks in which the system counts what cores do. */
const watchedMs = 50;

/**
 * Does the work with this process, and the processes that it starts meanwhile, held to the one core that had least to do just before; wherever the system likes where processes
 * cannot be held. This process is held as well, since it would else be woken on the other cores, and wait there for whoever is busy on them whenever a process that it measures answers.
 */
export async function onOneCore<T>(work: () => Promise<T>): Promise<T> {
  const cores = hasTaskset() ? usableCores() : [];
  if (cores.length < 2) return await work();
  hold([await quietestOf(cores)]);
  try {
    return await work();
  } finally {
    hold(cores);
  }
}

/** This process with all its threads. */
function hold(cores: readonly number[]): void {
  spawnSync('taskset', ['-a', '-c', '-p', cores.join(','), `${process.pid}`], { stdio: 'ignore' });
}

async function quietestOf(cores: readonly number[]): Promise<number> {
  const before = idleTicks(readFileSync('/proc/stat', 'latin1'));
  await setTimeout(watchedMs);
  const after = idleTicks(readFileSync('/proc/stat', 'latin1'));
  const idle = (core: number): number => (after.get(core) ?? 0) - (before.get(core) ?? 0);
  return cores.reduce((best, core) => (idle(core) > idle(best) ? core : best));
}

/** By core: ticks in which it had nothing to do since the machine started, from the text of /proc/stat (proc(5)). */
export function idleTicks(stat: string): Map<number, number> {
  const lines = stat.matchAll(/^cpu(\d+) \d+ \d+ \d+ (\d+) (\d+)/gm);
  return new Map([...lines].map(([, core, idle, waiting]) => [Number(core), Number(idle) + Number(waiting)]));
}

let isTasksetThere: boolean | undefined;

function hasTaskset(): boolean {
  return (isTasksetThere ??= spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0);
}
