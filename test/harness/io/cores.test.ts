import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { coresToHold, heldTo, idleTicks, onOneCore } from '../../../src/harness/io/cores.js';

test('a core is idle while it has nothing to run or waits for a disk, as proc(5) counts', () => {
  const stat =
    'cpu  60 6 20 1400 130 0 7 0 0 0\ncpu0 30 3 10 700 65 0 4 0 0 0\ncpu11 30 3 10 500 5 0 3 0 0 0\nintr 9 9 9 9 9 9\n';
  expect([...idleTicks(stat)]).toEqual([
    [0, 765],
    [11, 505],
  ]);
  expect(idleTicks('').size).toBe(0);
});

/** Of this process and of one that it starts: the cores that they may use. */
function allowed(): string[] {
  const own = readFileSync('/proc/self/status', 'latin1');
  const { stdout } = spawnSync('cat', ['/proc/self/status'], { encoding: 'utf8' });
  return [own, stdout].map((status) => /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '');
}

test.skipIf(coresToHold(2).length === 0)(
  'work on one core and what it starts may use no other, until it ends',
  async () => {
    const before = allowed();
    const [own, started] = await onOneCore(() => Promise.resolve(allowed()));
    expect(own).toMatch(/^\d+$/);
    expect(started).toBe(own);
    expect(allowed()).toEqual(before);
    await expect(onOneCore(() => Promise.reject(new Error('in its midst')))).rejects.toThrow('in its midst');
    expect(allowed()).toEqual(before);
  },
);

test('a command that no core is given for is run as it is', () => {
  expect(heldTo([])).toEqual([]);
});
