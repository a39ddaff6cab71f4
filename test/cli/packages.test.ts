/** diff, apply, inspect and manifest as a user runs them. */
import { readFileSync, statSync, symlinkSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { Sandbox, edited, noise, program } from './program.js';

const sandbox = new Sandbox();
const old = noise(300_000, 1);
const new_ = edited(old, 123_456, 'changed');
sandbox.write('old.img', old);
sandbox.write('new.img', new_, 1_700_000_060);
const bytesOf = (name: string) => readFileSync(sandbox.path(name));

function must(...words: string[]): string {
  const { code, stdout, stderr } = sandbox.run(...words);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
}

describe('images', () => {
  test('diff tells what it wrote, apply rebuilds it byte for byte, with its time', () => {
    expect(must('diff', 'old.img', 'new.img', '-o', 'd.sdelta')).toMatch(
      /^d\.sdelta: \d+ B \(.* % of 293 KiB\), 1 segment/,
    );
    expect(must('apply', 'old.img', 'd.sdelta', '-o', 'out.img')).toMatch(
      /^out\.img: 293 KiB rebuilt and verified in /,
    );
    expect(bytesOf('out.img').equals(new_)).toBe(true);
    expect(statSync(sandbox.path('out.img')).mtimeMs).toBe(1_700_000_060_000);
  });

  test('unless told otherwise: adaptive between contents, as the manifest cuts from a manifest', () => {
    const written = (base: string): unknown =>
      JSON.parse(must('diff', base, 'new.img', '-o', 'default.sdelta', '--json'));
    expect(written('old.img')).toMatchObject({ strategy: 'adaptive' });
    must('manifest', 'old.img', '-o', 'default.sdm', '--strategy', 'fastcdc');
    expect(written('default.sdm')).toMatchObject({ strategy: 'fastcdc' });
  });

  test('the same bytes again, for any number of workers', () => {
    must('diff', 'old.img', 'new.img', '-o', 'w1.sdelta', '--workers', '1');
    must('diff', 'old.img', 'new.img', '-o', 'w3.sdelta', '--workers', '3');
    expect(bytesOf('w3.sdelta').equals(bytesOf('w1.sdelta'))).toBe(true);
  });

  test('through pipes', () => {
    const piped = spawnSync(
      'sh',
      [
        '-c',
        `"$0" "$1" diff old.img new.img -o - | "$0" "$1" apply old.img - -o piped.img`,
        process.execPath,
        program,
      ],
      { cwd: sandbox.folder, encoding: 'utf8' },
    );
    expect(piped.stderr).toMatch(/^stdout: /);
    expect(piped.status).toBe(0);
    expect(bytesOf('piped.img').equals(new_)).toBe(true);
  });

  test('an existing target is kept, unless --force', () => {
    sandbox.write('kept.img', 'mine');
    const refused = sandbox.run('apply', 'old.img', 'd.sdelta', '-o', 'kept.img');
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('kept.img exists already') as string,
    });
    expect(bytesOf('kept.img').toString()).toBe('mine');
    must('apply', 'old.img', 'd.sdelta', '-o', 'kept.img', '--force');
    expect(bytesOf('kept.img').equals(new_)).toBe(true);
  });

  test('volume, time, writers and settings are in the package', () => {
    must(
      'diff',
      'old.img',
      'new.img',
      '-o',
      'named.sdelta',
      '--volume',
      'db',
      '--time',
      '2026-01-31T12:00:00Z',
      '--writer',
      'a=3',
      '--writer',
      'b=4',
      '--strategy',
      'rolling',
      '--set',
      'blockBytes=2KiB',
      '--set',
      'codec=stored',
    );
    const report = JSON.parse(must('inspect', 'named.sdelta', '--json')) as { header: object };
    expect(report.header).toMatchObject({
      volume: 'db',
      timeMicros: Date.parse('2026-01-31T12:00:00Z') * 1000,
      versions: { a: 3, b: 4 },
      strategy: 'rolling',
      parameters: { blockBytes: 2048, codec: 'stored' },
    });
  });

  test('inspect tells header, segments, codecs and operations', () => {
    const text = must('inspect', 'd.sdelta');
    for (const word of [
      'package',
      'volume',
      'strategy',
      'root',
      'segment',
      'codec',
      'operation',
      'literal',
      'copy',
    ]) {
      expect(text).toMatch(new RegExp(`^${word}\\b`, 'm'));
    }
  });

  test('--quiet says nothing', () => {
    expect(must('diff', 'old.img', 'new.img', '-o', 'q.sdelta', '--quiet')).toBe('');
    expect(must('apply', 'old.img', 'q.sdelta', '-o', 'q.img', '-q')).toBe('');
  });

  test('no colours and no animation where nobody watches', () => {
    const { stdout, stderr } = sandbox.runWith(
      { env: { FORCE_COLOR: '', CI: '' } },
      'diff',
      'old.img',
      'new.img',
      '-o',
      'c.sdelta',
    );
    expect(stdout + stderr).not.toContain('\u001b');
  });
});

describe('trees', () => {
  sandbox.write('t1/a.txt', 'one');
  sandbox.write('t1/gone.txt', 'gone');
  sandbox.write('t1/deep/b.bin', old);
  sandbox.write('t2/a.txt', 'two');
  sandbox.write('t2/deep/b.bin', new_);
  sandbox.write('t2/deep/moved.bin', noise(70_000, 3));
  symlinkSync('a.txt', sandbox.path('t2/link'));

  test('come back whole', () => {
    must('diff', 't1', 't2', '-o', 't.sdelta', '--profile', 'thin-link');
    must('apply', 't1', 't.sdelta', '-o', 't3');
    must('manifest', 't2', '-o', 't2.manifest');
    expect(must('manifest', 't3', '--check', 't2.manifest')).toMatch(/^t3: matches/);
    expect(must('inspect', 't.sdelta')).toMatch(/^removed +gone\.txt$/m);
  });
});

describe('manifests', () => {
  test('stand for a base whose content is elsewhere', () => {
    must('manifest', 'old.img', '-o', 'old.manifest', '--profile', 'edge-agent');
    must('diff', 'old.manifest', 'new.img', '-o', 'fm.sdelta');
    must('apply', 'old.img', 'fm.sdelta', '-o', 'fm.img');
    expect(bytesOf('fm.img').equals(new_)).toBe(true);
  });

  test('know which snapshot introduced a block', () => {
    must('manifest', 'old.img', '-o', 'one.manifest');
    const { origins } = JSON.parse(
      must('manifest', 'new.img', '-o', 'two.manifest', '--previous', 'one.manifest', '--json'),
    ) as { origins: number };
    expect(origins).toBe(2);
  });

  test('a snapshot that differs is told block by block, exit code 3', () => {
    const { code, stdout } = sandbox.run('manifest', 'new.img', '--check', 'one.manifest');
    expect(code).toBe(3);
    expect(stdout).toMatch(/^altered +65536 +64 KiB +new\.img$/m);
  });
});

describe('signatures', () => {
  test('keys are private, and never replaced', () => {
    must('keys', 'init', 'our.key');
    expect(statSync(sandbox.path('our.key')).mode & 0o777).toBe(0o600);
    const before = bytesOf('our.key');
    expect(sandbox.run('keys', 'init', 'our.key').code).toBe(2);
    expect(bytesOf('our.key').equals(before)).toBe(true);
  });

  test('a signed package is trusted, by the right key alone', () => {
    must('keys', 'init', 'other.key');
    must('diff', 'old.img', 'new.img', '-o', 's.sdelta', '--profile', 'compliance', '--sign-key', 'our.key');
    must('apply', 'old.img', 's.sdelta', '-o', 's.img', '--profile', 'compliance', '--trust', 'our.key.pub');
    expect(bytesOf('s.img').equals(new_)).toBe(true);
    expect(must('inspect', 's.sdelta', '--trust', 'our.key.pub')).toMatch(/^signed .*\(trusted\)$/m);
    const refused = sandbox.run('apply', 'old.img', 's.sdelta', '-o', 's2.img', '--trust', 'other.key.pub');
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('not signed by a trusted key');
    expect(sandbox.run('inspect', 's.sdelta', '--trust', 'other.key.pub').code).toBe(3);
    expect(sandbox.run('apply', 'old.img', 's.sdelta', '-o', 's2.img', '--profile', 'compliance').code).toBe(
      2,
    );
    expect(sandbox.names()).not.toContain('s2.img');
  });

  test('an unsigned package is refused where a key is trusted', () => {
    const refused = sandbox.run('apply', 'old.img', 'd.sdelta', '-o', 'u.img', '--trust', 'our.key.pub');
    expect(refused.code).toBe(3);
  });
});
