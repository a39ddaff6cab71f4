/** Wrong use: one clear line, the way out, exit code 2, and nothing written. */
import { describe, expect, test } from 'vitest';
import { Sandbox, noise } from './program.js';

const sandbox = new Sandbox();
sandbox.write('a', noise(5000, 1));
sandbox.write('b', noise(5000, 2));
sandbox.write('bad.yaml', 'name: bad\nsummry: x\n');
sandbox.write('folder/x', 'x');
const before = sandbox.names();

describe('exit code 2', () => {
  test.each<[words: string[], message: string, hint: string]>([
    [[], 'no command given', "see 'snapdelta --help'"],
    [['dif', 'a', 'b'], "unknown command 'dif'", "did you mean 'diff'?"],
    [['xyzzy'], "unknown command 'xyzzy'", "see 'snapdelta --help'"],
    [['workloads'], "'workloads' needs one more word", 'one of: list, make, import'],
    [['workloads', 'mak'], "'workloads' has no 'mak'", 'one of: list, make, import'],
    [
      ['diff', 'a', 'b', '-o', 'd', '--profil', 'x'],
      "unknown option '--profil'",
      "did you mean '--profile'?",
    ],
    [['diff', 'a', 'b', '-o', 'd', '-x'], "unknown option '-x'", 'known: '],
    [['diff', 'a', '-o', 'd'], 'missing TARGET', "see 'snapdelta diff --help'"],
    [['diff', 'a', 'b'], 'missing -o DELTA', "see 'snapdelta diff --help'"],
    [['diff', 'a', 'b', 'c', '-o', 'd'], "surplus argument 'c'", "see 'snapdelta diff --help'"],
    [['diff', 'a', 'b', '-o'], '-o needs a value', "see 'snapdelta diff --help'"],
    [['diff', 'a', 'b', '-o', '--quiet'], '-o needs a value', "see 'snapdelta diff --help'"],
    [['diff', 'a', 'b', '-o', 'd', '--json=1'], '--json takes no value', "see 'snapdelta diff --help'"],
    [['diff', 'a', 'b', '-o', 'd', '--strategy', 'fixd'], "unknown strategy 'fixd'", "did you mean 'fixed'?"],
    [
      ['diff', 'a', 'b', '-o', 'd', '--set', 'blokBytes=4KiB'],
      "no setting 'blokBytes'",
      "did you mean 'blockBytes'?",
    ],
    [['bench', 'kernels', '--size', '0'], '--size: 0 is less than 1 KiB, the smallest block', ''],
    [['diff', 'a', 'b', '-o', 'd', '--set', 'blockBytes=3KiB'], 'blockBytes: 3072 is not a power of two', ''],
    [['diff', 'a', 'b', '-o', 'd', '--set', 'blockBytes'], "--set: expected key=value, not 'blockBytes'", ''],
    [
      ['diff', 'a', 'b', '-o', 'd', '--profile', 'thinlink'],
      "unknown profile 'thinlink'",
      "did you mean 'thin-link'?",
    ],
    [
      ['diff', 'a', 'b', '-o', 'd', '--profile', './bad.yaml'],
      './bad.yaml:2:1: summry: unknown key',
      "did you mean 'summary'?",
    ],
    [['diff', 'a', 'b', '-o', 'd', '--workers', 'many'], '--workers: expected a whole number from 1', ''],
    [
      ['diff', 'a', 'b', '-o', 'd', '--time', 'noon'],
      "--time: 'noon' is not a time",
      'write 2026-01-31T12:00:00Z',
    ],
    [
      ['diff', 'a', 'b', '-o', 'd', '--writer', 'alice=x'],
      "--writer: 'x' is not a whole number",
      'NAME=COUNT',
    ],
    [
      ['diff', 'a', 'b', '-o', 'd', '--profile', 'compliance'],
      'profile compliance requires a signature',
      '--sign-key',
    ],
    [
      ['diff', 'a', 'b', '-o', 'd', '--profile', 'edge-agent', '--strategy', 'compare'],
      "profile edge-agent: name: compare needs the base's content",
      '',
    ],
    [
      ['diff', 'a', 'b', '-o', 'd', '--sign-key', 'a'],
      'a is not an Ed25519 private key',
      'snapdelta keys init',
    ],
    [
      ['diff', 'a', 'folder', '-o', 'd'],
      'the base is a single file and the target is a directory',
      'two directories',
    ],
    [['diff', 'a', 'b', '-o', 'folder'], 'folder exists and is not a file', 'choose another name'],
    [['diff', 'a', 'b', '-o', 'b'], 'the output b is the input b', 'choose another name'],
    [['manifest', 'a', '-o', './a'], 'the output ./a is the input a', 'choose another name'],
    [
      ['diff', 'folder', 'folder', '-o', 'folder/d'],
      'the output folder/d lies inside the input folder',
      'choose another place',
    ],
    [['manifest', 'a'], 'manifest needs either -o MANIFEST or --check MANIFEST', ''],
    [
      ['manifest', 'a', '-o', 'm', '--strategy', 'compare'],
      'strategy compare has no blocks to list',
      'fixed, fastcdc',
    ],
    [['workloads', 'make', 'mailbx', '-o', 'w'], "unknown workload 'mailbx'", "did you mean 'mailbox'?"],
    [
      ['workloads', 'make', 'mailbox', '-o', 'w', '--size', 'huge'],
      "--size: 'huge' is not a size",
      'write a number with a unit',
    ],
    [['workloads', 'make', 'mailbox', '-o', 'w', '--size', '1KiB'], 'workload mailbox: bytes is 1024', ''],
    [['completion', 'tcsh'], "unknown shell 'tcsh'", 'known: bash, zsh, fish'],
  ])('%j', (words, message, hint) => {
    const { code, stdout, stderr } = sandbox.run(...words);
    expect(code, stderr).toBe(2);
    expect(stdout).toBe('');
    const lines = stderr.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^snapdelta: /);
    expect(lines[0]).toContain(message);
    expect(lines[1] ?? '').toContain(hint);
    expect(lines.length).toBeLessThanOrEqual(2);
    expect(sandbox.names()).toEqual(before);
  });

  test('with --json the error is one document on stdout as well', () => {
    const { code, stdout } = sandbox.run('diff', 'a', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        kind: 'usage',
        message: 'missing TARGET: file, block device or directory',
        hint: "see 'snapdelta diff --help'",
        exitCode: 2,
      },
    });
  });

  test('stdout holds a package or a document, not both', () => {
    const { code, stdout } = sandbox.run('diff', 'a', 'b', '-o', '-', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { message: '--json and -o - both want stdout' } });
  });

  test('--quiet does not hide errors', () => {
    expect(sandbox.run('dif', '--quiet').stderr).toMatch(/^snapdelta: unknown command/);
  });
});
