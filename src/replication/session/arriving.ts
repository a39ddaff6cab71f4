/**
 * The segments of one offer as they arrive: one loop reads and judges them, another keeps them behind it, so that the link is busy while a store writes.
 *
 * Law: segments are kept, and acknowledged, in order and one at a time; what waits lies within the credit that was granted. The first failure is the one that counts: it ends the
 * connection, or asks for another offer where only the base is at fault.
 */
import { assert, BugError, DataError } from '../../base/errors.js';
import { isPlanted } from '../../base/planted.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import type { Offer, ResynchroniseReason, SegmentStart } from '../protocol/messages.js';
import type { Coder } from '../coding/coder.js';
import type { Conversation } from './conversation.js';
import { Refusal, refusalOf } from './failures.js';
import type { IntakeBase, IntakeTransfer } from './intake.js';
import { baseShareMax, positionsOf } from '../coding/opposite.js';
import { bytesOfBlocks } from '../coding/selection.js';

/** The sender is to offer again. It never leaves the receiver. */
export class Resynchronising extends Error {
  readonly reason: ResynchroniseReason;
  /** The next offer, where it has come. */
  readonly offer: Offer | undefined;
  constructor(reason: ResynchroniseReason, offer?: Offer) {
    super(reason);
    this.reason = reason;
    this.offer = offer;
  }
}

/** Why a base that was there cannot be used: forgotten meanwhile, or damaged. */
export function reasonOf(base: IntakeBase | undefined): ResynchroniseReason {
  return base?.isHeld?.() === false ? 'base-missing' : 'base-damaged';
}

interface Arriving {
  readonly start: SegmentStart;
  readonly positions: Int32Array;
  readonly targetBytes: number;
  readonly basePositions: readonly number[];
  readonly bytes: Uint8Array;
}

export interface Kept {
  readonly segments: number;
  readonly bytes: number;
  readonly bytesTotal: number;
}

export class ArrivingSegments {
  readonly #talk: Conversation;
  readonly #transfer: IntakeTransfer;
  readonly #manifest: Manifest;
  readonly #base: IntakeBase | undefined;
  readonly #needed: Int32Array;
  readonly #coder: Coder;
  readonly #waitingBytesMax: number;
  readonly #onPackage: (bytes: number) => void;
  readonly #onKept: (kept: Kept) => void;
  readonly #bytesTotal: number;
  #keeping: Promise<void> = Promise.resolve();
  #failure: Error | undefined;
  #blocks = 0;
  #segments = 0;
  #bytes = 0;
  /** Bytes of packages that have come and are not kept yet. */
  #waitingBytes = 0;
  /** Credit that was granted and is not used up: at first all that may wait. */
  #grantedBytes: number;

  constructor(
    talk: Conversation,
    transfer: IntakeTransfer,
    manifest: Manifest,
    base: IntakeBase | undefined,
    needed: Int32Array,
    coder: Coder,
    waitingBytesMax: number,
    onPackage: (bytes: number) => void,
    onKept: (kept: Kept) => void,
  ) {
    this.#talk = talk;
    this.#transfer = transfer;
    this.#manifest = manifest;
    this.#base = base;
    this.#needed = needed;
    this.#coder = coder;
    this.#waitingBytesMax = waitingBytesMax;
    this.#grantedBytes = waitingBytesMax;
    this.#onPackage = onPackage;
    this.#onKept = onKept;
    this.#bytesTotal = bytesOfBlocks(manifest, needed);
  }

  /** Until the commit has come and everything is kept. */
  async run(): Promise<Kept> {
    try {
      for (;;) {
        const message = await this.#talk.expect('segment', 'commit', 'offer');
        if (message.type === 'commit') break;
        // The keeper has asked for an offer; the next attempt takes it from here.
        if (message.type === 'offer') throw this.#offered(message);
        await this.#arrive(message);
      }
    } catch (error) {
      await this.#keeping;
      throw error instanceof Resynchronising ? error : (this.#failure ?? error);
    }
    await this.#keeping;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#blocks !== this.#needed.length) {
      throw new Refusal('malformed', `commit: ${this.#blocks} of ${this.#needed.length} blocks came`);
    }
    return { segments: this.#segments, bytes: this.#bytes, bytesTotal: this.#bytesTotal };
  }

  /** The offer that the keeper has asked for, with its reason. */
  #offered(offer: Offer): Resynchronising {
    const reason = this.#failure instanceof Resynchronising ? this.#failure.reason : 'base-damaged';
    return new Resynchronising(reason, offer);
  }

  /** Checks a segment's head, gathers its bytes, and hands them to the keeper. */
  async #arrive(start: SegmentStart): Promise<void> {
    const { first, count, baseRuns, packageBytes } = start;
    if (first + count > this.#needed.length) {
      throw new Refusal('malformed', `segment ${start.index} brings block ${first + count - 1}`);
    }
    const positions = this.#needed.subarray(first, first + count);
    const targetBytes = bytesOfBlocks(this.#manifest, positions);
    const { segmentBytesMax } = this.#talk.terms;
    if (count > 1 && targetBytes > segmentBytesMax) {
      throw new Refusal('limit', `segment ${start.index} has blocks of ${targetBytes} bytes`);
    }
    const basePositions = this.#basePositions(baseRuns, targetBytes);
    this.#waitingBytes += packageBytes;
    this.#grantedBytes -= packageBytes;
    assert(this.#waitingBytes <= this.#waitingBytesMax, 'what waits to be kept is within the credit granted');
    this.#onPackage(packageBytes);
    const pieces: Uint8Array[] = [];
    for (let bytes = 0; bytes < packageBytes;) {
      const piece = await this.#talk.expect('data', 'offer');
      if (piece.type === 'offer') throw this.#offered(piece);
      pieces.push(piece.bytes);
      bytes += piece.bytes.length;
    }
    const bytes = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
    this.#keeping = this.#keeping.then(() =>
      this.#keep({ start, positions, targetBytes, basePositions, bytes }),
    );
  }

  #basePositions(runs: SegmentStart['baseRuns'], targetBytes: number): readonly number[] {
    if (this.#base === undefined || runs.length === 0) return [];
    const { manifest } = this.#base;
    const blocks = manifest.blocks.ends.length;
    const isWithin = runs.every(([first, count]) => first + count <= blocks);
    const counts = runs.reduce((sum, [, count]) => sum + count, 0);
    if (!isWithin || counts > blocks) throw new Refusal('malformed', 'base runs beyond the base');
    const positions = positionsOf(runs);
    if (bytesOfBlocks(manifest, positions) > baseShareMax * targetBytes) {
      throw new Refusal('limit', 'base runs of more bytes than a segment may refer to');
    }
    return positions;
  }

  /** Never rejects: a failure ends the connection, or asks for another offer, and is thrown by run(). */
  async #keep(arriving: Arriving): Promise<void> {
    if (this.#failure !== undefined) return;
    try {
      await this.#keepOne(arriving);
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new BugError(String(error));
      try {
        if (error instanceof Resynchronising && this.#talk.terms.version > 1) {
          if (mayAnswer.has(this.#talk.state)) {
            await this.#talk.send({ type: 'resynchronise', reason: error.reason });
          }
        } else {
          const { code, reason } = refusalOf(error);
          await this.#talk.refuse(code, reason);
        }
      } catch {
        // The link is gone: the reading loop says so.
      }
    }
  }

  async #keepOne({ start, positions, targetBytes, basePositions, bytes }: Arriving): Promise<void> {
    const base = this.#base;
    const baseBytes =
      base === undefined || basePositions.length === 0
        ? new Uint8Array(0)
        : await base.content.read(base.manifest, basePositions);
    if (baseBytes === undefined) throw new Resynchronising(reasonOf(base));
    let target: Uint8Array;
    try {
      target = await this.#coder.decode(baseBytes, bytes, targetBytes);
      if (target.length !== targetBytes) {
        throw new DataError(`segment ${start.index} has ${target.length} bytes instead of ${targetBytes}`);
      }
    } catch (error) {
      // Two bases of one name that are not the same would show here.
      if (error instanceof DataError && basePositions.length > 0) throw new Resynchronising(reasonOf(base));
      throw error instanceof DataError ? new Refusal('damaged', error.message) : error;
    }
    await this.#transfer.add(start.index, positions, target, bytes.length);
    this.#waitingBytes -= bytes.length;
    this.#blocks += positions.length;
    this.#segments++;
    this.#bytes += targetBytes;
    this.#onKept({ segments: this.#segments, bytes: this.#bytes, bytesTotal: this.#bytesTotal });
    // What crossed our acknowledgement may have ended the transfer.
    if (!mayAnswer.has(this.#talk.state)) return;
    const creditBytes = !this.#talk.can('credit')
      ? 0
      : isPlanted('credit-unpacked')
        ? targetBytes
        : bytes.length;
    this.#grantedBytes += creditBytes;
    assert(
      this.#grantedBytes + this.#waitingBytes <= this.#waitingBytesMax,
      'there is room for what may still come',
    );
    await this.#talk.send({ type: 'acknowledge', index: start.index, creditBytes });
  }
}

/** States in which the receiver may acknowledge, or ask for another offer. */
const mayAnswer: ReadonlySet<string> = new Set(['streaming', 'segment', 'committing']);
