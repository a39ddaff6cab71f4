/**
 * The first step of `npm run build`: compiles each WebAssembly module and makes its metered copy beside it. A module is left alone while
 * nothing that it is made of has changed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { meteredModule } from './meter.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (path) => join(root, path);
const filesBelow = (directory) =>
  readdirSync(at(directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
const changedMs = (path) => (existsSync(at(path)) ? statSync(at(path)).mtimeMs : -Infinity);
const isOlder = (path, sources) => sources.some((source) => changedMs(source) > changedMs(path));

/** One set of flags for all; what lies in assembly/rivals is only measured, never used. */
const modules = [
  { name: 'kernels', entry: 'assembly/index.ts' },
  { name: 'rivals', entry: 'assembly/rivals/index.ts' },
];
const compilerInputs = ['asconfig.json', 'package-lock.json'];
const meterSources = ['.ci/meter.js', '.ci/wasm-code.js', '.ci/wasm-write.js'];

export function buildKernels() {
  const sources = [...filesBelow('assembly').filter((path) => path.endsWith('.ts')), ...compilerInputs];
  for (const { name, entry } of modules) {
    const plain = `dist/kernels/${name}.wasm`;
    const metered = `dist/kernels/${name}.metered.wasm`;
    if (isOlder(plain, sources)) compile(entry, plain);
    if (isOlder(metered, [plain, ...meterSources])) {
      writeFileSync(at(metered), meteredModule(readFileSync(at(plain))));
    }
  }
}

function compile(entry, output) {
  const compiler = at('node_modules/assemblyscript/bin/asc.js');
  const options = ['--config', 'asconfig.json', '--target', 'release', '--outFile', output];
  const { status } = spawnSync(process.execPath, [compiler, entry, ...options], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(1);
}
