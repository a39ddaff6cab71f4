import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StoreLock } from '../../../src/replication/io/store-lock.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapdelta-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A process that runs until it is killed. */
async function sleeper(): Promise<{ pid: number; kill: () => Promise<void> }> {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1e6)']);
  await once(child.stdout, 'data');
  return {
    pid: child.pid ?? 0,
    kill: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const ownText = (): string => readFileSync(join(folder, 'lock'), 'utf8');

test('a second taker is refused until the first one gives it back', () => {
  const lock = StoreLock.take(folder);
  expect(() => StoreLock.take(folder)).toThrow(`held by process ${process.pid}`);
  expect(readdirSync(folder)).toEqual(['lock']);
  lock.release();
  lock.release();
  expect(readdirSync(folder)).toEqual([]);
  StoreLock.take(folder).release();
});

test('the lock of another process holds while it runs, and is stale after kill -9', async () => {
  const other = await sleeper();
  const lock = StoreLock.take(folder);
  const start = startOf(other.pid);
  writeFileSync(join(folder, 'lock'), `${other.pid} ${start} 1\n`);
  expect(() => StoreLock.take(folder)).toThrow(`held by process ${other.pid}`);
  lock.release();
  expect(readdirSync(folder), 'the lock of another is not ours to give back').toEqual(['lock']);
  await other.kill();
  StoreLock.take(folder);
  expect(ownText()).toContain(`${process.pid} `);
  expect(readdirSync(folder)).toEqual(['lock']);
});

test('a process id that was used again does not hold an old lock', async () => {
  const other = await sleeper();
  writeFileSync(join(folder, 'lock'), `${other.pid} ${startOf(other.pid)}9 1\n`);
  StoreLock.take(folder);
  expect(ownText()).toContain(`${process.pid} `);
  await other.kill();
});

test.each(['', 'nonsense', '999999999999 1 1\n', '-1 unknown 1\n', '2000000000 unknown 1\n'])(
  'a lock that says %j is stale',
  (text) => {
    writeFileSync(join(folder, 'lock'), text);
    StoreLock.take(folder);
    expect(ownText()).toContain(`${process.pid} `);
  },
);

test('a process that was killed while it replaced a stale lock leaves nothing in the way', () => {
  for (const name of ['lock', 'lock.over', 'lock.over.over'])
    writeFileSync(join(folder, name), '2000000000 x 1\n');
  StoreLock.take(folder);
  expect(ownText()).toContain(`${process.pid} `);
  expect(readdirSync(folder)).toEqual(['lock']);
});

test('a folder that is not there', () => {
  expect(() => StoreLock.take(join(folder, 'none'))).toThrow('cannot create');
});

function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  return `${boot}.${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`;
}
