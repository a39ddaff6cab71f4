/** Whole reads and writes: the kernel may move fewer bytes than asked, and these go on until all are moved. */
import { readSync, writeSync } from 'node:fs';

/** At most 1 MiB a call: measured best, a longer call gains nothing. */
const callBytesMax = 2 ** 20;

/** Fills into[offset, offset + length) from `position`. Returns the bytes read, fewer than `length` only where the file ends. */
export function readWhole(
  fd: number,
  into: Uint8Array,
  offset: number,
  length: number,
  position: number,
): number {
  let done = 0;
  while (done < length) {
    const read = readSync(fd, into, offset + done, Math.min(length - done, callBytesMax), position + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}

export function writeWhole(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(fd, bytes, done, Math.min(bytes.length - done, callBytesMax), position + done);
  }
}
