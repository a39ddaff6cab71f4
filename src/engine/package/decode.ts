/**
 * Reading a package: bytes in, items out, no input or output of its own (docs/formats/package-v1.md). Pieces may be
 * of any size; the items and the first violation are the same however the stream is cut.
 *
 * Laws: nothing is handed over before its frame's digest was checked; no claimed length is believed before its
 * bytes are there; every violation is a DataError, after which the decoder is dead and says the same again. Items
 * before the violation are handed over first: then the error comes from the next call. So a reader has seen the
 * whole package only when `end()` has returned.
 */
import { ByteReader } from '../../base/codec.js';
import { DataError, assert, present } from '../../base/errors.js';
import { formatBytes } from '../../base/units.js';
import type { FingerprintName, Hasher } from '../fingerprint/fingerprint.js';
import { Assembly } from './assembly.js';
import { itemLength } from './cbor.js';
import { Coverage } from './coverage.js';
import { decodeFooter } from './footer.js';
import {
  checkPreamble,
  formatMinor,
  frameHeadBytes,
  frameType,
  preambleBytes,
  type FrameName,
} from './format.js';
import { bodyBytesMax } from './frame.js';
import { decodeHeader } from './header.js';
import type { PackageHeader, PackageItem } from './model.js';
import { decodeSegment } from './segment.js';
import { rootMessage } from './signature.js';
import { unpackStructure } from './structure-pack.js';

type Stage = 'preamble' | 'header' | 'structure' | 'segments' | 'done';

/** Which frame may come in which stage, and what stage it leads to. */
const transitions: Readonly<Record<Stage, Partial<Record<FrameName, Stage>>>> = {
  preamble: {},
  header: { header: 'structure' },
  structure: { structure: 'segments' },
  segments: { segment: 'segments', footer: 'done' },
  done: {},
};

/** What is known once the header was read. */
interface Opened {
  readonly header: PackageHeader;
  readonly hasher: Hasher;
  readonly packageId: Uint8Array;
  readonly coverage: Coverage;
}

const truncatedHint = 'fetch or write the package again';

export class PackageDecoder {
  readonly #hasherFor: (fingerprint: FingerprintName) => Hasher;
  readonly #judge: (header: PackageHeader) => void;
  #stage: Stage = 'preamble';
  #assembly = new Assembly(new Uint8Array(0), preambleBytes);
  /** The frame under way, once its type and length are known; 'skipped' for one of a newer minor version. */
  #frame: FrameName | 'skipped' | undefined;
  #tolerant = false;
  #opened: Opened | undefined;
  #structureDigest: Uint8Array | undefined;
  #rootMessage: Uint8Array | undefined;
  #failure: Error | undefined;

  /**
   * `hasherFor` gives a hasher of the header's fingerprint; called once. `judge` may throw for a header, before anything that follows it is
   * unpacked.
   */
  constructor(
    hasherFor: (fingerprint: FingerprintName) => Hasher,
    judge: (header: PackageHeader) => void = () => undefined,
  ) {
    this.#hasherFor = hasherFor;
    this.#judge = judge;
  }

  /** Whether the footer was read: every frame is there and authentic to the root. */
  get isComplete(): boolean {
    return this.#stage === 'done';
  }

  /** Digest of the header frame; undefined before the header. */
  get packageId(): Uint8Array | undefined {
    return this.#opened?.packageId;
  }

  /** The bytes that the footer's signatures sign (signature.ts, verifySignature); undefined before the footer. */
  get rootMessage(): Uint8Array | undefined {
    return this.#rootMessage;
  }

  /** Memory held for the frame under way, in bytes. */
  get bufferedBytes(): number {
    return this.#assembly.capacity;
  }

  /**
   * Takes the next bytes of the stream and returns what they complete. Streams of segments are views of memory that
   * is theirs alone.
   */
  receive(bytes: Uint8Array): PackageItem[] {
    if (this.#failure !== undefined) throw this.#failure;
    const items: PackageItem[] = [];
    try {
      for (let at = 0; at < bytes.length;) {
        if (this.#stage === 'done') throw new DataError('bytes follow the footer');
        at += this.#assembly.take(bytes, at);
        if (this.#assembly.missing === 0) this.#advance(items);
      }
    } catch (failure) {
      this.#fail(failure, items.length > 0);
    }
    return items;
  }

  /** Says that the stream has ended. Throws DataError unless the package is complete. */
  end(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#stage === 'done') return;
    try {
      throw this.#truncation();
    } catch (failure) {
      this.#fail(failure, false);
    }
  }

  #fail(failure: unknown, isPostponed: boolean): void {
    this.#failure = failure instanceof Error ? failure : new DataError(String(failure));
    this.#assembly = new Assembly(new Uint8Array(0), 0);
    if (!isPostponed) throw this.#failure;
  }

  /** The assembly reached its goal: a preamble, a frame's type and length, or a whole frame. */
  #advance(items: PackageItem[]): void {
    if (this.#stage === 'preamble') {
      const minor = present(checkPreamble(this.#assembly.gathered, 'package'), 'minor version');
      this.#tolerant = minor > formatMinor;
      this.#stage = 'header';
      this.#assembly.extend(frameHeadBytes);
    } else if (this.#frame === undefined) {
      this.#beginBody();
    } else {
      const frame = this.#frame;
      const item = this.#readFrame(frame, this.#assembly.gathered);
      if (item !== undefined) items.push(item);
      this.#stage = frame === 'skipped' ? this.#stage : present(transitions[this.#stage][frame], 'stage');
      this.#frame = undefined;
      const prefix = this.#stage === 'done' ? new Uint8Array(0) : this.#open().packageId;
      this.#assembly = new Assembly(prefix, this.#stage === 'done' ? 0 : frameHeadBytes);
    }
  }

  #beginBody(): void {
    const reader = new ByteReader(this.#assembly.gathered.subarray(-frameHeadBytes));
    const type = reader.u8('frame type');
    const bodyBytes = reader.u32('frame length');
    const name = this.#frameName(type);
    // Before the header's fingerprint is known, any digest may follow its head; its limit allows for the longest.
    const width = this.#opened?.hasher.fingerprint.digestBytes ?? 32;
    const most = bodyBytesMax(name === 'skipped' ? 'segment' : name, width);
    const least = this.#opened === undefined ? 1 : width + 1;
    if (bodyBytes < least || bodyBytes > most) {
      throw new DataError(`a ${name} frame claims ${bodyBytes} bytes, not ${least} to ${most}`);
    }
    this.#frame = name;
    this.#assembly.extend(bodyBytes);
  }

  /** Throws DataError for a frame that is unknown or may not come now. */
  #frameName(type: number): FrameName | 'skipped' {
    const names = Object.keys(frameType) as FrameName[];
    const name = names.find((candidate) => frameType[candidate] === type);
    if (name !== undefined) {
      if (transitions[this.#stage][name] !== undefined) return name;
      const expected = Object.keys(transitions[this.#stage]).join(' or ');
      throw new DataError(`a ${name} frame where a ${expected} frame belongs`);
    }
    const isLowerCase = type >= 0x61 && type <= 0x7a;
    if (this.#tolerant && isLowerCase && this.#opened !== undefined) return 'skipped';
    throw new DataError(`unknown frame type 0x${type.toString(16).padStart(2, '0')}`, {
      hint: 'the package is damaged, or was written by a newer version',
    });
  }

  /** `bytes` is the prefix of the digest, then the whole frame. */
  #readFrame(frame: FrameName | 'skipped', bytes: Uint8Array): PackageItem | undefined {
    if (frame === 'header') return this.#readHeader(bytes);
    const { header, hasher, packageId, coverage } = this.#open();
    const digest = checkDigest(bytes, hasher, frameLabel(frame, coverage.segmentCount));
    const body = bytes.subarray(packageId.length + frameHeadBytes, bytes.length - digest.length);
    switch (frame) {
      case 'skipped':
        return undefined;
      case 'structure':
        this.#structureDigest = digest;
        return { type: 'structure', structure: unpackStructure(body, header, this.#tolerant) };
      case 'segment': {
        const headBytes = itemLength(body, `segment ${coverage.segmentCount}`);
        const segment = decodeSegment(
          body.subarray(0, headBytes),
          body.subarray(headBytes),
          header,
          this.#tolerant,
        );
        coverage.add(segment, digest);
        return { type: 'segment', segment };
      }
      case 'footer': {
        const { fingerprint } = hasher;
        const footer = decodeFooter(body, fingerprint, this.#tolerant);
        coverage.complete(footer, hasher, packageId, present(this.#structureDigest, 'structure digest'));
        this.#rootMessage = rootMessage(fingerprint, packageId, footer.segmentCount, footer.root);
        return { type: 'footer', footer };
      }
    }
  }

  #readHeader(bytes: Uint8Array): PackageItem {
    const body = bytes.subarray(preambleBytes + frameHeadBytes);
    const headBytes = itemLength(body, 'the header');
    const header = decodeHeader(body.subarray(0, headBytes), this.#tolerant);
    const hasher = this.#hasherFor(header.target.fingerprint);
    const width = hasher.fingerprint.digestBytes;
    if (body.length !== headBytes + width) {
      throw new DataError(`the header is followed by ${body.length - headBytes} bytes instead of a digest`);
    }
    const packageId = checkDigest(bytes, hasher, 'the header');
    this.#judge(header);
    this.#opened = { header, hasher, packageId, coverage: new Coverage(header.target.totalBytes) };
    return { type: 'header', header };
  }

  #open(): Opened {
    assert(this.#opened !== undefined, 'the header was read');
    return this.#opened;
  }

  #truncation(): DataError {
    const hint = truncatedHint;
    if (this.#stage === 'preamble') {
      const start = this.#assembly.gathered;
      if (start.length === 0) return new DataError('not a snapdelta package: it is empty', { hint });
      checkPreamble(start, 'package');
      return new DataError(`truncated within the first ${preambleBytes} bytes`, { hint });
    }
    if (this.#opened === undefined) return new DataError('truncated within the header', { hint });
    if (this.#stage === 'structure') return new DataError('truncated after the header', { hint });
    const { header, coverage } = this.#opened;
    const { segmentCount } = coverage;
    const place = segmentCount === 0 ? 'the structure' : `segment ${segmentCount - 1}`;
    const there = `${formatBytes(coverage.coveredBytes)} of ${formatBytes(header.target.totalBytes)} of the target`;
    return new DataError(`truncated after ${place}: ${there} are there, and the footer is missing`, { hint });
  }
}

/** Segments are named by their order of arrival here: the index in a damaged frame means nothing. */
function frameLabel(frame: FrameName | 'skipped', segmentCount: number): string {
  if (frame === 'segment') return `segment ${segmentCount}`;
  return frame === 'skipped' ? 'a frame of a newer version' : `the ${frame}`;
}

/** Checks the digest at the end of `bytes` over all before it, and returns a copy. */
function checkDigest(bytes: Uint8Array, hasher: Hasher, label: string): Uint8Array {
  const end = bytes.length - hasher.fingerprint.digestBytes;
  const digest = hasher.digest(bytes.subarray(0, end));
  if (Buffer.compare(digest, bytes.subarray(end)) !== 0) {
    throw new DataError(`${label} is damaged`, { hint: truncatedHint });
  }
  return digest;
}
