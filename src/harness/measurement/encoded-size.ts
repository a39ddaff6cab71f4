/**
 * An encoded pair as a package would hold it: each of its streams compressed on its own with the
 * engine's default choice (codec by entropy, level 3). Each block is a pair of its own; in a package neighbours share streams, which
 * compresses better. What a segment's head adds, some 60 bytes for up to 4 MiB, is not counted.
 */
import { deltaKind } from '../../kernels/abi.js';
import { present } from '../../base/errors.js';
import type { OperationWriter } from '../../engine/delta/operation-writer.js';
import { chooseAndCompress, orderZeroMillibits } from '../../engine/package/compression.js';
import type { CompressionChoice } from '../../engine/package/codecs.js';
import type { PackedStream, Segment } from '../../engine/package/model.js';

const compression: CompressionChoice = { codec: 'auto', level: 3, deflate: 'portable' };

/** What encoding a pair left: records as of deltaEncode, and the payload that deltaGather collected. */
export interface EncodedPair {
  /** Three u32 each: kind, length, base offset. */
  readonly records: Uint32Array;
  readonly differences: Uint8Array;
  readonly literals: Uint8Array;
}

/** A pair's streams as they lie in a package; addresses count from the start of the pair's two blocks. */
export type PackedPair = Segment['streams'];

/** `writer` is a new one at address 0. */
export function packPair(
  { records, differences, literals }: EncodedPair,
  writer: OperationWriter,
): PackedPair {
  for (let i = 0; i < records.length; i += 3) {
    const length = present(records[i + 1], 'length');
    const baseAddress = present(records[i + 2], 'base offset');
    if (records[i] === deltaKind.literal) writer.put('literal', length);
    else writer.put(records[i] === deltaKind.copy ? 'copy' : 'add', length, baseAddress);
  }
  const { instructions, lengths, addresses } = writer.finish();
  return {
    instructions: packed(instructions),
    lengths: packed(lengths),
    addresses: packed(addresses),
    differences: packed(differences),
    literals: packed(literals),
  };
}

/** Bytes of all streams, compressed. `writer` is a new one at address 0. */
export function encodedSize(pair: EncodedPair, writer: OperationWriter): number {
  return Object.values(packPair(pair, writer)).reduce((sum, { packed: bytes }) => sum + bytes.length, 0);
}

function packed(bytes: Uint8Array): PackedStream {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  return chooseAndCompress(bytes, compression, orderZeroMillibits(counts, bytes.length)).stream;
}
