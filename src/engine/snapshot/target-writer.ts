/**
 * Where a rebuilt snapshot goes. Nothing appears under the target's name before commit(); abort() leaves no trace.
 *
 * The order of calls is begin, then write, zero and read as often as needed, then commit or abort. Each address is written or
 * declared zero once. A failure of the world is a WorldError; whoever meets it calls abort().
 */
import type { SnapshotShape } from './snapshot.js';

export interface TargetWriter {
  /** Absolute path of what commit() creates or replaces; absent where the target is no file. */
  readonly path?: string;
  /** Where it is built meanwhile; absent where the target is no file. */
  readonly place?: string;
  /** Called once, first. Prepares a staging place beside the target for these entries. Throws UsageError where the target may not be created. */
  begin(shape: SnapshotShape): void;
  /** Puts bytes at an address of the target's linear address space, across entry borders. */
  write(address: number, bytes: Uint8Array): void;
  /** Declares a range to be zeros; a file system may keep it as a hole. */
  zero(address: number, length: number): void;
  /** Reads back what was written (or declared zero). */
  read(address: number, into: Uint8Array): void;
  /** Sets modes and times, flushes, and renames the staging place to the target's name. Atomic for files and new directories. */
  commit(): void;
  /** Removes the staging place. May be called at any time, also twice; after commit() it does nothing. */
  abort(): void;
}
