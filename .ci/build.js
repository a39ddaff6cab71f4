/**
 * `npm run build`: kernels, types, the bundled program and the files that it reads, into dist/. What is up to date is left alone, so that
 * a second run takes two seconds. Output of sources that are gone would be packed and could be imported by mistake: it is removed.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.js';
import { buildKernels } from './kernels.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (path) => join(root, path);
const buildInfo = 'dist/.tsbuildinfo';
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
run(
  'typescript/bin/tsc',
  '-p',
  '.',
  '--emitDeclarationOnly',
  '--incremental',
  '--tsBuildInfoFile',
  buildInfo,
);
const written = new Set((await bundle()).map((path) => `dist/${path}`));
chmodSync(at('dist/cli/main.js'), 0o755);

for (const path of filesBelow('src').filter((file) => file.endsWith('.yaml'))) {
  const copy = path.replace(/^src/, 'dist');
  mkdirSync(dirname(at(copy)), { recursive: true });
  copyFileSync(at(path), at(copy));
  written.add(copy);
}
for (const path of filesBelow('dist')) {
  const source = path.replace(/^dist/, 'src').replace(/\.d\.ts$/, '.ts');
  const isShipped = source !== 'src/base/planted.ts';
  const isCurrent = path.endsWith('.d.ts') ? existsSync(at(source)) && isShipped : written.has(path);
  if (!isCurrent && !path.endsWith('.wasm') && path !== buildInfo) rmSync(at(path));
}

// Shipped profiles as they are when read, so that a run with one of them loads neither YAML nor schemas, which take longer than the run.
const { loadProfile, shippedProfileNames } = await import('../dist/engine/profile/read.js');
for (const name of shippedProfileNames()) {
  writeFileSync(at(`dist/engine/profile/shipped/${name}.json`), JSON.stringify(loadProfile(name)));
}

// The last step: it runs the program. Code of an earlier build was removed above, since V8 would take it for that of any text as long.
run('../.ci/script-code.js');
