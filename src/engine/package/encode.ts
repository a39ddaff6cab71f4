/**
 * Writing a package: preamble and header, structure, segments in any order, footer (docs/formats/package-v1.md).
 * Pure: models in, bytes out; the same models in the same order give the same bytes.
 *
 * What a reader would refuse is not written: wrong order, gaps and surplus sizes are our own bugs, names and
 * signatures the caller's.
 */
import { UsageError, assert, present } from '../../base/errors.js';
import { segmentsMax, signaturesMax } from '../../base/limits.js';
import type { Hasher } from '../fingerprint/fingerprint.js';
import { merkleRoot } from '../fingerprint/merkle.js';
import { encodeFooter } from './footer.js';
import { encodePreamble } from './format.js';
import { encodeFrame, type EncodedFrame } from './frame.js';
import { encodeHeader } from './header.js';
import {
  streamNames,
  type PackageHeader,
  type PackageSignature,
  type Segment,
  type Structure,
} from './model.js';
import { encodeSegmentHead } from './segment.js';
import { rootMessage } from './signature.js';
import { packStructure } from './structure-pack.js';

/** The header's frame, without the preamble before it. Its digest is the package id. */
function encodeHeaderFrame(hasher: Hasher, header: PackageHeader): EncodedFrame {
  return encodeFrame('header', hasher, encodePreamble('package'), encodeHeader(header));
}

function encodeStructureFrame(
  hasher: Hasher,
  packageId: Uint8Array,
  header: PackageHeader,
  structure: Structure,
): EncodedFrame {
  const { head, packed } = packStructure(structure, header);
  return encodeFrame('structure', hasher, packageId, head, [packed]);
}

function encodeSegmentFrame(hasher: Hasher, packageId: Uint8Array, segment: Segment): EncodedFrame {
  const packed = streamNames.map((name) => segment.streams[name].packed);
  return encodeFrame('segment', hasher, packageId, encodeSegmentHead(segment), packed);
}

interface Placed {
  readonly digest: Uint8Array;
  readonly address: number;
  readonly length: number;
}

export class PackageEncoder {
  readonly #hasher: Hasher;
  #header: PackageHeader | undefined;
  #packageId: Uint8Array | undefined;
  #structureDigest: Uint8Array | undefined;
  readonly #segments: Placed[] = [];
  #segmentCount = 0;
  #root: Uint8Array | undefined;

  /** `hasher` uses the fingerprint of the header that will be given. */
  constructor(hasher: Hasher) {
    this.#hasher = hasher;
  }

  /** Digest of the header frame; from `start` on. */
  get packageId(): Uint8Array {
    return present(this.#packageId, 'the package id before start()');
  }

  /** Merkle root over all frames; from `finish` on. */
  get root(): Uint8Array {
    return present(this.#root, 'the root before finish()');
  }

  /** Preamble and header, then the structure: two pieces. Throws UsageError for names that the format cannot hold. */
  start(header: PackageHeader, structure: Structure): Uint8Array[] {
    assert(this.#header === undefined, 'a package starts once');
    assert(header.target.fingerprint === this.#hasher.fingerprint.name, "the hasher is the header's");
    const preamble = encodePreamble('package');
    const headerFrame = encodeHeaderFrame(this.#hasher, header);
    const structureFrame = encodeStructureFrame(this.#hasher, headerFrame.digest, header, structure);
    this.#header = header;
    this.#packageId = headerFrame.digest;
    this.#structureDigest = structureFrame.digest;
    const first = new Uint8Array(preamble.length + headerFrame.bytes.length);
    first.set(preamble);
    first.set(headerFrame.bytes, preamble.length);
    return [first, structureFrame.bytes];
  }

  /** One segment's frame. Segments may come in any order; each index once. */
  segment(segment: Segment): Uint8Array {
    const { index, targetAddress, targetBytes } = segment;
    assert(index >= 0 && index < segmentsMax, `segment index ${index} is permitted`);
    assert(this.#segments[index] === undefined, `segment ${index} comes once`);
    assert(
      segment.contentDigest.length === this.#hasher.fingerprint.digestBytes,
      'a content digest has its width',
    );
    const frame = encodeSegmentFrame(this.#hasher, this.packageId, segment);
    this.#segments[index] = { digest: frame.digest, address: targetAddress, length: targetBytes };
    this.#segmentCount++;
    return frame.bytes;
  }

  /**
   * The footer. `sign` receives the bytes to be signed (signature.ts, signRoot) and returns one signature or
   * several. Throws UsageError when asked to sign a package whose fingerprint is not collision-resistant.
   */
  finish(sign?: (message: Uint8Array) => PackageSignature | readonly PackageSignature[]): Uint8Array {
    const { fingerprint } = this.#hasher;
    const header = present(this.#header, 'the header before start()');
    const structureDigest = present(this.#structureDigest, 'the structure before start()');
    assert(this.#segments.length === this.#segmentCount, 'no segment is missing');
    const width = fingerprint.digestBytes;
    const digests = new Uint8Array((this.#segmentCount + 2) * width);
    digests.set(this.packageId);
    digests.set(structureDigest, width);
    let end = 0;
    this.#segments.forEach(({ digest, address, length }, index) => {
      assert(address === end, `segment ${index} begins where the one before it ends`);
      end = address + length;
      digests.set(digest, (index + 2) * width);
    });
    assert(end === header.target.totalBytes, 'the segments cover the target');
    this.#root = merkleRoot(this.#hasher, digests);
    const signatures = this.#sign(this.#root, sign);
    const footer = { segmentCount: this.#segmentCount, root: this.#root, signatures };
    return encodeFrame('footer', this.#hasher, this.packageId, encodeFooter(footer)).bytes;
  }

  #sign(
    root: Uint8Array,
    sign: ((message: Uint8Array) => PackageSignature | readonly PackageSignature[]) | undefined,
  ): readonly PackageSignature[] {
    if (sign === undefined) return [];
    const { fingerprint } = this.#hasher;
    if (!fingerprint.collisionResistant) {
      throw new UsageError(
        `a package with ${fingerprint.name} digests cannot be signed: they are not collision-resistant`,
        {
          hint: 'use --set fingerprint=blake3 or sha256',
        },
      );
    }
    const signed = sign(rootMessage(fingerprint, this.packageId, this.#segmentCount, root));
    const signatures = 'algorithm' in signed ? [signed] : signed;
    assert(signatures.length <= signaturesMax, 'signatures fit the footer');
    return signatures;
  }
}
