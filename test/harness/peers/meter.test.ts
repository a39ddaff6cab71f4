/** What processes cost, against GNU time and against what the processes say of themselves. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { coresToHold } from '../../../src/harness/io/cores.js';
import { ProcessMeter } from '../../../src/harness/io/process-meter.js';
import type { ProcessUsage } from '../../../src/harness/measurement/peer-row.js';
import { ToolFolder } from './fake-tools.js';

const folder = new ToolFolder();
const stdoutPath = join(folder.path, 'stdout');
const MiB = 1 << 20;

const outcomeOf = (run: readonly string[], cores: readonly number[] = [], output = stdoutPath) =>
  new ProcessMeter({ cores, timeoutMs: 60_000, folder: folder.path }).run({
    run,
    folder: folder.path,
    environment: { PATH: process.env['PATH'] ?? '' },
    stdoutPath: output,
    codes: [0, 4],
  });

async function usageOf(run: readonly string[], cores: readonly number[] = []): Promise<ProcessUsage> {
  const outcome = await outcomeOf(run, cores);
  if (outcome.kind === 'failed') throw new Error(outcome.reason);
  return outcome.usage;
}

/** Burns CPU until it has used 300 ms, holds 150 MiB, and prints what it used. */
const burner = folder.write(
  'burner.mjs',
  `const held = Buffer.alloc(150 << 20, 1);
   const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };
   while (used() < 0.3);
   console.log(used() + held.length * 0);`,
);

describe('the process meter', () => {
  it('counts the CPU and the memory of a grandchild that was waited for', async () => {
    const { cpuSeconds, peakRssBytes, wallSeconds } = await usageOf([
      'sh',
      '-c',
      `"${process.execPath}" ${burner}; true`,
    ]);
    const told = Number(readFileSync(stdoutPath, 'utf8'));
    // More by the end of the process and by sh itself, never less.
    expect(cpuSeconds).toBeGreaterThanOrEqual(told);
    expect(cpuSeconds).toBeLessThan(told + 0.5);
    expect(wallSeconds).toBeGreaterThan(0);
    expect(peakRssBytes).toBeGreaterThan(150 * MiB);
    expect(peakRssBytes).toBeLessThan(400 * MiB);
  });

  it('tells an output that cannot be written as the outcome of the tool', async () => {
    for (const output of [join(folder.path, 'missing/stdout'), folder.path]) {
      const outcome = await outcomeOf(['true'], [], output);
      expect(outcome).toMatchObject({
        kind: 'failed',
        reason: expect.stringContaining('cannot be written') as string,
      });
    }
  });

  it('counts neither Node nor itself', async () => {
    const { cpuSeconds, peakRssBytes } = await usageOf(['true']);
    expect(cpuSeconds).toBeLessThan(0.05);
    expect(peakRssBytes).toBeLessThan(16 * MiB);
  });

  it.skipIf(!existsSync('/usr/bin/time'))('says what GNU time says of the same run', async () => {
    const report = join(folder.path, 'time');
    const usage = await usageOf(['/usr/bin/time', '-v', '-o', report, process.execPath, burner]);
    const said = readFileSync(report, 'utf8');
    const figure = (name: string): number => Number(new RegExp(`${name}[^:]*: ([\\d.]+)`).exec(said)?.[1]);
    const cpu = figure('User time') + figure('System time');
    // Rounded down to 10 ms twice; GNU time's own work is in ours.
    expect(usage.cpuSeconds).toBeGreaterThanOrEqual(cpu);
    expect(usage.cpuSeconds - cpu).toBeLessThan(0.05);
    expect(usage.peakRssBytes).toBe(figure('Maximum resident set size') * 1024);
  });

  it('says why a program did not run to its end', async () => {
    const reason = async (...run: string[]) => {
      const outcome = await outcomeOf(run);
      return outcome.kind === 'failed' ? outcome.reason : outcome.kind;
    };
    expect(await reason('a-program-that-nobody-has')).toBe(
      'a-program-that-nobody-has: ended with code 127: cannot start a-program-that-nobody-has: No such file or directory',
    );
    expect(await reason('sh', '-c', 'echo first >&2; echo last >&2; exit 3')).toBe(
      'sh: ended with code 3: last',
    );
    expect(await reason('sh', '-c', 'kill -SEGV $$')).toBe('sh: killed by signal 11');
  });

  it('takes the exit codes that are no failure', async () => {
    expect((await outcomeOf(['sh', '-c', 'exit 4'])).kind).toBe('ended');
  });

  it('takes words as they are', async () => {
    await usageOf(['printf', '%s|', 'a b', '$HOME', "it's", '*']);
    expect(readFileSync(stdoutPath, 'utf8')).toBe("a b|$HOME|it's|*|");
  });

  it.skipIf(coresToHold(1).length === 0)('holds a command to its cores', async () => {
    const cores = coresToHold(1);
    await usageOf(['grep', 'Cpus_allowed_list', '/proc/self/status'], cores);
    expect(readFileSync(stdoutPath, 'utf8').trim().split(/\s+/)[1]).toBe(cores.join(','));
    const own = spawnSync('taskset', ['-c', '-p', String(process.pid)], { encoding: 'utf8' }).stdout;
    expect(own).not.toBe('');
    expect(coresToHold(100_000)).toEqual([]);
  });
});
