/**
 * Raw bitmaps: one bit for each block of the image, in the order of addresses. Bit i is bit i mod 8 of byte floor(i / 8), the least
 * significant first; set means that the block may have changed. The file is the bits alone, padded with zeros to a whole byte.
 *
 * Law: the file has exactly the length that the image asks for, and no bit beyond the image is set.
 */
import { DataError, UsageError, present } from '../../../base/errors.js';
import { formatBytes } from '../../../base/units.js';
import type { DirtyLeaves, TrackedImages } from './dirty-leaves.js';

/** Granularities that trackers use: from a sector to QEMU's largest, 2 GiB. */
export const trackerBlockBytesMin = 512;
const trackerBlockBytesMax = 2 * 1024 ** 3;

/** Marks what the bitmap marks; returns the bytes it marks. Throws UsageError without a block size, DataError where sizes do not fit. */
export function readBitmap(bytes: Uint8Array, dirty: DirtyLeaves, blockBytes: number | undefined): number {
  const { images } = dirty;
  if (blockBytes === undefined) {
    throw new UsageError('a raw bitmap does not say how many bytes one bit stands for', {
      hint: fittingHint(bytes.length, images),
    });
  }
  const imageBytes = imageOf(bytes.length, images, blockBytes);
  const bits = Math.ceil(imageBytes / blockBytes);
  let marked = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = present(bytes[at], 'byte');
    for (let rest = byte; rest !== 0; rest &= rest - 1) {
      const bit = at * 8 + 31 - Math.clz32(rest & -rest);
      if (bit >= bits) {
        throw new DataError(
          `byte ${at} of the bitmap marks a block beyond the image: bit ${bit} of ${bits}`,
          {
            hint: 'bits are counted from the least significant of each byte',
          },
        );
      }
      const length = Math.min(blockBytes, imageBytes - bit * blockBytes);
      dirty.mark(bit * blockBytes, length);
      marked += length;
    }
  }
  return marked;
}

/** The image that a bitmap of this length covers: the target, or a base of another size (what lies beyond it is new by definition). */
function imageOf(length: number, { baseBytes, targetBytes }: TrackedImages, blockBytes: number): number {
  const images = [Math.max(baseBytes, targetBytes), Math.min(baseBytes, targetBytes)];
  const image = images.find((size) => bitmapBytes(size, blockBytes) === length);
  if (image !== undefined) return image;
  throw new DataError(
    `the bitmap has ${length} bytes; an image of ${targetBytes} bytes in blocks of ${formatBytes(blockBytes)} has one of ${bitmapBytes(targetBytes, blockBytes)}`,
    { hint: fittingHint(length, { baseBytes, targetBytes }) },
  );
}

function bitmapBytes(imageBytes: number, blockBytes: number): number {
  return Math.ceil(Math.ceil(imageBytes / blockBytes) / 8);
}

function fittingHint(length: number, { targetBytes }: TrackedImages): string {
  const fitting: string[] = [];
  for (let block = trackerBlockBytesMin; block <= trackerBlockBytesMax; block *= 2) {
    if (bitmapBytes(targetBytes, block) === length) fitting.push(formatBytes(block).replace(' ', ''));
  }
  if (fitting.length > 0) return `of powers of two would fit: --tracker-block ${fitting.join(' or ')}`;
  return `no power of two from 512 B on fits ${length} bytes to an image of ${targetBytes}: is it the bitmap of another image?`;
}
