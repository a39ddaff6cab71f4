/** The head of a segment: Segment <-> one CBOR row and five streams (docs/formats/package-v1.md, "Segments"). */
import { DataError, present } from '../../base/errors.js';
import { addressMax, dependenciesMax, segmentsMax, streamBytesMax } from '../../base/limits.js';
import { decodeCbor, encodeCbor, type CborValue } from './cbor.js';
import { packingNames } from './codecs.js';
import { Fields } from './fields.js';
import {
  streamNames,
  type PackageHeader,
  type PackedStream,
  type Segment,
  type SegmentDecisions,
  type StreamName,
} from './model.js';

const headNames = [
  'index',
  'targetAddress',
  'targetBytes',
  'dependencies',
  'contentDigest',
  'streams',
  'decisions',
] as const;
const reasons = [
  'empty',
  'entropy',
  'sample',
  'gain',
  'fixed',
] as const satisfies readonly SegmentDecisions['reason'][];

export function encodeSegmentHead(segment: Segment): Uint8Array {
  const { decisions } = segment;
  return encodeCbor([
    segment.index,
    segment.targetAddress,
    segment.targetBytes,
    [...segment.dependencies],
    segment.contentDigest,
    streamNames.map((name): CborValue => {
      const { codec, rawBytes, packed } = segment.streams[name];
      return [packingNames.indexOf(codec), rawBytes, packed.length];
    }),
    decisions === undefined ? null : [decisions.literalMillibits, decisions.reason],
  ]);
}

/**
 * Decodes a segment from its head and the tail behind it, and checks everything that can be said of it alone. The
 * packed streams are views of `tail`.
 */
export function decodeSegment(
  head: Uint8Array,
  tail: Uint8Array,
  header: PackageHeader,
  tolerant: boolean,
): Segment {
  const fields = Fields.ofRow(decodeCbor(head, 'a segment'), headNames, 'a segment', tolerant);
  const index = fields.integer('index', 0, segmentsMax - 1);
  const what = `segment ${index}`;
  const targetAddress = fields.integer('targetAddress', 0, addressMax);
  const targetBytes = fields.integer('targetBytes', 1, addressMax);
  const { totalBytes } = header.target;
  if (targetBytes > totalBytes || targetAddress > totalBytes - targetBytes) {
    throw new DataError(
      `${what} covers bytes ${targetAddress} to ${targetAddress + targetBytes} of a target of ${totalBytes}`,
    );
  }
  const dependencies = readDependencies(fields.list('dependencies', dependenciesMax), index);
  const contentDigest = fields.bytes('contentDigest', header.target.content.length);
  const streams = readStreams(fields.row('streams', streamNames), tail, targetBytes, what);
  const decisions = readDecisions(fields.value('decisions'), tolerant);
  fields.end();
  const segment = { index, targetAddress, targetBytes, dependencies, contentDigest, streams };
  return decisions === undefined ? segment : { ...segment, decisions };
}

/**
 * Throws DataError unless the indices ascend below the segment's own: so no segment waits for itself, whatever the
 * order.
 */
function readDependencies(values: readonly CborValue[], index: number): readonly number[] {
  let previous = -1;
  return values.map((value) => {
    if (typeof value !== 'number' || value <= previous || value >= index) {
      const shown = typeof value === 'number' ? `segment ${value}` : 'something that is no segment';
      throw new DataError(
        `segment ${index} depends on ${shown}: dependencies are earlier segments in ascending order`,
      );
    }
    previous = value;
    return value;
  });
}

function readStreams(
  row: Fields,
  tail: Uint8Array,
  targetBytes: number,
  what: string,
): Readonly<Record<StreamName, PackedStream>> {
  let at = 0;
  const read = (name: StreamName): PackedStream => {
    const cell = row.row(name, ['codec', 'rawBytes', 'packedBytes']);
    const most = packingNames.length - (name === 'literals' ? 1 : 2);
    const codec = present(packingNames[cell.integer('codec', 0, most)], 'codec');
    const rawBytes = cell.integer('rawBytes', 0, streamBytesMax);
    const packedBytes = cell.integer('packedBytes', 0, rawBytes);
    cell.end();
    if (codec === 'stored' ? packedBytes !== rawBytes : packedBytes === 0 || packedBytes >= rawBytes) {
      throw new DataError(`${what}: ${name} claims ${packedBytes} bytes of ${codec} for ${rawBytes}`);
    }
    if (packedBytes > tail.length - at) {
      throw new DataError(`${what}: ${name} claims ${packedBytes} bytes where ${tail.length - at} are left`);
    }
    const packed = tail.subarray(at, at + packedBytes);
    at += packedBytes;
    return { codec, rawBytes, packed };
  };
  const streams = {
    instructions: read('instructions'),
    lengths: read('lengths'),
    addresses: read('addresses'),
    differences: read('differences'),
    literals: read('literals'),
  };
  row.end();
  if (at !== tail.length) throw new DataError(`${what}: ${tail.length - at} bytes follow its streams`);
  if (streams.instructions.rawBytes === 0) throw new DataError(`${what}: instructions are empty`);
  const payload = streams.differences.rawBytes + streams.literals.rawBytes;
  if (payload > targetBytes) {
    throw new DataError(
      `${what}: differences and literals have ${payload} bytes for ${targetBytes} of target`,
    );
  }
  return streams;
}

function readDecisions(value: CborValue, tolerant: boolean): SegmentDecisions | undefined {
  if (value === null) return undefined;
  const row = Fields.ofRow(value, ['literalMillibits', 'reason'], 'decisions', tolerant);
  const decisions = {
    literalMillibits: row.integer('literalMillibits', 0, 8000),
    reason: row.word('reason', reasons),
  };
  row.end();
  return decisions;
}
