/**
 * What diff and apply load. YAML and its schemas take longer to load than a small diff takes, so they must not slip into the files
 * that every run reads: one static import of profile/read.ts from a module of the group `program` (.ci/bundle.js) is enough for that. What travels between machines, TLS and
 * certificates included, is loaded by the commands that use it.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, root, textOf } from './sources.js';

const packages = /^\/\/ node_modules\/(yaml|zod)\//m;

/** The built file and all that it imports statically, by path. */
function loadedWith(path: string, loaded = new Map<string, string>()): ReadonlyMap<string, string> {
  if (loaded.has(path)) return loaded;
  const code = readFileSync(path, 'utf8');
  loaded.set(path, code);
  for (const [, target] of code.matchAll(/^(?:import|export)[^;]*? from "(\.[^"]+)";$/gm)) {
    loadedWith(join(dirname(path), target ?? ''), loaded);
  }
  return loaded;
}

const code = (chunk: string): string => [...loadedWith(join(root, 'dist/chunks', chunk)).values()].join('\n');

test.each(['run.js', 'diff.js', 'apply.js'])('%s loads neither YAML nor schemas', (chunk) => {
  expect(code(chunk)).toContain('// src/engine/diff.ts');
  expect(code(chunk)).not.toMatch(packages);
});

test.each(['run.js', 'diff.js', 'apply.js'])('%s loads nothing of replication', (chunk) => {
  expect(code(chunk)).not.toMatch(/^\/\/ src\/(replication|cli\/replication)\/|@peculiar\/x509/m);
});

test('certificates are made by a package that nothing but making them loads', () => {
  const makers = filesBelow('dist/chunks', '.js').filter((path) => textOf(path).includes('@peculiar/x509'));
  expect(makers).toEqual([expect.stringContaining('identities')]);
});

test('a file that is loaded when it is asked for has them', () => {
  expect(filesBelow('dist/chunks', '.js').some((path) => packages.test(textOf(path)))).toBe(true);
});
