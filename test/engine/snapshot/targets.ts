/** What the tests of targets share: small snapshots, and a way to write them. */
import { memorySnapshot, type MemoryEntry } from '../../../src/engine/snapshot/memory.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import type { TargetWriter } from '../../../src/engine/snapshot/target-writer.js';

const odd = 1_700_000_000_123_457;

export function image(text: string): Snapshot {
  return memorySnapshot('image', [{ path: '', bytes: Buffer.from(text), mode: 0o640, mtimeMicros: odd }]);
}

export function tree(entries: readonly MemoryEntry[]): Snapshot {
  return memorySnapshot('tree', [{ path: '.', kind: 'directory', mtimeMicros: odd + 1 }, ...entries]);
}

export const smallTree = tree([
  { path: 'bin', kind: 'directory', mode: 0o555, mtimeMicros: odd + 2 },
  { path: 'bin/run', bytes: Buffer.from('#!'), mode: 0o4755, mtimeMicros: odd + 3 },
  { path: 'bin/locked', kind: 'directory', mode: 0o000, mtimeMicros: odd + 4 },
  { path: 'bin/locked/secret', bytes: Buffer.from('s'), mode: 0o000, mtimeMicros: -odd },
  { path: 'empty', mode: 0o600, mtimeMicros: 1 },
  { path: 'link', kind: 'symlink', linkTarget: '/nowhere/..', mtimeMicros: odd + 5 },
  { path: 'zeros', bytes: Buffer.alloc(100_000), mtimeMicros: odd + 6 },
]);

export function bytesOf(snapshot: Snapshot): Buffer {
  const reader = snapshot.openReader();
  const bytes = Buffer.alloc(snapshot.layout.totalBytes);
  reader.read(0, bytes);
  reader.close();
  return bytes;
}

/** Writes a snapshot in pieces of odd lengths, the second half first. */
export function fill(writer: TargetWriter, source: Snapshot): void {
  writer.begin(source);
  const bytes = bytesOf(source);
  const half = Math.floor(bytes.length / 2);
  for (const [from, to] of [
    [half, bytes.length],
    [0, half],
  ] as const) {
    for (let at = from; at < to; at += 4093) writer.write(at, bytes.subarray(at, Math.min(at + 4093, to)));
  }
}
