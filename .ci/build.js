/**
 * `npm run build`: kernels, program and the files that the program reads, into dist/. What is up to date is left alone, so that a
 * second run takes a second.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildKernels } from './kernels.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (path) => join(root, path);
const filesBelow = (directory) =>
  readdirSync(at(directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
const run = (tool, ...options) => {
  const { status } = spawnSync(process.execPath, [at(`node_modules/${tool}`), ...options], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(1);
};

buildKernels();

// Output of sources that are gone would be packed and could be imported by mistake.
if (existsSync(at('dist'))) {
  for (const path of filesBelow('dist')) {
    const source = path.replace(/^dist/, 'src').replace(/(\.d\.ts|\.js(\.map)?)$/, '.ts');
    const isOutput = source.endsWith('.ts') || path.endsWith('.yaml');
    if (isOutput && !existsSync(at(source))) rmSync(at(path));
  }
}
for (const path of filesBelow('src').filter((file) => file.endsWith('.yaml'))) {
  const copy = path.replace(/^src/, 'dist');
  mkdirSync(dirname(at(copy)), { recursive: true });
  copyFileSync(at(path), at(copy));
}
run('typescript/bin/tsc', '-p', '.', '--incremental', '--tsBuildInfoFile', 'dist/.tsbuildinfo');
chmodSync(at('dist/cli/main.js'), 0o755);
