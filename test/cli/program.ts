/** Runs the built program as a user would: a process, its exit code and its two streams. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { Random } from '../../src/base/prng.js';

export const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of the test file's own, removed at its end. */
export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'snapdelta-cli-'));

  constructor() {
    afterAll(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  run(...words: readonly string[]): Ran {
    return this.runWith({}, ...words);
  }

  runWith(
    options: { readonly input?: Uint8Array; readonly env?: NodeJS.ProcessEnv },
    ...words: readonly string[]
  ): Ran {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
      cwd: this.folder,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      env: { ...process.env, ...options.env },
      ...(options.input === undefined ? {} : { input: options.input }),
    });
    return { code: status, stdout, stderr };
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Every name in the folder, hidden ones too, sorted. */
  names(): string[] {
    return readdirSync(this.folder).sort();
  }

  write(name: string, bytes: Uint8Array | string, mtimeSeconds = 1_700_000_000): string {
    const path = this.path(name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, bytes);
    utimesSync(path, mtimeSeconds, mtimeSeconds);
    return path;
  }
}

/** Seeded bytes that no codec makes smaller. */
export function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  new Random(seed).fill(bytes);
  return bytes;
}

/** `bytes` with a few of them changed. */
export function edited(bytes: Uint8Array, at: number, text: string): Uint8Array {
  const copy = bytes.slice();
  copy.set(new TextEncoder().encode(text), at);
  return copy;
}
