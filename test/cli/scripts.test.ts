/** The program's scripts with code that fits, and with code that does not: the program does the same. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sumOf } from '../../src/cli/scripts.js';
import { filesBelow, root } from '../tidy/sources.js';
import { Sandbox, program } from './program.js';

const sandbox = new Sandbox();
const at = (path: string): string => join(sandbox.folder, path);
const code = (name: string): string => at(`dist/chunks/${name}.${process.version}-${process.arch}.code`);

const whole = filesBelow('dist/chunks', '.code').map(
  (path) => [at(path), readFileSync(join(root, path))] as const,
);
let expected: Buffer;

beforeAll(() => {
  cpSync(join(root, 'dist'), at('dist'), { recursive: true });
  cpSync(join(root, 'package.json'), at('package.json'));
  symlinkSync(join(root, 'node_modules'), at('node_modules'));
  sandbox.write('old', 'one '.repeat(2_000));
  sandbox.write('new', `${'one '.repeat(1_000)}two${'one '.repeat(1_000)}`);
  expected = node(program, ...diff).stdout;
});
beforeEach(() => {
  for (const [path, bytes] of whole) writeFileSync(path, bytes);
});

function node(...words: readonly string[]): { readonly stdout: Buffer; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: sandbox.folder });
  expect(status, stderr.toString()).toBe(0);
  return { stdout, stderr: stderr.toString() };
}

const diff = ['diff', 'old', 'new', '-o', '-', '--workers', '1', '-q'];
const copy = 'dist/cli/main.js';

/** What V8 says of the engine's code: nothing where it was given none. */
function rejected(...flags: readonly string[]): string {
  const ask = `const { loadScript, compiledScripts } = require('./dist/cli/scripts.js');
    loadScript('engine');
    process.stdout.write(String(compiledScripts.get('engine').cachedDataRejected));`;
  return node(...flags, '-e', ask).stdout.toString();
}

test('each script has its code', () => {
  const names = filesBelow('dist/chunks', '.script.js').map((path) =>
    path.replace(/^.*\/|\.script\.js$/g, ''),
  );
  expect(names).toContain('engine');
  expect(names.filter((name) => !existsSync(code(name)))).toEqual([]);
  expect(rejected()).toBe('false');
});

test('the code holds no path of the machine that made it', () => {
  expect(readFileSync(code('engine')).includes(root)).toBe(false);
});

describe('code that does not fit is passed over', () => {
  const flip = (place: number) => (): void => {
    const bytes = readFileSync(code('engine'));
    const index = Math.floor((bytes.length - 1) * place);
    bytes[index] = (bytes[index] ?? 0) ^ 4;
    writeFileSync(code('engine'), bytes);
  };
  test.each([
    ['absent', () => rmSync(code('engine'))],
    ["another Node's", () => renameSync(code('engine'), code('engine').replace('.v', '.v1'))],
    ['empty', () => writeFileSync(code('engine'), '')],
    ['cut short', () => writeFileSync(code('engine'), readFileSync(code('engine')).subarray(0, 100_000))],
    ['of another script', () => cpSync(code('program'), code('engine')), 'true'],
    ['with a flipped bit in its sum', flip(0)],
    ['with a flipped bit in its first half', flip(0.4)],
    ['with a flipped bit in its second half', flip(0.8)],
  ])('%s', (_, damage, verdict = 'undefined') => {
    damage();
    expect(rejected()).toBe(verdict);
    expect(node(copy, ...diff).stdout.equals(expected)).toBe(true);
  });

  test('made under other flags', () => {
    expect(rejected('--stack-size=900')).toBe('true');
    expect(node('--stack-size=900', copy, ...diff).stdout.equals(expected)).toBe(true);
  });
});

test('nothing is written where the program lies', () => {
  rmSync(code('program'));
  const listing = (): string[] => readdirSync(at('dist'), { recursive: true }).map(String).sort();
  const before = listing();
  node(copy, ...diff);
  expect(listing()).toEqual(before);
});

test('scripts and the ES modules that import them are one program: an error from a module keeps its kind', () => {
  sandbox.write('bad.yaml', 'strategy: [');
  const { status, stderr } = spawnSync(process.execPath, [copy, ...diff, '--profile', 'bad.yaml'], {
    cwd: sandbox.folder,
    encoding: 'utf8',
  });
  expect(stderr).toContain('bad.yaml');
  expect(stderr).not.toContain('bug');
  expect(status).toBe(2);
});

test('the sum notices each flipped bit, and words that changed places', () => {
  const bytes = Uint8Array.from({ length: 64 }, (_, index) => index);
  const others = Array.from({ length: 512 }, (_, bit) =>
    Uint8Array.from(bytes, (byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)),
  );
  others.push(Uint8Array.from([...bytes.subarray(4, 8), ...bytes.subarray(0, 4), ...bytes.subarray(8)]));
  expect(others.filter((other) => sumOf(other) === sumOf(bytes))).toEqual([]);
});
