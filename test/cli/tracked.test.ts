/** `diff --tracker`: options, what is told, exit codes, and the chain of manifests from one diff to the next. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { exitCodes } from '../../src/base/errors.js';
import { Sandbox, edited, noise } from './program.js';

const sandbox = new Sandbox();
const KiB = 1024;
const old = noise(1024 * KiB, 1);
const bytes = (name: string): Buffer => readFileSync(sandbox.path(name));

/** A bitmap of 64 KiB blocks with these bits set. */
function bitmap(...bits: readonly number[]): Uint8Array {
  const map = new Uint8Array(2);
  for (const bit of bits) map[bit >> 3] = (map[bit >> 3] ?? 0) | (1 << (bit & 7));
  return map;
}
const led = ['--tracker', 'changes.bitmap', '--tracker-block', '64KiB'];

beforeAll(() => {
  sandbox.write('mon.img', old);
  sandbox.write('tue.img', edited(old, 200 * KiB, 'tuesday'));
  sandbox.write('wed.img', edited(edited(old, 200 * KiB, 'tuesday'), 900 * KiB, 'wednesday'));
  sandbox.write('changes.bitmap', bitmap(3));
  sandbox.write('wed.bitmap', bitmap(14));
  expect(sandbox.run('diff', 'mon.img', 'tue.img', '-o', 'plain.sdelta').code).toBe(0);
});

test('the package is the same, and what the tracker led to is told', () => {
  const ran = sandbox.run('diff', 'mon.img', 'tue.img', '-o', 'led.sdelta', ...led);
  expect(ran.stderr).toBe('');
  expect(ran.stdout).toContain('tracker (bitmap): looked at 1 of 16 leaves of 64 KiB\n');
  expect(ran.stdout).toContain('the base was hashed once, 1 MiB: keep --target-manifest FILE');
  expect(bytes('led.sdelta').equals(bytes('plain.sdelta'))).toBe(true);
});

test('manifests lead from one diff to the next, and nothing is hashed again', () => {
  const first = sandbox.run('manifest', 'mon.img', '-o', 'mon.sdm');
  expect(first.code, first.stderr).toBe(0);
  const tuesday = sandbox.run(
    'diff',
    'mon.img',
    'tue.img',
    '-o',
    'tue.sdelta',
    '--json',
    ...led,
    '--base-manifest',
    'mon.sdm',
    '--target-manifest',
    'tue.sdm',
  );
  expect(JSON.parse(tuesday.stdout)).toMatchObject({
    tracker: { format: 'bitmap', markedBytes: 65_536, leafCount: 16, dirtyLeaves: 1, baseHashedBytes: 0 },
  });
  const wednesday = sandbox.run(
    'diff',
    'tue.img',
    'wed.img',
    '-o',
    'wed.sdelta',
    '--tracker',
    'wed.bitmap',
    '--tracker-block=64KiB',
    '--base-manifest',
    'tue.sdm',
    '--target-manifest',
    'wed.sdm',
    '--verify-tracker=100%',
    '--verify-seed',
    '7',
  );
  expect(wednesday.code, wednesday.stderr).toBe(0);
  expect(wednesday.stdout).toMatch(
    /^scrub: 15 of 15 clean leaves are the base's; 960 KiB in [\d.,]+ ms, seed 7; 10 % changed unseen: caught with 100 %/m,
  );
  expect(sandbox.run('apply', 'tue.img', 'wed.sdelta', '-o', 'rebuilt.img').code).toBe(0);
  expect(bytes('rebuilt.img').equals(bytes('wed.img'))).toBe(true);
  expect(sandbox.run('manifest', 'wed.img', '--check', 'wed.sdm').code).toBe(0);
});

describe('a tracker that lies', () => {
  test('is an error of the data, with the address and the way out, and nothing is written', () => {
    const ran = sandbox.run(
      'diff',
      'mon.img',
      'wed.img',
      '-o',
      'lie.sdelta',
      ...led,
      '--verify-tracker=1MiB',
      '--target-manifest',
      'lie.sdm',
    );
    expect(ran.code).toBe(exitCodes.data);
    expect(ran.stderr).toContain(
      'the tracker calls 917504 to 983040 clean, and it changed: 1 of 15 sampled leaves',
    );
    expect(ran.stderr).toContain('hint: run without --tracker');
    expect(sandbox.names().filter((name) => /lie|part/.test(name))).toEqual([]);
  });

  test('a draw can be repeated by its seed', () => {
    const draw = (seed: string) => {
      const ran = sandbox.run(
        'diff',
        'mon.img',
        'tue.img',
        '-o',
        's.sdelta',
        '--json',
        ...led,
        '--verify-tracker=3%',
        '--verify-seed',
        seed,
      );
      const { tracker } = JSON.parse(ran.stdout) as { tracker: { scrub: Record<string, unknown> } };
      return { ...tracker.scrub, elapsedMs: 0 };
    };
    expect(draw('11')).toEqual(draw('11'));
    expect(draw('11')).toMatchObject({ seed: 11, cleanLeaves: 15, sampledLeaves: 1, bytesRead: 65_536 });
  });

  test('without a seed each draw has its own', () => {
    const ran = sandbox.run('diff', 'mon.img', 'tue.img', '-o', 's.sdelta', ...led, '--verify-tracker');
    expect(ran.stdout).toMatch(/^scrub: 15 of 15 .* seed \d+;/m);
  });
});

describe('refused', () => {
  const diff = ['diff', 'mon.img', 'tue.img', '-o', 'x.sdelta'];
  test.each<[string, readonly string[], number, string]>([
    ['a bitmap without its block', ['--tracker', 'changes.bitmap'], exitCodes.usage, '--tracker-block 64KiB'],
    [
      'a bitmap of the wrong size',
      ['--tracker', 'changes.bitmap', '--tracker-block', '4KiB'],
      exitCodes.data,
      'changes.bitmap: the bitmap has 2 bytes',
    ],
    [
      'a block of odd size',
      ['--tracker', 'changes.bitmap', '--tracker-block', '1000'],
      exitCodes.usage,
      'not a multiple of 512',
    ],
    ['a missing file', ['--tracker', 'none', '--tracker-block', '4KiB'], exitCodes.world, 'cannot open none'],
    [
      'an unknown format',
      ['--tracker', 'changes.bitmap', '--tracker-format', 'qemu'],
      exitCodes.usage,
      "unknown value 'qemu'",
    ],
    ['--verify-tracker alone', ['--verify-tracker'], exitCodes.usage, '--verify-tracker goes with --tracker'],
    [
      '--verify-seed without a scrub',
      [...led, '--verify-seed', '1'],
      exitCodes.usage,
      '--verify-seed goes with --verify-tracker',
    ],
    ['more than all', [...led, '--verify-tracker=101%'], exitCodes.usage, 'more than all'],
    ['an amount that is none', [...led, '--verify-tracker=some'], exitCodes.usage, '--verify-tracker'],
    [
      'a strategy that looks everywhere',
      [...led, '--strategy', 'rolling'],
      exitCodes.usage,
      'cannot be led by a tracker',
    ],
    [
      'one file for both outputs',
      [...led, '--target-manifest', 'x.sdelta'],
      exitCodes.usage,
      'both name x.sdelta',
    ],
    ['an input as output', [...led, '--target-manifest', 'mon.img'], exitCodes.usage, 'is the input mon.img'],
  ])('%s', (_, words, code, message) => {
    const ran = sandbox.run(...diff, ...words);
    expect(ran.stderr).toContain(message);
    expect(ran.code).toBe(code);
    expect(sandbox.names()).not.toContain('x.sdelta');
  });
});
