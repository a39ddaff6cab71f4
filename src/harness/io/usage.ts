/**
 * What a piece of work costs this process: wall time, CPU time, peak resident memory.
 *
 * CPU time is user plus system time of the whole process, worker threads included. Peak memory is the process's high-water mark
 * (VmHWM), which Linux lets us reset before the work; elsewhere it is the highest of the process's life, so each configuration is
 * measured in a process of its own (runner.ts). Either counts all of Node, about 50 MiB, since that is what a machine has to provide.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { realClock } from './clock.js';

export interface Usage {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
}

/** Runs the work and says what it cost. Collects garbage first where the process allows it (--expose-gc), so that no earlier work is charged. */
export async function measure<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly usage: Usage }> {
  globalThis.gc?.();
  resetPeak();
  const cpu = process.cpuUsage();
  const start = realClock.nowMs();
  const value = await work();
  const wallMs = realClock.nowMs() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { value, usage: { wallMs, cpuMs: (user + system) / 1000, peakBytes: peakBytes() } };
}

/** Writing 5 to clear_refs resets the high-water mark (proc(5)); failing to is not an error, the mark is then of a longer time. */
function resetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    return;
  }
}

function peakBytes(): number {
  try {
    const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (match !== null) return Number(match[1]) * 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}
