/** Where apply puts the target. Nothing appears under the target's name before commit(); abort() leaves no trace. */
import type { SnapshotShape } from '../snapshot/snapshot.js';

export interface TargetWriter {
  /** Called once, first. Prepares a staging place beside the target for these entries. */
  begin(shape: SnapshotShape): void;
  /** Puts bytes at an address of the target's linear address space, across entry borders. */
  write(address: number, bytes: Uint8Array): void;
  /** Declares a range to be zeros; a file system may keep it as a hole. */
  zero(address: number, length: number): void;
  /** Reads back what was written (or declared zero). */
  read(address: number, into: Uint8Array): void;
  /** Sets modes and times, flushes, and renames the staging place to the target's name. Atomic for files and new directories. */
  commit(): void;
  abort(): void;
}
