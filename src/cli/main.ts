#!/usr/bin/env node
/**
 * The program's door. `--version` is answered here, before anything of size is loaded; all else is run.ts's.
 *
 * Limit: an option value that reads `--version` is taken for the flag, unless it stands after `--`.
 */
import { readFileSync, writeSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

/**
 * Bytes of bytecode that a function runs through before V8 optimises it, six times as much as is usual: most runs are over before what
 * optimising costs has come back, since loops over bytes are WebAssembly's. A diff of 256 MiB takes 10 to 20 % less CPU, one of a release of
 * 30 MB a fifth less, and one of seconds no more.
 */
const interruptBudgetBytes = 400_000;

const words = process.argv.slice(2);
const end = words.indexOf('--');
const options = end < 0 ? words : words.slice(0, end);

if (options.includes('--version')) {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { name, version } = JSON.parse(text) as { name: string; version: string };
  try {
    writeSync(1, options.includes('--json') ? `${JSON.stringify({ name, version })}\n` : `${version}\n`);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EPIPE') {
      process.stderr.write(`snapdelta: cannot write to stdout: ${message}\n`);
      process.exitCode = 5;
    }
  }
} else {
  setFlagsFromString(`--interrupt-budget=${interruptBudgetBytes}`);
  const { run } = await import('./run.js');
  process.exitCode = await run(words);
  // A cancelled command may have left a read of stdin behind, which would keep the process until its writer closes.
  if (process.exitCode === 130) process.exit();
}
