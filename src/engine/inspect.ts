/**
 * Reading a package for what it says of itself: every frame is checked, nothing is rebuilt. Memory holds one frame and the facts
 * of each segment, never the payload.
 */
import { present } from '../base/errors.js';
import { Arena } from '../kernels/arena.js';
import { createWasmKernels } from '../kernels/load.js';
import { packageSource } from './apply/package-source.js';
import type { PackageBytes } from './apply/package-source.js';
import { judgeSignatures, requireTrust } from './apply/trust.js';
import type { JudgedSignature, TrustOptions } from './apply/trust.js';
import { Hasher, fingerprints } from './fingerprint/fingerprint.js';
import { PackageDecoder } from './package/decode.js';
import type {
  PackageFooter,
  PackageHeader,
  PackageItem,
  PackedStream,
  Segment,
  StreamName,
  Structure,
} from './package/model.js';

export type StreamFacts = Omit<PackedStream, 'packed'> & { readonly packedBytes: number };

/** A segment without its bytes. */
export type SegmentFacts = Omit<Segment, 'streams'> & {
  readonly streams: Readonly<Record<StreamName, StreamFacts>>;
};

export interface Inspection {
  readonly packageBytes: number;
  readonly header: PackageHeader;
  readonly structure: Structure;
  /** In target order, whatever order they came in. */
  readonly segments: readonly SegmentFacts[];
  readonly footer: PackageFooter;
  readonly signatures: readonly JudgedSignature[];
}

export interface InspectOptions extends TrustOptions {
  readonly signal?: AbortSignal;
}

/**
 * Inspects a package from its bytes, in pieces of any size. Throws DataError for a package that is truncated, damaged, foreign or not
 * signed as asked, WorldError when the source fails.
 */
export async function inspect(bytes: PackageBytes, options: InspectOptions = {}): Promise<Inspection> {
  const decoder = new PackageDecoder(
    (fingerprint) => new Hasher(fingerprints[fingerprint], new Arena(createWasmKernels())),
  );
  const parts = new Parts();
  let packageBytes = 0;
  for await (const piece of packageSource(bytes, options.signal)) {
    packageBytes += piece.length;
    for (const item of decoder.receive(piece)) parts.add(item);
  }
  decoder.end();
  const known = parts.known();
  const message = present(decoder.rootMessage, 'the root message of a complete package');
  const signatures = judgeSignatures(known.footer, message, options.trust);
  requireTrust(signatures, options);
  return { ...known, packageBytes, signatures };
}

/** Gathers what a package yields. */
class Parts {
  #header: PackageHeader | undefined;
  #structure: Structure | undefined;
  #footer: PackageFooter | undefined;
  readonly #segments: SegmentFacts[] = [];

  add(item: PackageItem): void {
    switch (item.type) {
      case 'header':
        this.#header = item.header;
        break;
      case 'structure':
        this.#structure = item.structure;
        break;
      case 'segment':
        this.#segments.push(segmentFacts(item.segment));
        break;
      case 'footer':
        this.#footer = item.footer;
    }
  }

  known(): Omit<Inspection, 'packageBytes' | 'signatures'> {
    return {
      header: present(this.#header, 'header'),
      structure: present(this.#structure, 'structure'),
      segments: this.#segments.sort((a, b) => a.index - b.index),
      footer: present(this.#footer, 'footer'),
    };
  }
}

function segmentFacts({ streams, ...facts }: Segment): SegmentFacts {
  const { operations, differences, literals } = streams;
  return {
    ...facts,
    streams: {
      operations: streamFacts(operations),
      differences: streamFacts(differences),
      literals: streamFacts(literals),
    },
  };
}

function streamFacts({ codec, rawBytes, packed }: PackedStream): StreamFacts {
  return { codec, rawBytes, packedBytes: packed.length };
}
