/**
 * What a package says about itself, read once as it arrives: header, structure, segments with their codecs and operations, totals, signatures.
 * Every frame's digest and the root are checked on the way; the target's content is not, since that takes the base. Data only, no wording.
 */
import { assert, present } from '../../base/errors.js';
import type { KernelInstance } from '../../kernels/abi.js';
import { Arena } from '../../kernels/arena.js';
import { readOperations } from '../delta/operation-reader.js';
import { operationKind, type Operation } from '../delta/operations.js';
import { Hasher, fingerprints } from '../fingerprint/fingerprint.js';
import { packingNames, type PackingName } from '../package/codecs.js';
import { PackageDecoder } from '../package/decode.js';
import {
  streamNames,
  type PackageFooter,
  type PackageHeader,
  type Segment,
  type SegmentDecisions,
  type StreamName,
} from '../package/model.js';
import { unpackOperations } from '../package/unpack.js';
import type { Structure } from '../snapshot/structure.js';
import { packageSource, type PackageBytes } from './package-source.js';
import { judgeSignatures, type JudgedSignature, type TrustOptions } from './trust.js';

export interface InspectOptions extends TrustOptions {
  /** For this run alone. */
  readonly kernels: KernelInstance;
  readonly signal?: AbortSignal;
}

export type OperationName = Operation['kind'];

/** How many operations there are of a kind, and how much of the target they rebuild. */
interface OperationCount {
  readonly count: number;
  readonly targetBytes: number;
}

interface StreamSize {
  readonly codec: PackingName;
  readonly rawBytes: number;
  readonly packedBytes: number;
}

export interface SegmentRow {
  readonly index: number;
  readonly targetAddress: number;
  readonly targetBytes: number;
  readonly dependencies: readonly number[];
  readonly streams: Readonly<Record<StreamName, StreamSize>>;
  readonly operations: Readonly<Record<OperationName, OperationCount>>;
  readonly decisions?: SegmentDecisions;
}

interface CodecTotal {
  /** Streams that are not empty. */
  readonly streams: number;
  readonly rawBytes: number;
  readonly packedBytes: number;
}

export interface PackageReport {
  readonly header: PackageHeader;
  readonly packageId: Uint8Array;
  readonly root: Uint8Array;
  readonly packageBytes: number;
  readonly structure: Structure;
  /** In the order in which they lie in the package. */
  readonly segments: readonly SegmentRow[];
  readonly totals: {
    readonly byCodec: Readonly<Record<PackingName, CodecTotal>>;
    readonly byStream: Readonly<Record<StreamName, Omit<StreamSize, 'codec'>>>;
    readonly byOperation: Readonly<Record<OperationName, OperationCount>>;
  };
  readonly signatures: readonly JudgedSignature[];
}

export const operationNames = Object.keys(operationKind) as readonly OperationName[];

/** Throws DataError for a package that is damaged, hostile or incomplete, WorldError when it cannot be read, CancelledError. */
export async function inspect(packageBytes: PackageBytes, options: InspectOptions): Promise<PackageReport> {
  const arena = new Arena(options.kernels);
  const decoder = new PackageDecoder((name) => new Hasher(fingerprints[name], arena));
  let header: PackageHeader | undefined;
  let structure: Structure | undefined;
  let footer: PackageFooter | undefined;
  let bytes = 0;
  const segments: SegmentRow[] = [];
  for await (const piece of packageSource(packageBytes, options.signal)) {
    bytes += piece.length;
    for (const item of decoder.receive(piece)) {
      if (item.type === 'header') header = item.header;
      else if (item.type === 'structure') structure = item.structure;
      else if (item.type === 'footer') footer = item.footer;
      else segments.push(rowOf(item.segment, present(header, 'the header before a segment')));
    }
  }
  decoder.end();
  assert(header !== undefined && structure !== undefined && footer !== undefined, 'the package is complete');
  return {
    header,
    packageId: present(decoder.packageId, 'package id'),
    root: footer.root,
    packageBytes: bytes,
    structure,
    segments,
    totals: {
      byCodec: recordOf(packingNames, (codec) =>
        totalOf(streamsOf(segments).filter((s) => s.codec === codec)),
      ),
      byStream: recordOf(streamNames, (name) => {
        const { rawBytes, packedBytes } = totalOf(segments.map(({ streams }) => streams[name]));
        return { rawBytes, packedBytes };
      }),
      byOperation: recordOf(operationNames, (name) =>
        segments.reduce(
          (sum, { operations }) => ({
            count: sum.count + operations[name].count,
            targetBytes: sum.targetBytes + operations[name].targetBytes,
          }),
          { count: 0, targetBytes: 0 },
        ),
      ),
    },
    signatures: judgeSignatures(footer, present(decoder.rootMessage, 'root message'), options.trust),
  };
}

function rowOf(segment: Segment, header: PackageHeader): SegmentRow {
  const { index, targetAddress, targetBytes, dependencies, decisions } = segment;
  const row = {
    index,
    targetAddress,
    targetBytes,
    dependencies,
    streams: recordOf(streamNames, (name) => {
      const { codec, rawBytes, packed } = segment.streams[name];
      return { codec, rawBytes, packedBytes: packed.length };
    }),
    operations: countOperations(segment, header.base.totalBytes),
  };
  return decisions === undefined ? row : { ...row, decisions };
}

function countOperations(segment: Segment, baseBytes: number): Record<OperationName, OperationCount> {
  const counts = recordOf(operationNames, () => ({ count: 0, targetBytes: 0 }));
  const { targetAddress, targetBytes } = segment;
  const bounds = { targetAddress, targetBytes, baseBytes };
  for (const { kind, length } of readOperations(unpackOperations(segment), bounds)) {
    counts[kind].count++;
    counts[kind].targetBytes += length;
  }
  return counts;
}

function streamsOf(segments: readonly SegmentRow[]): StreamSize[] {
  return segments.flatMap(({ streams }) => streamNames.map((name) => streams[name]));
}

function totalOf(streams: readonly StreamSize[]): CodecTotal {
  const used = streams.filter(({ rawBytes }) => rawBytes > 0);
  return {
    streams: used.length,
    rawBytes: used.reduce((sum, { rawBytes }) => sum + rawBytes, 0),
    packedBytes: used.reduce((sum, { packedBytes }) => sum + packedBytes, 0),
  };
}

function recordOf<K extends string, V>(keys: readonly K[], value: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, V>;
}
