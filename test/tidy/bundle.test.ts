/**
 * What diff and apply load. YAML and its schemas take longer to load than a small diff takes, so they must not slip into the files
 * that every run reads: one static import of profile/read.ts from a module of the group `program` (.ci/bundle.js) is enough for that. What travels between machines, TLS and
 * certificates included, is loaded by the commands that use it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, root, textOf } from './sources.js';

const packages = /^\/\/ node_modules\/(yaml|zod)\//m;

/** A script loads scripts alone, which the build enforces. */
const scripts = filesBelow('dist/chunks', '.script.js');

test('what diff and apply are is in the scripts', () => {
  const code = scripts.map(textOf).join('\n');
  for (const path of ['cli/actions/diff', 'cli/actions/apply', 'engine/diff', 'cli/run']) {
    expect(code).toContain(`// src/${path}.ts`);
  }
});

test.each(scripts)('%s loads neither YAML nor schemas', (path) => {
  expect(textOf(path)).not.toMatch(packages);
});

test.each(scripts)('%s loads nothing of replication', (path) => {
  expect(textOf(path)).not.toMatch(/^\/\/ src\/(replication|cli\/replication)\/|@peculiar\/x509/m);
});

test.each(scripts)('%s is ASCII, as it is read', (path) => {
  expect(readFileSync(join(root, path)).every((byte) => byte < 0x80)).toBe(true);
});

test('certificates are made by a package that nothing but making them loads', () => {
  const makers = filesBelow('dist/chunks', '.js').filter((path) => textOf(path).includes('@peculiar/x509'));
  expect(makers).toEqual([expect.stringContaining('identities')]);
});

test('a file that is loaded when it is asked for has them', () => {
  expect(filesBelow('dist/chunks', '.js').some((path) => packages.test(textOf(path)))).toBe(true);
});
