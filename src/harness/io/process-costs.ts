/**
 * What the program costs as a process, as ratios of CPU time: an unchanged pair diffed byte by byte against reading both files once, and
 * `snapdelta --version` against a Node process that does nothing. Whole processes, start included, taken in turn round by round.
 *
 * A child's CPU time, user and system, is what bash's `time` says, to a millisecond. Files lie in memory where the system offers it.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { throwIfCancelled, WorldError } from '../../base/errors.js';
import { noiseSource } from '../../workload/content/binary.js';
import type { ProcessRound } from '../report/process-results.js';
import { cpuClock } from './clock.js';
import { ownProgram } from './own-program.js';
import { childCpuMs, isInstalled, writeBenchFile } from './peer-programs.js';
import { Scratch } from './scratch.js';

const MiB = 1 << 20;

/** `bytes` is the size of each of the two files. Throws WorldError where there is no bash, CancelledError. */
export async function measureProcesses(
  bytes: number,
  rounds: number,
  { signal, onRound }: { readonly signal?: AbortSignal; readonly onRound?: (done: number) => void } = {},
): Promise<ProcessRound[]> {
  if (!isInstalled('bash')) throw new WorldError('bash, which times child processes, is not installed');
  const scratch = new Scratch();
  try {
    const noise = new Uint8Array(Math.min(bytes, 16 * MiB));
    noiseSource(1).fill(0, noise);
    const paths = ['base', 'target'].map((name) => join(scratch.path, name));
    for (const path of paths) writeBenchFile(path, bytes, noise);
    const packagePath = join(scratch.path, 'package');
    const { node, program } = ownProgram;
    const steps = {
      emptyMs: () => childCpuMs([node, '-e', '0']),
      versionMs: () => childCpuMs([node, program, '--version']),
      readMs: () => paths.reduce((sum, path) => sum + readMs(path), 0),
      diffMs: () => childCpuMs([node, program, 'diff', ...paths, '-o', packagePath, '--strategy', 'compare']),
    };
    const found: ProcessRound[] = [];
    for (let round = 0; round < rounds; round++) {
      throwIfCancelled(signal);
      const order = Object.keys(steps) as (keyof ProcessRound)[];
      if (round % 2 === 1) order.reverse();
      const costs = { emptyMs: 0, versionMs: 0, readMs: 0, diffMs: 0 };
      for (const name of order) costs[name] = steps[name]();
      found.push(costs);
      onRound?.(round + 1);
      await new Promise((next) => setImmediate(next));
    }
    return found;
  } finally {
    scratch.remove();
  }
}

function readMs(path: string): number {
  const into = Buffer.allocUnsafe(MiB);
  const file = openSync(path, 'r');
  try {
    const start = cpuClock.nowMs();
    while (readSync(file, into) > 0);
    return cpuClock.nowMs() - start;
  } finally {
    closeSync(file);
  }
}
