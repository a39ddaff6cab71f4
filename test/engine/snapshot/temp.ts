/** A fresh directory for each test, removed afterwards even where a test took its permissions away. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

/** Call once in a test file; the returned function makes a new directory. */
export function temporaryDirectories(): () => string {
  const made: string[] = [];
  afterEach(() => {
    for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
  });
  return () => {
    const path = mkdtempSync(join(tmpdir(), 'snapdelta-test-'));
    made.push(path);
    return path;
  };
}

/** Every name directly inside a directory, sorted: what a failure must leave as it was. */
export function namesIn(path: string): string[] {
  return readdirSync(path).sort();
}
