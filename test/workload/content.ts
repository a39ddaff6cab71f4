/** What the tests of workloads share: whole contents and plain ways to count what changed. */
import { createHash } from 'node:crypto';
import type { GeneratedSnapshot } from '../../src/workload/workload.js';

/** All bytes of all entries, each filled in one call. */
export function contentOf(snapshot: GeneratedSnapshot): Buffer {
  return Buffer.concat(
    snapshot.entries.map((entry, index) => {
      const bytes = Buffer.alloc(entry.sizeBytes, 0xa5);
      snapshot.fill(index, 0, bytes);
      return bytes;
    }),
  );
}

/** SHA-256 over form, entries and bytes. */
export function digestOf(snapshot: GeneratedSnapshot): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([snapshot.form, snapshot.entries]));
  hash.update(contentOf(snapshot));
  return hash.digest('hex');
}

/** Offsets at which two buffers differ, and every byte past the end of the old one. */
export function changedInPlace(before: Buffer, after: Buffer): number {
  let count = Math.max(0, after.length - before.length);
  for (let i = 0; i < Math.min(before.length, after.length); i++) if (before[i] !== after[i]) count++;
  return count;
}

/** Bytes of `after` that lie in no run of `windowBytes` or more that occurs anywhere in `before`. */
export function bytesNotFound(before: Buffer, after: Buffer, windowBytes: number): number {
  const known = new Set<string>();
  for (let i = 0; i + windowBytes <= before.length; i++)
    known.add(before.toString('latin1', i, i + windowBytes));
  let count = 0;
  let foundUntil = 0;
  for (let i = 0; i < after.length; i++) {
    if (known.has(after.toString('latin1', i, i + windowBytes))) foundUntil = i + windowBytes;
    if (i >= foundUntil) count++;
  }
  return count;
}
