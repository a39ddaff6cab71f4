/** Hashers and small consistent packages for the tests of the byte formats. */
import { Arena } from '../../../src/kernels/arena.js';
import { createTwinKernels } from '../../../src/kernels/twin/index.js';
import type { Operation, OperationStreams } from '../../../src/engine/delta/operations.js';
import { OperationWriter } from '../../support/operation-writer.js';
import { fingerprints, Hasher, type FingerprintName } from '../../../src/engine/fingerprint/fingerprint.js';
import { PackageDecoder } from '../../../src/engine/package/decode.js';
import { PackageEncoder } from '../../../src/engine/package/encode.js';
import type {
  PackageHeader,
  PackageItem,
  PackageSignature,
  Segment,
  Structure,
} from '../../../src/engine/package/model.js';

const kernels = createTwinKernels();

/** Hashes by the twin kernels, so that these tests need no build. One arena for each hasher, as in a run. */
export function hasherFor(name: FingerprintName): Hasher {
  return new Hasher(fingerprints[name], new Arena(kernels));
}

export interface Model {
  readonly header: PackageHeader;
  readonly structure: Structure;
  readonly segments: readonly Segment[];
}

export type Sign = (message: Uint8Array) => PackageSignature;

/** The pieces that an encoder gives, in order. */
export function encodePieces(model: Model, sign?: Sign): Uint8Array[] {
  const encoder = new PackageEncoder(hasherFor(model.header.target.fingerprint));
  const pieces = encoder.start(model.header, model.structure);
  for (const segment of model.segments) pieces.push(encoder.segment(segment));
  pieces.push(encoder.finish(sign));
  return pieces;
}

export function encodeModel(model: Model, sign?: Sign): Uint8Array {
  return concat(encodePieces(model, sign));
}

export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(pieces));
}

export interface Reading {
  readonly items: PackageItem[];
  readonly failure: Error | undefined;
}

/** Reads to the end or to the first violation. `cut` gives the length of each next piece. */
export function readAll(bytes: Uint8Array, cut: () => number = () => bytes.length): Reading {
  const decoder = new PackageDecoder(hasherFor);
  const items: PackageItem[] = [];
  try {
    for (let at = 0; at < bytes.length;) {
      const length = Math.max(1, cut());
      items.push(...decoder.receive(bytes.subarray(at, at + length)));
      at += length;
    }
    decoder.end();
    return { items, failure: undefined };
  } catch (failure) {
    if (!(failure instanceof Error)) throw failure;
    return { items, failure };
  }
}

export function bytesOf(length: number, step = 7): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * step) & 0xff);
}

export function storedStream(bytes: Uint8Array): Segment['streams']['literals'] {
  return { codec: 'stored', rawBytes: bytes.length, packed: bytes };
}

/** Operations of a segment at address 0. */
export function storedOperations(
  operations: readonly Operation[],
): Pick<Segment['streams'], keyof OperationStreams> {
  const writer = new OperationWriter(0);
  for (const operation of operations) writer.push(operation);
  const { instructions, lengths, addresses } = writer.finish();
  return {
    instructions: storedStream(instructions),
    lengths: storedStream(lengths),
    addresses: storedStream(addresses),
  };
}

/** An image of `lengths` bytes in as many segments; each is literals, and depends on the one two before it. */
export function imageModel(lengths: readonly number[], fingerprint: FingerprintName = 'xxh3-128'): Model {
  const width = fingerprints[fingerprint].digestBytes;
  const totalBytes = lengths.reduce((sum, length) => sum + length, 0);
  const id = { fingerprint, content: bytesOf(width, 3), metadata: bytesOf(width, 5), entryCount: 1 };
  let at = 0;
  const segments = lengths.map((targetBytes, index): Segment => {
    const targetAddress = at;
    at += targetBytes;
    return {
      index,
      targetAddress,
      targetBytes,
      dependencies: index >= 2 ? [index - 2] : [],
      contentDigest: bytesOf(width, index + 1),
      streams: {
        ...storedOperations([{ kind: 'literal', length: targetBytes }]),
        differences: storedStream(new Uint8Array(0)),
        literals: storedStream(bytesOf(targetBytes, 11)),
      },
    };
  });
  return {
    header: {
      volume: 'disk',
      form: 'image',
      base: { ...id, content: bytesOf(width, 9), totalBytes: 96 },
      target: { ...id, totalBytes },
      versions: { agent: 3 },
      timeMicros: 1_700_000_000_000_000,
      strategy: 'compare',
      parameters: { blockBytes: 4096, subBlock: true, codec: 'auto' },
      sealing: null,
    },
    structure: {
      removed: [],
      changed: [
        {
          entry: {
            path: '',
            kind: 'file',
            mode: 0o644,
            mtimeMicros: 1_600_000_000_123_456,
            sizeBytes: totalBytes,
          },
        },
      ],
    },
    segments,
  };
}
