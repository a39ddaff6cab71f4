/**
 * Golden files: bytes that are ours, frozen. A test that fails here says that the format changed. If that was
 * meant, the format's version and its document change with it; then
 *
 *     ACCEPT_GOLDEN=1 npx vitest run test/engine/package
 *
 * writes the files anew, and the difference is reviewed like code. What third-party encoders produce is never
 * compared: such files are read only.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

const isAccepting = process.env['ACCEPT_GOLDEN'] === '1';

function place(name: string): URL {
  return new URL(name, import.meta.url);
}

/** Compares bytes with the golden file of that name, or writes it when accepting. */
export function expectGolden(name: string, bytes: Uint8Array): void {
  if (isAccepting) writeFileSync(place(name), bytes);
  expect(Buffer.from(bytes).toString('hex')).toBe(readGolden(name).toString('hex'));
}

/** A golden file for reading. When accepting, `make` may write it anew. */
export function readGolden(name: string, make?: () => Uint8Array): Buffer {
  if (isAccepting && make !== undefined) writeFileSync(place(name), make());
  return readFileSync(place(name));
}
