/** Takes down the environment of a run: machine, versions, commit, and a short calibration. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Calibration, Environment } from '../measurement/environment.js';
import { realClock } from './clock.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Takes some 100 ms. */
export function captureEnvironment(): Environment {
  return {
    measuredAt: new Date().toISOString(),
    snapdelta: ownVersion(),
    gitCommit: gitCommit(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    kernel: release(),
    node: process.version,
    v8: process.versions.v8,
    calibration: calibrate(),
  };
}

export function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string };
  return version;
}

/** Null outside a repository of our own, and where git is not installed. */
function gitCommit(): string | null {
  try {
    const git = (...words: string[]): string =>
      execFileSync('git', words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return git('rev-parse', '--show-prefix') === '' ? git('rev-parse', 'HEAD') : null;
  } catch {
    return null;
  }
}

const MiB = 2 ** 20;
const repetitions = 5;

function calibrate(): Calibration {
  const source = Buffer.alloc(16 * MiB, 1);
  const target = Buffer.alloc(16 * MiB);
  const hashed = source.subarray(0, 4 * MiB);
  return {
    memcpyGigabytesPerSecond: source.length / 1e6 / bestMs(() => source.copy(target)),
    sha256GigabytesPerSecond:
      hashed.length / 1e6 / bestMs(() => createHash('sha256').update(hashed).digest()),
    loopMillisecondsPerMillion: bestMs(dependentSteps),
  };
}

/** A million steps of which each needs the one before: the latency of one core, little else. */
function dependentSteps(): number {
  let state = 1;
  for (let i = 0; i < 1e6; i++) state = Math.imul(state, 0x5bd1e995) ^ (state >>> 15);
  return state;
}

function bestMs(work: () => unknown): number {
  let best = Infinity;
  for (let i = 0; i < repetitions; i++) {
    const start = realClock.nowMs();
    work();
    best = Math.min(best, realClock.nowMs() - start);
  }
  return best;
}
