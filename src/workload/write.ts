/**
 * Puts a generated snapshot where snapshots live: into a target on disk, or into memory. In pieces, so that memory does not grow with the
 * snapshot; ranges of zeros become holes.
 */
import { Layout } from '../engine/snapshot/layout.js';
import { memoryView } from '../engine/snapshot/memory.js';
import type { Snapshot } from '../engine/snapshot/snapshot.js';
import type { TargetWriter } from '../engine/snapshot/target-writer.js';
import type { GeneratedSnapshot } from './workload.js';

const pieceBytes = 1 << 20;
/** Zeros are looked for in units of a file system's block. */
const zeroBytes = 4096;
const zeros = new Uint8Array(zeroBytes);

/**
 * Writes the whole snapshot and commits. Yields after each piece with its number of bytes, so that the caller can report
 * progress or stop; a caller that stops, and an error, leave no trace.
 */
export function* writeSnapshot(snapshot: GeneratedSnapshot, target: TargetWriter): Generator<number> {
  const { form, entries } = snapshot;
  const layout = new Layout(entries);
  const buffer = new Uint8Array(pieceBytes);
  try {
    target.begin({ form, entries, layout });
    for (let entry = 0; entry < entries.length; entry++) {
      const start = layout.startOf(entry);
      const size = layout.endOf(entry) - start;
      for (let offset = 0; offset < size; offset += pieceBytes) {
        const piece = buffer.subarray(0, Math.min(pieceBytes, size - offset));
        snapshot.fill(entry, offset, piece);
        writePiece(target, start + offset, piece);
        yield piece.length;
      }
    }
    target.commit();
  } finally {
    target.abort();
  }
}

function writePiece(target: TargetWriter, address: number, piece: Uint8Array): void {
  for (let at = 0; at < piece.length;) {
    const isHole = isZeroAt(piece, at);
    let end = at + zeroBytes;
    while (end < piece.length && isZeroAt(piece, end) === isHole) end += zeroBytes;
    end = Math.min(end, piece.length);
    if (isHole) target.zero(address + at, end - at);
    else target.write(address + at, piece.subarray(at, end));
    at = end;
  }
}

function isZeroAt(piece: Uint8Array, at: number): boolean {
  const block = piece.subarray(at, at + zeroBytes);
  return block[0] === 0 && Buffer.compare(block, zeros.subarray(0, block.length)) === 0;
}

/** The snapshot as bytes in memory: for small ones. */
export function snapshotInMemory(snapshot: GeneratedSnapshot, name = 'workload'): Snapshot {
  const layout = new Layout(snapshot.entries);
  const shared = new SharedArrayBuffer(layout.totalBytes);
  snapshot.entries.forEach((entry, index) => {
    snapshot.fill(index, 0, new Uint8Array(shared, layout.startOf(index), entry.sizeBytes));
  });
  return memoryView(snapshot.form, snapshot.entries, shared, name);
}
