/** A target in memory: for library use, measurement and tests. */
import { UsageError, WorldError, assert, present } from '../../base/errors.js';
import { formatBytes } from '../../base/units.js';
import { memoryView } from './memory.js';
import type { Snapshot, SnapshotShape } from './snapshot.js';
import type { TargetWriter } from './target-writer.js';

export interface MemoryTarget extends TargetWriter {
  /** The finished target. Throws UsageError before commit(). */
  snapshot(): Snapshot;
}

const defaultBytesMax = 2 ** 30;

/** Holds at most `bytesMax` bytes (1 GiB unless said otherwise): a package's header says how many it wants, and may lie. */
export function memoryTarget(bytesMax = defaultBytesMax): MemoryTarget {
  return new BufferTarget(bytesMax);
}

class BufferTarget implements MemoryTarget {
  readonly #bytesMax: number;
  #shape: SnapshotShape | undefined;
  #shared = new SharedArrayBuffer(0);
  #bytes = new Uint8Array(this.#shared);
  #isComplete = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  begin(shape: SnapshotShape): void {
    const { totalBytes } = shape.layout;
    if (totalBytes > this.#bytesMax) {
      throw new WorldError(
        `the target has ${formatBytes(totalBytes)}, but ${formatBytes(this.#bytesMax)} of memory are allowed`,
        { hint: 'rebuild it into a file' },
      );
    }
    this.#shape = shape;
    this.#shared = new SharedArrayBuffer(totalBytes);
    this.#bytes = new Uint8Array(this.#shared);
  }

  write(address: number, bytes: Uint8Array): void {
    assert(address >= 0 && address + bytes.length <= this.#bytes.length, 'a write lies inside the target');
    this.#bytes.set(bytes, address);
  }

  /** Fresh memory is zero. */
  zero(address: number, length: number): void {
    assert(address >= 0 && address + length <= this.#bytes.length, 'a range lies inside the target');
  }

  read(address: number, into: Uint8Array): void {
    assert(address >= 0 && address + into.length <= this.#bytes.length, 'a read lies inside the target');
    into.set(this.#bytes.subarray(address, address + into.length));
  }

  commit(): void {
    this.#isComplete = true;
  }

  abort(): void {
    if (this.#isComplete) return;
    this.#shape = undefined;
    this.#shared = new SharedArrayBuffer(0);
    this.#bytes = new Uint8Array(this.#shared);
  }

  snapshot(): Snapshot {
    if (!this.#isComplete) throw new UsageError('the target is not complete');
    const { form, entries } = present(this.#shape, 'shape');
    return memoryView(form, entries, this.#shared, 'target');
  }
}
