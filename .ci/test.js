/**
 * `npm test`: every check, cheapest first. Stops at the first step of static checks that fails, runs all tests whatever happens, and
 * prints as its last line the sum of what passed and failed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const scratch = mkdtempSync(join(tmpdir(), 'snapdelta-test-'));
const resultFile = join(scratch, 'results.json');
let passed = 0;
let failed = 0;

function check(name, command, ...options) {
  const startMs = performance.now();
  const { status } = spawnSync(command, options, { stdio: 'inherit' });
  const isGood = status === 0;
  console.log(
    `${isGood ? 'ok' : 'FAILED'}  ${name} (${((performance.now() - startMs) / 1000).toFixed(1)} s)`,
  );
  if (isGood) passed++;
  else failed++;
  return isGood;
}

const node = process.execPath;
const tool = (path) => join('node_modules', path);

const isBuilt = check('build', node, '.ci/build.js');
check('types', node, tool('typescript/bin/tsc'), '--noEmit', '-p', 'test');
check('format', node, tool('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.');
check('lint', node, tool('eslint/bin/eslint.js'), '.');
check('dead code', node, tool('knip/bin/knip.js'));

if (isBuilt) {
  const { status } = spawnSync(
    node,
    [
      tool('vitest/vitest.mjs'),
      'run',
      '--coverage',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${resultFile}`,
    ],
    { stdio: 'inherit' },
  );
  const results = readResults();
  passed += results.numPassedTests;
  failed += results.numFailedTests;
  // A suite that cannot load, an unhandled error or coverage below its threshold fails no test, but fails the run.
  if (status !== 0 && results.numFailedTests === 0) failed++;
}

rmSync(scratch, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function readResults() {
  try {
    return JSON.parse(readFileSync(resultFile, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0 };
  }
}
