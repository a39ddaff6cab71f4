/** The structure as a frame carries it: a head that names codec and size, then the compressed columns. */
import { DataError, present } from '../../base/errors.js';
import { imageStructureBytesMax, structureBytesMax } from '../../base/limits.js';
import { decodeCbor, encodeCbor, itemLength } from './cbor.js';
import { codecNames, decompress, packingNames, type CompressionChoice } from './codecs.js';
import { chooseAndCompress, entropyOf, judgedBytesMin } from './compression.js';
import { Fields } from './fields.js';
import type { PackageHeader, Structure } from './model.js';
import { decodeStructure, encodeStructure } from './structure.js';

/** Paths compress well, and there are few bytes of them beside the data: zstd's default level. */
const compression: CompressionChoice = { codec: 'auto', level: 3, deflate: 'portable' };

const what = 'the structure';

export function packStructure(
  structure: Structure,
  header: PackageHeader,
): { readonly head: Uint8Array; readonly packed: Uint8Array } {
  const raw = encodeStructure(structure, header);
  const { stream } = chooseAndCompress(raw, compression, raw.length > judgedBytesMin ? entropyOf(raw) : 0);
  return { head: encodeCbor([packingNames.indexOf(stream.codec), stream.rawBytes]), packed: stream.packed };
}

/** `body` is head and packed bytes. */
export function unpackStructure(body: Uint8Array, header: PackageHeader, tolerant: boolean): Structure {
  const headBytes = itemLength(body, what);
  const head = Fields.ofRow(
    decodeCbor(body.subarray(0, headBytes), what),
    ['codec', 'rawBytes'],
    what,
    tolerant,
  );
  const codec = present(codecNames[head.integer('codec', 0, codecNames.length - 1)], 'codec');
  const bytesMax = header.form === 'image' ? imageStructureBytesMax : structureBytesMax;
  const rawBytes = head.integer('rawBytes', 1, bytesMax);
  head.end();
  const packed = body.subarray(headBytes);
  if (codec !== 'stored' && packed.length >= rawBytes) {
    throw new DataError(`${what} claims ${packed.length} bytes of ${codec} for ${rawBytes}`);
  }
  return decodeStructure(decompress(codec, packed, rawBytes), header, tolerant);
}
