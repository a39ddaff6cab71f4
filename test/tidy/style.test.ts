/** The house rules that no linter knows. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { filesBelow, root, textOf } from './sources.js';

const sources = filesBelow('src', '.ts');
const kernels = filesBelow('assembly', '.ts');
const tests = filesBelow('test', '.ts');
const own = 'test/tidy/style.test.ts';

/** What git tracks or would track, so that scratch files of a working copy do not count. */
const repository = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .stdout.split('\n')
  .filter((path) => path !== '');

function offenders(paths: readonly string[], isWrong: (text: string, path: string) => boolean): string[] {
  return paths.filter((path) => isWrong(textOf(path), path));
}

describe('files', () => {
  test('are at most 400 lines long', () => {
    expect(offenders([...sources, ...kernels, ...tests], (text) => text.split('\n').length > 401)).toEqual(
      [],
    );
  });

  test('of the program open with what they are, or with the docstring of what they export', () => {
    const isUnexplained = (text: string) => {
      const first = text.replace(/^#!.*\n/, '').trimStart();
      return !first.startsWith('/**') && !/^\/\*\*[\s\S]*?\*\/\nexport /m.test(first);
    };
    expect(offenders([...sources, ...kernels], isUnexplained)).toEqual([]);
  });

  test('hold no unfinished work', () => {
    const mark = new RegExp(
      ['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].map((word) => `\\b${word}\\b`).join('|'),
    );
    expect(offenders([...sources, ...kernels, ...tests], (text) => mark.test(text))).toEqual([]);
  });

  test('name no machine: no absolute homes or working folders, no registry hosts', () => {
    const paths = repository.filter(
      (path) => /\.(ts|js|json|md|yaml|yml|sh)$|^\.ci\//.test(path) && path !== own,
    );
    const machine = /\/(work|home|Users|root)\/\w|localhost:\d|127\.0\.0\.1:\d/;
    expect(offenders(paths, (text) => machine.test(text))).toEqual([]);
  });

  test('the lock file resolves from the public registry or names no host', () => {
    const lock = textOf('package-lock.json');
    const hosts = new Set([...lock.matchAll(/"resolved": "https?:\/\/([^/]+)\//g)].map((match) => match[1]));
    expect([...hosts].filter((host) => host !== 'registry.npmjs.org')).toEqual([]);
  });

  // npm leaves out what the registry did not have when the lock was written, and `npm ci` then refuses the lock.
  test('the lock file has every optional package that another one names', () => {
    const { packages } = JSON.parse(textOf('package-lock.json')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const named = Object.values(packages).flatMap((one) => Object.keys(one.optionalDependencies ?? {}));
    const places = Object.keys(packages);
    expect(named.filter((name) => !places.some((place) => place.endsWith(`node_modules/${name}`)))).toEqual(
      [],
    );
  });
});

test('no check is switched off in a file', () => {
  const off = /@ts-ignore|@ts-nocheck|@ts-expect-error|eslint-disable|prettier-ignore/;
  const paths = [...sources, ...tests].filter((path) => path !== own && !path.endsWith('.d.ts'));
  expect(offenders(paths, (text) => off.test(text))).toEqual([]);
});

describe('tests', () => {
  test('are none left out or singled out', () => {
    const marks = /\b(test|it|describe)\.(only|todo)\b/;
    expect(
      offenders(
        tests.filter((path) => path !== own),
        (text) => marks.test(text),
      ),
    ).toEqual([]);
  });

  test('stand where their subject stands', () => {
    const places =
      /^test\/(base|kernels|engine|workload|replication|simulator|harness|cli|tidy|end-to-end|support|golden|vectors|fixtures)\//;
    const known = ['test/tsconfig.json', 'test/run.js', 'test/library.test.ts'];
    const wrong = repository.filter(
      (path) => path.startsWith('test/') && !places.test(path) && !known.includes(path),
    );
    expect(wrong).toEqual([]);
  });
});

test('the top level holds what it should', () => {
  const known = [
    '.ci',
    '.gitignore',
    '.prettierignore',
    '.prettierrc.json',
    'LICENSE',
    'README.md',
    'asconfig.json',
    'assembly',
    'docs',
    'eslint.config.js',
    'knip.json',
    'package-lock.json',
    'package.json',
    'reports',
    'src',
    'test',
    'tsconfig.json',
    'vitest.config.ts',
    'workloads',
  ];
  const top = new Set(repository.map((path) => path.split('/')[0] ?? path));
  expect([...top].filter((name) => !known.includes(name))).toEqual([]);
});
