/**
 * The few operations on files that the directory store is written with. The real ones (replication/io) and the simulator's, which tears, loses, misdirects
 * and rots, have the same contract suite; so the store that ships is the store that is tortured.
 *
 * Paths are relative to the disk's root, components separated by '/'. Every failure is a WorldError; `read` and `size` of a file that is not there give undefined.
 * Written bytes survive a crash once sync() of their file resolved; a created, renamed or removed name once syncDirectory() of its folder did. rename() is atomic.
 */
export interface Disk {
  /** `length` bytes from `offset`, fewer where the file ends. */
  read(path: string, offset: number, length: number): Promise<Uint8Array | undefined>;
  size(path: string): Promise<number | undefined>;
  /** Writes at `offset`, creating the file where it is missing and growing it where it is short. */
  write(path: string, offset: number, bytes: Uint8Array): Promise<void>;
  sync(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
  /** Replaces `to` if it is there. Both lie on this disk. */
  rename(from: string, to: string): Promise<void>;
  /** Nothing happens when there is no such file. */
  unlink(path: string): Promise<void>;
  /** Names in a folder with what they are, ascending; none where there is no such folder. */
  list(path: string): Promise<readonly { readonly name: string; readonly kind: 'file' | 'directory' }[]>;
  /** Creates a folder and those above it. */
  makeDirectory(path: string): Promise<void>;
}
