/** A segment's operation streams, decompressed: what readers of operations (delta/operation-reader.ts) take. */
import type { OperationStreams } from '../delta/operations.js';
import { assert } from '../../base/errors.js';
import { decompress, decompressInContext } from './codecs.js';
import type { PackedStream, Segment } from './model.js';

/** Throws DataError for a stream that does not unpack to the size that it states. */
export function unpackOperations({ streams }: Segment): OperationStreams {
  return {
    instructions: unpackStream(streams.instructions),
    lengths: unpackStream(streams.lengths),
    addresses: unpackStream(streams.addresses),
  };
}

/** `context` is asked where the codec needs one (delta/context.ts). Throws DataError for a stream that does not unpack to the size that it states. */
export function unpackStream(
  { codec, packed, rawBytes }: PackedStream,
  context?: () => Uint8Array,
): Uint8Array {
  if (codec === 'zstd-context') {
    assert(context !== undefined, 'only literals have a context');
    return decompressInContext(packed, rawBytes, context());
  }
  return decompress(codec, packed, rawBytes);
}
