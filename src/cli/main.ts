#!/usr/bin/env node
/**
 * The program's door. `--version` is answered here, before anything of size is loaded; all else is run.ts's.
 *
 * Limit: an option value that reads `--version` is taken for the flag, unless it stands after `--`.
 */
import { readFileSync, writeSync } from 'node:fs';

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
  void runProgram();
}

async function runProgram(): Promise<void> {
  // As Node has it for a module that waits for what never comes: nothing was answered.
  process.exitCode = 13;
  const { run } = await import('./run.js');
  process.exitCode = await run(words);
  // A cancelled command may have left a read of stdin behind, which would keep the process until its writer closes.
  if (process.exitCode === 130) process.exit();
}
