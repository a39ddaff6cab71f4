/**
 * The receiving half of a transfer, in pushes and pulls alike. Everything is judged when it arrives: the offer before its manifest, the manifest before it is staged, a segment's
 * head before its bytes, its blocks before they are kept. A segment is acknowledged when it is durable.
 *
 * Law: what is buffered stays within the credit granted; segments are kept in order, one at a time, while the next ones arrive. A cut keeps what is durable; an abort discards
 * it; a base that cannot be used leads to an offer without it.
 */
import { DataError } from '../../base/errors.js';
import { isPlanted } from '../../base/planted.js';
import type { Runtime } from '../../base/runtime.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import { packageBytesMax } from '../protocol/limits.js';
import type { Offer, ResynchroniseReason } from '../protocol/messages.js';
import { needParts } from '../protocol/parts.js';
import type { Coder } from '../coding/coder.js';
import type { Conversation } from './conversation.js';
import { chunkerText } from '../coding/cutting.js';
import { PeerAbort, Refusal, refusalOf } from './failures.js';
import type { Intake, IntakeBase, IntakeResult, IntakeTransfer } from './intake.js';
import type { OnProgress } from './progress.js';
import { newBlocks, runsOf } from '../coding/selection.js';
import { ArrivingSegments, Resynchronising, reasonOf, type Kept } from './arriving.js';

export interface ReceiveOptions {
  /** Bytes of packages that may lie here, beyond the one at work. */
  readonly bufferBytesMax: number;
  /** Largest manifest file that is taken. */
  readonly manifestBytesMax: number;
  readonly onProgress?: OnProgress;
}

export interface ReceiveSummary extends IntakeResult {
  readonly manifest: Manifest;
  readonly offer: Offer;
  readonly candidateBlocks: number;
  readonly neededBlocks: number;
  readonly segments: number;
  readonly packageBytes: number;
  readonly resynchronised: readonly ResynchroniseReason[];
}

/**
 * Receives the version that `offer` begins. Throws what ended it: PeerAbort (the conversation lives), WorldError of the link (what is durable is kept), DataError for what
 * the peer may not send, which it was told.
 */
export function receiveVersion(
  talk: Conversation,
  offer: Offer,
  intake: Intake,
  coder: Coder,
  runtime: Runtime,
  options: ReceiveOptions,
): Promise<ReceiveSummary> {
  return new Receiving(talk, intake, coder, runtime, options).run(offer);
}

/** Reoffers that a sender may need: without its token, then without its base. */
const resynchronisesMax = 3;

class Receiving {
  readonly #talk: Conversation;
  readonly #intake: Intake;
  readonly #coder: Coder;
  readonly #runtime: Runtime;
  readonly #options: ReceiveOptions;
  readonly #startMs: number;
  readonly #resynchronised: ResynchroniseReason[] = [];
  #packageBytes = 0;
  #manifestBytes = 0;
  #transfer: IntakeTransfer | undefined;

  constructor(talk: Conversation, intake: Intake, coder: Coder, runtime: Runtime, options: ReceiveOptions) {
    this.#talk = talk;
    this.#intake = intake;
    this.#coder = coder;
    this.#runtime = runtime;
    this.#options = options;
    this.#startMs = runtime.nowMs();
  }

  async run(first: Offer): Promise<ReceiveSummary> {
    try {
      for (let offer = first; ;) {
        try {
          return await this.#receive(offer);
        } catch (error) {
          if (!(error instanceof Resynchronising)) throw error;
          if (this.#resynchronised.length === resynchronisesMax) {
            throw new Refusal('damaged', `${error.reason}, again`);
          }
          this.#resynchronised.push(error.reason);
          this.#transfer?.resynchronised(error.reason);
          this.#transfer?.release();
          this.#transfer = undefined;
          offer = error.offer ?? (await this.#askAgain(error.reason));
        }
      }
    } catch (error) {
      await this.#end(error);
      throw error;
    }
  }

  async #askAgain(reason: ResynchroniseReason): Promise<Offer> {
    if (this.#talk.terms.version === 1) throw new Refusal('damaged', reason);
    if (this.#talk.state !== 'reoffering') await this.#talk.send({ type: 'resynchronise', reason });
    return await this.#talk.expect('offer');
  }

  /** The connection is told what ends it; what was brought is kept unless the sender gave it up. */
  async #end(error: unknown): Promise<void> {
    if (error instanceof PeerAbort) {
      await this.#transfer?.discard();
      return;
    }
    if (!isPlanted('cut-transfer-kept')) this.#transfer?.release();
    if (this.#talk.isOver) return;
    const { code, reason } = refusalOf(error);
    await this.#talk.refuse(code, reason);
  }

  async #receive(offer: Offer): Promise<ReceiveSummary> {
    const bytes = await this.#manifestBytesOf(offer);
    const base = await this.#baseOf(offer);
    const manifest = await this.#manifest(offer, bytes, base);
    const transfer = await this.#intake.open(
      offer,
      manifest,
      this.#talk.peer,
      this.#resynchronised.includes('base-damaged'),
    );
    this.#transfer = transfer;
    const candidates = newBlocks(manifest, base?.manifest);
    const needed = await this.#need(transfer, candidates);
    const segments = new ArrivingSegments(
      this.#talk,
      transfer,
      manifest,
      base,
      needed,
      this.#coder,
      this.#waitingBytesMax,
      (packageBytes) => {
        this.#packageBytes += packageBytes;
      },
      (kept) => {
        this.#report(manifest, kept, 'segments');
      },
    );
    const kept = await segments.run();
    const result = await this.#commit(transfer, base);
    this.#transfer = undefined;
    this.#report(manifest, kept, 'committed');
    await this.#talk.send({ type: 'committed', dot: offer.version.dot, ...result });
    return {
      ...result,
      manifest,
      offer,
      candidateBlocks: candidates.length,
      neededBlocks: needed.length,
      segments: kept.segments,
      packageBytes: this.#packageBytes,
      resynchronised: this.#resynchronised,
    };
  }

  async #manifestBytesOf(offer: Offer): Promise<Uint8Array> {
    const { manifestBytesMax } = this.#options;
    if (offer.manifestBytes > manifestBytesMax) {
      throw new Refusal('limit', `a manifest of ${offer.manifestBytes} bytes, more than ${manifestBytesMax}`);
    }
    const pieces: Uint8Array[] = [];
    for (let bytes = 0; bytes < offer.manifestBytes;) {
      const piece = await this.#talk.expect('manifest');
      pieces.push(piece.bytes);
      bytes += piece.bytes.length;
    }
    this.#manifestBytes += offer.manifestBytes;
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  }

  async #baseOf({ base, version }: Offer): Promise<IntakeBase | undefined> {
    if (base === null) return undefined;
    const held = await this.#intake.base(version.volume, base);
    if (held === undefined) throw new Resynchronising('base-missing');
    return held;
  }

  async #manifest(offer: Offer, bytes: Uint8Array, base: IntakeBase | undefined): Promise<Manifest> {
    let manifest: Manifest;
    try {
      manifest = this.#coder.decodeManifest(
        offer.manifestForm === 'whole' || base === undefined
          ? bytes
          : await this.#coder.decode(
              this.#coder.encodeManifest(base.manifest),
              bytes,
              this.#options.manifestBytesMax,
            ),
      );
    } catch (error) {
      // Two bases of one name that are not the same would show here.
      if (error instanceof DataError && base !== undefined) throw new Resynchronising('base-damaged');
      throw error;
    }
    const { fingerprint, chunker } = this.#intake.cutting;
    if (manifest.fingerprint !== fingerprint || chunkerText(manifest.chunker) !== chunkerText(chunker)) {
      const asked = `${chunkerText(chunker)}, ${fingerprint}`;
      throw new Refusal(
        'conflict',
        `cut as ${chunkerText(manifest.chunker)}, ${manifest.fingerprint}, not ${asked}`,
      );
    }
    return manifest;
  }

  /** Bytes of packages that may lie here: those of one segment and, where the sender has credit, a buffer. */
  get #waitingBytesMax(): number {
    const packageBytes = packageBytesMax(this.#talk.terms.segmentBytesMax);
    return this.#talk.can('credit') ? this.#options.bufferBytesMax + packageBytes : packageBytes;
  }

  /** Positions of the blocks that are to come. */
  async #need(transfer: IntakeTransfer, candidates: Int32Array): Promise<Int32Array> {
    if (this.#talk.terms.version === 1) return candidates;
    const all = (): number[] => Array.from(candidates, (_, i) => i);
    const missing = this.#talk.can('select') ? await transfer.missing(candidates) : all();
    const creditBytes = this.#talk.can('credit') ? this.#waitingBytesMax : 0;
    const need = {
      token: this.#talk.can('resume') ? transfer.token : '',
      runs: runsOf(missing),
      firstIndex: transfer.firstIndex,
      creditBytes,
    };
    for (const part of needParts(need)) await this.#talk.send(part);
    return Int32Array.from(missing, (index) => candidates[index] ?? 0);
  }

  /** A block that was believed to be held may turn out not to be; from then on it is known not to be, and the next attempt asks for it. */
  async #commit(transfer: IntakeTransfer, base: IntakeBase | undefined): Promise<IntakeResult> {
    try {
      return await transfer.commit();
    } catch (error) {
      if (!(error instanceof DataError) || error instanceof Refusal) throw error;
      if (base !== undefined) throw new Resynchronising(reasonOf(base));
      throw new Refusal('internal', error.message);
    }
  }

  #report(manifest: Manifest, kept: Kept, phase: 'segments' | 'committed'): void {
    this.#options.onProgress?.({
      phase,
      segments: kept.segments,
      segmentCount: kept.segments,
      blockBytes: kept.bytes,
      blockBytesTotal: kept.bytesTotal,
      totalBytes: manifest.id.totalBytes,
      wireBytes: this.#manifestBytes + this.#packageBytes,
      elapsedMs: this.#runtime.nowMs() - this.#startMs,
    });
  }
}
