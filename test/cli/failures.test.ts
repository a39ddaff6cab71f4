/** What the world and bad data do: one line, the right exit code, nothing half-written. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { Sandbox, edited, noise, program } from './program.js';

const sandbox = new Sandbox();
const old = noise(3_000_000, 1);
sandbox.write('old.img', old);
sandbox.write('new.img', edited(noise(3_000_000, 2), 10, 'x'));
sandbox.write('small.img', noise(1000, 3));
expect(sandbox.run('diff', 'old.img', 'new.img', '-o', 'd.sdelta').code).toBe(0);
expect(sandbox.run('manifest', 'old.img', '-o', 'm').code).toBe(0);
const delta = new Uint8Array(readFileSync(sandbox.path('d.sdelta')));
const manifest = new Uint8Array(readFileSync(sandbox.path('m')));
sandbox.write('truncated', delta.subarray(0, 1_000_000));
sandbox.write('flipped', edited(delta, 1_000_000, 'damage'));
sandbox.write('longer', Uint8Array.from([...delta.subarray(), 1]));
sandbox.write('foreign', noise(5000, 4));
sandbox.write('empty', '');
sandbox.write(
  'newer',
  Uint8Array.from(delta, (byte, index) => (index === 8 ? 9 : byte)),
);
sandbox.write('bad-manifest', edited(manifest, 300, 'damage'));
const before = sandbox.names();

function expectFailure(words: readonly string[], code: number, message: RegExp): void {
  const ran = sandbox.run(...words);
  expect(ran.code, ran.stderr).toBe(code);
  expect(ran.stdout).toBe('');
  const lines = ran.stderr.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^snapdelta: /);
  expect(lines[0]).toMatch(message);
  expect(lines.length).toBeLessThanOrEqual(2);
  expect(sandbox.names()).toEqual(before);
}

describe('exit code 3: data that is not exact or not authentic', () => {
  test.each<[delta: string, message: RegExp]>([
    ['truncated', /truncated: truncated after /],
    ['flipped', /flipped: segment \d+ is damaged/],
    ['longer', /longer: bytes follow the footer/],
    ['foreign', /foreign: not a snapdelta package/],
    ['empty', /empty: not a snapdelta package: it is empty/],
    ['newer', /newer: written by a newer version/],
    ['m', /m: not a snapdelta package: it is a snapdelta manifest/],
  ])('apply and inspect of %s', (name, message) => {
    expectFailure(['apply', 'old.img', name, '-o', 'out.img'], 3, message);
    expectFailure(['inspect', name], 3, message);
  });

  test('a wrong base', () => {
    expectFailure(['apply', 'small.img', 'd.sdelta', '-o', 'out.img'], 3, /small\.img/);
  });

  test('a damaged manifest', () => {
    expectFailure(['diff', 'bad-manifest', 'new.img', '-o', 'x'], 3, /bad-manifest: the manifest is damaged/);
    expectFailure(
      ['manifest', 'old.img', '--check', 'bad-manifest'],
      3,
      /bad-manifest: the manifest is damaged/,
    );
  });
});

describe('exit code 5: the world failed', () => {
  test.each<[words: string[], message: RegExp]>([
    [['diff', 'none', 'new.img', '-o', 'x'], /cannot open none: it does not exist/],
    [['diff', 'old.img', 'none', '-o', 'x'], /cannot open none: it does not exist/],
    [['diff', 'old.img', 'new.img', '-o', 'none/x'], /cannot create none\/x/],
    [['apply', 'old.img', 'none', '-o', 'x'], /cannot open none: it does not exist/],
    [['apply', 'none', 'd.sdelta', '-o', 'x'], /cannot open none: it does not exist/],
    [['apply', 'old.img', 'd.sdelta', '-o', 'none/x'], /none/],
    [['inspect', 'none'], /cannot open none: it does not exist/],
    [['manifest', 'none', '-o', 'x'], /cannot open none: it does not exist/],
    [['profiles', './none.yaml'], /cannot read \.\/none\.yaml: it does not exist/],
    [['workloads', 'import', 'none'], /cannot open none: it does not exist/],
    [['keys', 'init', 'none/k'], /cannot create none\/k/],
    // Before anything is measured or drawn: each of these would take minutes.
    [['bench', 'kernels', '--out', 'empty/x.json'], /cannot create empty: /],
    [['bench', 'kernels', '--exact', '--out', 'empty/x.json'], /cannot create empty: /],
    [['bench', 'kernels', '--cpu-profile', 'empty/x.json'], /cannot create empty: /],
    [['bench', 'chunkers', '--out', 'empty/x.json'], /cannot create empty: /],
    [['bench', 'pipeline', '--out', 'empty/x.json'], /cannot create empty: /],
    [['bench', 'pipeline', '--cpu-profile', '.'], /cannot write \.: it is a directory or a device/],
    [['bench', 'pipeline', '--processes', '--out', 'empty/x.json'], /cannot create empty: /],
    [['lab', '--out', 'empty/out'], /cannot create empty\/out: a part of its path is not a directory/],
    [['workloads', 'make', 'database-pages', '-o', 'empty/w'], /cannot create empty\/w: /],
  ])('%j', (words, message) => {
    expectFailure(words, 5, message);
  });

  test.each([
    ['diff', 'diff old.img new.img -o x'],
    ['apply', 'apply old.img d.sdelta -o x'],
  ])('%s where no more can be written: nothing is left', (_name, words) => {
    // A limit on file size fails writes as a full disk does, and needs no disk to fill; 512-byte units.
    const script = `trap '' XFSZ; ulimit -f 2000; exec "$0" "$1" ${words}`;
    const ran = spawnSync('sh', ['-c', script, process.execPath, program], {
      cwd: sandbox.folder,
      encoding: 'utf8',
    });
    expect(ran.status, ran.stderr).toBe(5);
    expect(ran.stderr).toMatch(
      /^snapdelta: cannot write .*x.*: the file system cannot hold a file of this size\n/,
    );
    expect(sandbox.names()).toEqual(before);
  });

  test('a reader that closes the pipe before the package is complete', () => {
    const script = `{ "$0" "$1" diff old.img new.img -o -; echo "code $?" >&2; } | head -c 10 > /dev/null`;
    const { stderr } = spawnSync('sh', ['-c', script, process.execPath, program], {
      cwd: sandbox.folder,
      encoding: 'utf8',
    });
    expect(stderr).toContain('snapdelta: stdout was closed before all was written');
    expect(stderr).toContain('code 5');
  });
});

test('a reader that has seen enough of a text is no failure', () => {
  const script = `{ "$0" "$1" inspect d.sdelta; echo "code $?" >&2; } | head -n 1 > /dev/null`;
  const { stderr } = spawnSync('sh', ['-c', script, process.execPath, program], {
    cwd: sandbox.folder,
    encoding: 'utf8',
  });
  expect(stderr).toBe('code 0\n');
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s: exit code 130, nothing left', async (signal) => {
  // The package comes half-way and then no further: apply has begun its target and waits.
  const child = spawn(process.execPath, [program, 'apply', 'old.img', '-', '-o', 'stopped.img'], {
    cwd: sandbox.folder,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined);
  child.stdin.write(delta.subarray(0, delta.length - 100));
  while (sandbox.names().length === before.length) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill(signal);
  const [code] = (await once(child, 'exit')) as [number];
  expect(code, stderr).toBe(130);
  expect(stderr).toContain('snapdelta: cancelled');
  expect(sandbox.names()).toEqual(before);
});
