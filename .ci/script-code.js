/**
 * Writes the code of the program's scripts (src/cli/scripts.ts) as V8 has it after small runs of diff and apply: what these did not call,
 * a run that does compiles when it calls it. A process of its own, since V8 takes no code that was made under other flags.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import scripts from '../dist/cli/scripts.js';

const { codePath, compiledScripts, loadScript, sumBytes, sumOf } = scripts;
/** The module src/cli/run.ts; the bundler chooses the names of what scripts export. */
const { run } = Object.values(loadScript('program')).find(
  (member) => Object(member)[Symbol.toStringTag] === 'Module' && 'run' in member,
);

const folder = mkdtempSync(join(tmpdir(), 'snapdelta-build-'));
const at = (name) => join(folder, name);
/** Bytes that look like noise, and the same for the same `seed`. */
const noise = (bytes, seed) =>
  Uint8Array.from({ length: bytes }, () => (seed = (Math.imul(seed, 1664525) + 1013904223) | 0) >>> 24);
try {
  const old = noise(2 ** 18, 1);
  const next = Uint8Array.from(old);
  next.set(noise(5_000, 2), 100_000);
  next.copyWithin(50_000, 70_000, 80_000);
  writeFileSync(at('old'), old);
  writeFileSync(at('new'), next);
  for (const profile of [[], ['--profile', 'live-replication']]) {
    const written = at(`${profile.length}.sdelta`);
    const code =
      (await run(['diff', at('old'), at('new'), '-o', written, '--workers', '1', '-q', ...profile])) ||
      (await run(['apply', at('old'), written, '-o', at(`${profile.length}`), '-q']));
    if (code !== 0) throw new Error(`exit code ${code}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

for (const [name, script] of compiledScripts) {
  const code = script.createCachedData();
  const sum = Buffer.alloc(sumBytes);
  sum.writeBigUInt64LE(sumOf(code));
  writeFileSync(codePath(name), Buffer.concat([sum, code]));
}
