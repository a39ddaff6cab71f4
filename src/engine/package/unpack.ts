/** A segment's operation streams, decompressed: what readers of operations (delta/operation-reader.ts) take. */
import type { OperationStreams } from '../delta/operations.js';
import { decompress } from './codecs.js';
import type { PackedStream, Segment } from './model.js';

/** Throws DataError for a stream that does not unpack to the size that it states. */
export function unpackOperations({ streams }: Segment): OperationStreams {
  return {
    instructions: unpackStream(streams.instructions),
    lengths: unpackStream(streams.lengths),
    addresses: unpackStream(streams.addresses),
  };
}

/** Throws DataError for a stream that does not unpack to the size that it states. */
export function unpackStream({ codec, packed, rawBytes }: PackedStream): Uint8Array {
  return decompress(codec, packed, rawBytes);
}
