/**
 * A snapshot: one immutable version of a volume, as an ordered list of entries, each with bytes.
 *
 * A disk image or file (form `image`) has one entry with the empty path. A directory tree (form `tree`) has an entry for the root
 * directory with path '.' first, then every path below it, sorted by UTF-8 bytes. The bytes of all file entries, laid end to end in entry
 * order, form the snapshot's linear address space (see layout.ts): a byte is named by one 64-bit address.
 */
import type { Layout } from './layout.js';

export type EntryKind = 'file' | 'directory' | 'symlink';

export interface Entry {
  /** Slash-separated, relative to the root; '' for an image, '.' for the root of a tree. */
  readonly path: string;
  readonly kind: EntryKind;
  /** Permission bits (0o7777). */
  readonly mode: number;
  /** Modification time in microseconds since the epoch: what Node can both read and set exactly. */
  readonly mtimeMicros: number;
  /** Content length; 0 for directories and symlinks. */
  readonly sizeBytes: number;
  /** Where a symlink points; absent for other kinds. */
  readonly linkTarget?: string;
}

export type SnapshotForm = 'image' | 'tree';

/** What is known of a snapshot without its bytes. */
export interface SnapshotShape {
  readonly form: SnapshotForm;
  readonly entries: readonly Entry[];
  readonly layout: Layout;
}

/** Reads content by address. Each worker opens its own. */
export interface ContentReader {
  /** Fills `into` with the bytes at [address, address + into.length), across entry borders. Throws WorldError when they cannot be read. */
  read(address: number, into: Uint8Array): void;
  close(): void;
}

/** A snapshot whose bytes are at hand. */
export interface Snapshot extends SnapshotShape {
  /** For messages: the path that the user gave. */
  readonly name: string;
  /** Plain data from which a worker thread can open the same content again (`openContent`). */
  readonly source: SnapshotSource;
  openReader(): ContentReader;
  /** Throws WorldError when a file changed its size or modification time since the snapshot was listed. */
  assertUnchanged(): void;
}

/** Structured-cloneable description of where the bytes are. */
export type SnapshotSource =
  | {
      readonly kind: 'path';
      readonly path: string;
      readonly form: SnapshotForm;
      readonly entries: readonly Entry[];
    }
  | {
      readonly kind: 'memory';
      readonly form: SnapshotForm;
      readonly entries: readonly Entry[];
      /** Threads share the first kind, and get a copy of the second. */
      readonly bytes: SharedArrayBuffer | Uint8Array;
    };
