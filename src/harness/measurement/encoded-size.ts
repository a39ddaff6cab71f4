/**
 * The size of an encoded pair, as a package would hold it: operations, differences and literals, each compressed on its own with the
 * engine's default choice (codec by entropy, level 3). Each block is a pair of its own; in a package neighbours share streams, which
 * compresses better. What a segment's head adds, some 60 bytes for up to 4 MiB, is not counted.
 */
import { deltaKind } from '../../kernels/abi.js';
import { present } from '../../base/errors.js';
import { OperationWriter } from '../../engine/delta/operations.js';
import { chooseAndCompress, orderZeroMillibits } from '../../engine/package/compression.js';
import type { CompressionChoice } from '../../engine/package/codecs.js';

const compression: CompressionChoice = { codec: 'auto', level: 3, deflate: 'portable' };

/** What encoding a pair left: records as of deltaEncode, and the payload that deltaGather collected. */
export interface EncodedPair {
  /** Three u32 each: kind, length, base offset. */
  readonly records: Uint32Array;
  readonly differences: Uint8Array;
  readonly literals: Uint8Array;
}

export interface EncodedSize {
  readonly operationBytes: number;
  readonly differenceBytes: number;
  readonly literalBytes: number;
  /** All three, compressed. */
  readonly packedBytes: number;
}

export function encodedSize({ records, differences, literals }: EncodedPair): EncodedSize {
  const writer = new OperationWriter(0);
  for (let i = 0; i < records.length; i += 3) {
    const length = present(records[i + 1], 'length');
    const baseAddress = present(records[i + 2], 'base offset');
    if (records[i] === deltaKind.literal) writer.push({ kind: 'literal', length });
    else if (records[i] === deltaKind.copy) writer.push({ kind: 'copy', length, baseAddress });
    else writer.push({ kind: 'add', length, baseAddress });
  }
  const operations = writer.finish();
  const packed = [operations, differences, literals].map(
    (bytes) => chooseAndCompress(bytes, compression, entropyOf(bytes)).stream.packed.length,
  );
  return {
    operationBytes: operations.length,
    differenceBytes: differences.length,
    literalBytes: literals.length,
    packedBytes: packed.reduce((sum, bytes) => sum + bytes, 0),
  };
}

function entropyOf(bytes: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  return orderZeroMillibits(counts, bytes.length);
}
