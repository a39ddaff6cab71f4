/** What a small command loads before it does anything. Files and modules are counted: each costs about the same wherever it runs. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { readBuiltProfile } from '../../src/engine/profile/files.js';
import { loadProfile, shippedProfileNames } from '../../src/engine/profile/read.js';
import { Sandbox, program } from './program.js';

const sandbox = new Sandbox();
beforeAll(() => {
  sandbox.write('old', 'one '.repeat(20_000));
  sandbox.write('new', 'two '.repeat(20_000));
  expect(sandbox.run('diff', 'old', 'new', '-o', 'd.sdelta').code).toBe(0);
});

/** What the run wrote to stderr with a module of ours loaded first. */
function watched(watcher: string, words: readonly string[]): string[] {
  const preload = `data:text/javascript,${encodeURIComponent(watcher)}`;
  const { status, stderr } = spawnSync(process.execPath, ['--import', preload, program, ...words], {
    cwd: sandbox.folder,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  return stderr.split('\n').filter((line) => line !== '');
}

const hook = `import { writeSync } from 'node:fs';
  export function load(url, context, next) { writeSync(2, url + '\\n'); return next(url, context); }`;

/** ES modules, in the order in which they are loaded. */
function filesOf(...words: string[]): string[] {
  const register = `import { register } from 'node:module';
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});`;
  return watched(register, words).map((url) => basename(fileURLToPath(url)));
}

/** Files of dist/ that are read as text or bytes, which scripts and their code are. */
function readsOf(...words: string[]): string[] {
  const wrapped = `const fs = process.getBuiltinModule('node:fs');
    const { readFileSync, writeSync } = fs;
    fs.readFileSync = (path, ...options) => {
      writeSync(2, String(path) + '\\n');
      return readFileSync(path, ...options);
    };`;
  return watched(wrapped, words)
    .filter((path) => path.includes('/dist/'))
    .map((path) => basename(path).replace(process.version, 'VERSION').replace(process.arch, 'ARCH'));
}

/** Node's own modules that the program asked for, directly or not. */
function builtinsOf(...words: string[]): string[] {
  const list = `const before = new Set(process.moduleLoadList);
    process.on('exit', () => {
      const { writeSync } = process.getBuiltinModule('node:fs');
      for (const name of process.moduleLoadList) if (!before.has(name)) writeSync(2, name + '\\n');
    });`;
  return watched(list, words).map((line) => line.replace(/^NativeModule /, ''));
}

const diff = ['diff', 'old', 'new', '-o', 'again.sdelta', '--workers', '1', '-q'];
const apply = ['apply', 'old', 'd.sdelta', '-o', 'copy', '--force', '-q'];

describe('a quiet run', () => {
  test.each([
    ['of diff', diff],
    ['of diff with a shipped profile', [...diff, '--profile', 'edge-agent']],
    ['of apply', apply],
  ])('%s loads two doors, three scripts and their code, and no ES module', (_, words) => {
    expect(filesOf(...words)).toEqual(['main.js']);
    const reads = readsOf(...words).filter((name) => !/\.(wasm|json)$/.test(name));
    expect(reads).toEqual([
      'scripts.js',
      'program.script.js',
      'program.VERSION-ARCH.code',
      'rolldown-runtime.script.js',
      'rolldown-runtime.VERSION-ARCH.code',
      'engine.script.js',
      'engine.VERSION-ARCH.code',
    ]);
  });

  test.each([
    ['of diff', diff],
    ['of apply', apply],
  ])('%s leaves streams, networks, cryptography and threads alone', (_, words) => {
    const builtins = builtinsOf(...words);
    expect(builtins).toContain('os');
    const dear = ['stream', 'net', 'crypto', 'zlib', 'tty', 'worker_threads', 'perf_hooks', 'fs/promises'];
    expect(builtins.filter((name) => dear.includes(name))).toEqual([]);
  });
});

test('--version loads the door alone', () => {
  expect(filesOf('--version')).toEqual(['main.js']);
});

describe('shipped profiles', () => {
  test.each(shippedProfileNames())('%s is built as it is read', (name) => {
    const built = new URL(`../../dist/engine/profile/shipped/${name}.json`, import.meta.url);
    expect(JSON.parse(readFileSync(built, 'utf8'))).toEqual(loadProfile(name));
  });

  test('and nothing else is a built profile', () => {
    for (const name of ['', '..', './edge-agent', 'edge-agent.yaml', '../shipped/edge-agent', 'no-such']) {
      expect(readBuiltProfile(name)).toBeUndefined();
    }
  });
});
