/** The tarball that `npm pack` makes: it holds what is needed and no more, installs into an empty folder, and works there. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { filesBelow, root } from '../tidy/sources.js';

const folder = mkdtempSync(join(tmpdir(), 'snapdelta-pack-'));
const installed = join(folder, 'empty');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}
let packed: Packed;

function run(cwd: string, command: string, ...words: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, words, { cwd, encoding: 'utf8', maxBuffer: 2 ** 28 });
  expect(status, `${command} ${words.join(' ')}\n${stderr}`).toBe(0);
  return stdout;
}

beforeAll(() => {
  // Built already: scripts would build again.
  const listing = run(root, 'npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder);
  packed = (JSON.parse(listing) as [Packed])[0];
});

test('the tarball holds what the program reads', () => {
  const paths = new Set(packed.files.map(({ path }) => path));
  // planted.ts is of the tests; the build leaves it out.
  const sources = filesBelow('src', '.ts').filter(
    (path) => !path.endsWith('.d.ts') && path !== 'src/base/planted.ts',
  );
  const needed = [
    'LICENSE',
    'README.md',
    'package.json',
    'dist/THIRD-PARTY-LICENCES.txt',
    'dist/cli/main.js',
    'dist/index.js',
    'dist/kernels/kernels.wasm',
    'workloads/lab.yaml',
    ...sources.map((path) => path.replace(/^src/, 'dist').replace(/\.ts$/, '.d.ts')),
    ...filesBelow('src', '.yaml').map((path) => path.replace(/^src/, 'dist')),
    ...filesBelow('reports/charts', '.json'),
  ];
  expect(needed.filter((path) => !paths.has(path))).toEqual([]);
});

test('and nothing else', () => {
  const places =
    /^(dist\/|workloads\/|reports\/charts\/|reports\/[a-z-]+\/(decision\.md|measured\.md|tune-front-light\.svg)$|docs\/|LICENSE$|README\.md$|package\.json$)/;
  const surplus = packed.files
    .map(({ path }) => path)
    .filter((path) => !places.test(path) || path.endsWith('.tsbuildinfo') || path.includes('.debug.'));
  expect(surplus).toEqual([]);
});

test('it installs into an empty folder and runs there', { timeout: 300_000 }, () => {
  mkdirSync(installed);
  writeFileSync(join(installed, 'package.json'), '{ "private": true, "type": "module" }');
  run(
    installed,
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    join(folder, packed.filename),
  );
  const program = join(installed, 'node_modules', '.bin', 'snapdelta');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(run(installed, program, '--version')).toBe(`${version}\n`);

  writeFileSync(join(installed, 'old'), 'one '.repeat(50_000));
  writeFileSync(join(installed, 'new'), 'one '.repeat(30_000) + 'two ' + 'one '.repeat(20_000));
  run(installed, program, 'diff', 'old', 'new', '-o', 'd.sdelta', '--workers', '2');
  run(installed, program, 'apply', 'old', 'd.sdelta', '-o', 'copy');
  expect(readFileSync(join(installed, 'copy')).equals(readFileSync(join(installed, 'new')))).toBe(true);
  expect(run(installed, program, 'profiles')).toContain('thin-link');
  run(installed, program, 'workloads', 'make', 'source-tree', '--size', '1MiB', '-o', 'tree');
  expect(existsSync(join(installed, 'tree', 'v1'))).toBe(true);

  const script = `import { apply, diff } from 'snapdelta';
    const result = await apply('old', diff('old', 'new'), 'again');
    console.log(result.header.target.totalBytes);`;
  writeFileSync(join(installed, 'use.js'), script);
  expect(run(installed, process.execPath, 'use.js')).toBe('200004\n');
});
