/** Where a segment is rebuilt: one array, of at most so many bytes, that its receiver takes over. */
import { DataError } from '../../base/errors.js';
import type { SnapshotShape } from '../../engine/snapshot/snapshot.js';
import type { TargetWriter } from '../../engine/snapshot/target-writer.js';

export class SegmentTarget implements TargetWriter {
  readonly #bytesMax: number;
  #bytes = new Uint8Array(0);

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** What was built, once apply() has returned. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Throws DataError where a package claims more than the bound. */
  begin({ layout: { totalBytes } }: SnapshotShape): void {
    if (totalBytes > this.#bytesMax)
      throw new DataError(`a package of ${totalBytes} bytes, where ${this.#bytesMax} are due`);
    this.#bytes = new Uint8Array(totalBytes);
  }

  write(address: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, address);
  }

  zero(): void {
    // Fresh memory is zero.
  }

  read(address: number, into: Uint8Array): void {
    into.set(this.#bytes.subarray(address, address + into.length));
  }

  commit(): void {
    // Nothing has to be made visible.
  }

  abort(): void {
    this.#bytes = new Uint8Array(0);
  }
}
