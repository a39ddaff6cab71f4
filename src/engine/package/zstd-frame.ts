/**
 * The frame around zstd's blocks (RFC 8878, section 3.1.1): written in one fixed form, and judged before it is
 * decoded, since the decoder that we use has no limit of its own (8 KB can claim 256 MiB).
 *
 * The encoder streams, so its frames state a window (8 MiB at level 19) and no content size. `packZstdFrame`
 * replaces that header by the single-segment form with the content size: the blocks stay as they are, the decoder's
 * window becomes the content itself, and the size is checked by the decoder too. `checkZstdFrame` walks the block
 * headers: a raw or RLE block states what it yields, a compressed one yields at most min(128 KiB, content size).
 */
import { ByteReader, ByteWriter } from '../../base/codec.js';
import { DataError, assert } from '../../base/errors.js';
import { zstdBoundFactorMax, zstdBoundSlackBytes } from '../../base/limits.js';

const magic = 0xfd2fb528;
const blockBytesMax = 128 * 1024;

/**
 * Frame header descriptors of the single-segment form, without checksum or dictionary, by the width of the content
 * size.
 */
const descriptor = { u8: 0x20, u16: 0x60, u32: 0xa0 } as const;

/** The two-byte size counts from 256. */
const u16Offset = 256;
const u16End = 65_536 + u16Offset;

/**
 * Our form of a frame that states a window and no size. Returns undefined where its blocks could yield more than a
 * reader permits.
 */
export function packZstdFrame(frame: Uint8Array, rawBytes: number): Uint8Array | undefined {
  const reader = new ByteReader(frame);
  assert(
    reader.u32('zstd magic') === magic && reader.u8('zstd descriptor') === 0,
    'the zstd encoder streams one frame with a window and nothing else',
  );
  reader.u8('zstd window');
  const blocks = frame.subarray(reader.offset);
  if (blockBound(new ByteReader(blocks), rawBytes) > boundMax(rawBytes)) return undefined;
  const out = new ByteWriter(frame.length + 3).u32(magic);
  if (rawBytes < u16Offset) out.u8(descriptor.u8).u8(rawBytes);
  else if (rawBytes < u16End) out.u8(descriptor.u16).u16(rawBytes - u16Offset);
  else out.u8(descriptor.u32).u32(rawBytes);
  return out.bytes(blocks).finish();
}

/**
 * Throws DataError unless `frame` is one frame of our form of `rawBytes`, whose blocks fill it exactly and keep the
 * bound.
 */
export function checkZstdFrame(frame: Uint8Array, rawBytes: number): void {
  const reader = new ByteReader(frame);
  if (reader.u32('zstd magic') !== magic)
    throw new DataError('a zstd stream is damaged: it is no zstd frame');
  const stated = readContentSize(reader);
  if (stated !== rawBytes) {
    throw new DataError(`a zstd stream is damaged: its frame states ${stated} bytes instead of ${rawBytes}`);
  }
  const bound = blockBound(reader, rawBytes);
  reader.end('zstd frame');
  // The decoder allocates the content size at once.
  if (bound < rawBytes)
    throw new DataError('a zstd stream is damaged: its blocks cannot yield what it states');
  if (bound > boundMax(rawBytes)) {
    throw new DataError(`a zstd stream of ${rawBytes} bytes could decode to ${bound}, more than permitted`);
  }
}

function boundMax(rawBytes: number): number {
  return rawBytes * zstdBoundFactorMax + zstdBoundSlackBytes;
}

function readContentSize(reader: ByteReader): number {
  switch (reader.u8('zstd descriptor')) {
    case descriptor.u8:
      return reader.u8('zstd content size');
    case descriptor.u16:
      return reader.u16('zstd content size') + u16Offset;
    case descriptor.u32: {
      const size = reader.u32('zstd content size');
      if (size >= u16End) return size;
      throw new DataError('a zstd stream is damaged: its frame pads the content size');
    }
    default:
      throw new DataError('a zstd stream is damaged: its frame is not of the single-segment form');
  }
}

/** Walks the blocks from the reader's place to the last and sums what each could yield. */
function blockBound(reader: ByteReader, rawBytes: number): number {
  const compressedBlockMax = Math.min(blockBytesMax, rawBytes);
  let bound = 0;
  for (;;) {
    const low = reader.u16('zstd block header');
    const header = low + reader.u8('zstd block header') * 65_536;
    const size = header >>> 3;
    if (size > blockBytesMax) throw new DataError('a zstd stream is damaged: a block is above 128 KiB');
    switch ((header >>> 1) & 3) {
      case 0:
        reader.bytes(size, 'zstd raw block');
        bound += size;
        break;
      case 1:
        reader.u8('zstd RLE block');
        bound += size;
        break;
      case 2:
        reader.bytes(size, 'zstd compressed block');
        bound += compressedBlockMax;
        break;
      default:
        throw new DataError('a zstd stream is damaged: a block is of the reserved type');
    }
    if (header % 2 === 1) return bound;
  }
}
