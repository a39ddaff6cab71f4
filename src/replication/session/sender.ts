/**
 * The sending half of a transfer, in pushes and pulls alike: offer, manifest, segments within credit and the link's window, commit. One listener reads what the
 * receiver says while segments go out; whatever ends the transfer on the other side stops the stream at the next message.
 *
 * Law: at most two segments are held at once (one on its way, one encoded ahead). What the receiver cannot use (base, token) is left out of the next offer, which names ever
 * less; so there are at most three offers.
 */
import { BugError, DataError, WorldError, present, throwIfCancelled } from '../../base/errors.js';
import { isPlanted } from '../../base/planted.js';
import type { Runtime } from '../../base/runtime.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import type { Committed, Offer, Resynchronise } from '../protocol/messages.js';
import type { Dot, Version } from '../versions/version.js';
import { CachedBlocks, type BlockReader } from '../coding/block-reader.js';
import type { Coder } from '../coding/coder.js';
import type { Conversation } from './conversation.js';
import { isPromised, type First } from './first.js';
import type { LinkEstimate } from './link-estimate.js';
import { Opposite, baseShareMax, positionsOf, runsOfPositions, type BaseRuns } from '../coding/opposite.js';
import type { OnProgress, TransferProgress } from './progress.js';
import { Grouping, type Group } from '../coding/grouping.js';
import { neededOf, newBlocks, bytesOfBlocks } from '../coding/selection.js';

export interface Outgoing {
  readonly version: Version;
  readonly manifest: Manifest;
  readonly content: BlockReader;
  /** A version that the receiver has, too, by all that is known. */
  readonly base: OutgoingBase | undefined;
  /** Token of a transfer that was cut; empty for none. */
  readonly resume: string;
  /** What the receiver wants first. */
  readonly first: First;
}

export interface OutgoingBase {
  readonly dot: Dot;
  readonly manifest: Manifest;
  readonly content: BlockReader;
}

export interface SendOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Called with the receiver's token before the first segment leaves. */
  readonly onToken?: (token: string) => Promise<void>;
  /** Keeps what was sent, for later deltas. */
  readonly cache?: CachedBlocks;
  readonly estimate?: LinkEstimate;
}

/** How a transfer went, exactly. */
export interface SendSummary {
  readonly committed: Committed;
  readonly candidateBlocks: number;
  readonly neededBlocks: number;
  readonly segments: number;
  readonly manifestBytes: number;
  readonly packageBytes: number;
  readonly resynchronised: readonly Resynchronise['reason'][];
}

/** Sends a version over a conversation on which it is this side's turn. Throws as Conversation does, CancelledError after an abort, DataError where the receiver asks for what is not there. */
export function sendVersion(
  talk: Conversation,
  outgoing: Outgoing,
  coder: Coder,
  runtime: Runtime,
  options: SendOptions = {},
): Promise<SendSummary> {
  return new Sending(talk, outgoing, coder, runtime, options).run();
}

type Outcome =
  | { readonly state: 'committed'; readonly committed: Committed }
  | { readonly state: 'resynchronise'; readonly reason: Resynchronise['reason'] }
  | { readonly state: 'failed'; readonly error: unknown };

/** What the receiver answered an offer with: positions of the blocks to send, and a name for going on after a cut. */
interface Answer {
  readonly needed: Int32Array;
  readonly token: string;
}

interface Encoded {
  readonly group: Group;
  readonly positions: Int32Array;
  readonly targetBytes: number;
  readonly baseRuns: BaseRuns;
  readonly packageBytes: Uint8Array;
  /** How long reading and encoding took. */
  readonly tookMs: number;
}

/** Blocks may be so many times their packages when the next segment is sized: what compressed well so far may be followed by what does not. */
const shareMax = 8;

/** Of the time between two segments, for encoding: with more the link is not what holds the transfer back. */
const lateShare = 0.7;

class Sending {
  readonly #talk: Conversation;
  readonly #outgoing: Outgoing;
  readonly #coder: Coder;
  readonly #runtime: Runtime;
  readonly #options: SendOptions;
  readonly #startMs: number;
  #base: OutgoingBase | undefined;
  #opposite: Opposite | undefined;
  #resume: string;
  #outcome: Outcome | undefined;
  #wake: (() => void) | undefined;
  /** By index: bytes of blocks of segments under way. */
  readonly #flying = new Map<number, { readonly blockBytes: number; readonly packageBytes: number }>();
  #flyingBytes = 0;
  #progress: TransferProgress;
  #manifestBytes = 0;
  #packageBytes = 0;
  /** Of the blocks in segments of this transfer, and of their packages: how well they compress. */
  #sentBlockBytes = 0;
  #segments = 0;
  /** When the segment before was sent. */
  #sentMs: number | undefined;
  #neededBlocks = 0;
  #candidateBlocks = 0;

  constructor(talk: Conversation, outgoing: Outgoing, coder: Coder, runtime: Runtime, options: SendOptions) {
    this.#talk = talk;
    this.#outgoing = outgoing;
    this.#coder = coder;
    this.#runtime = runtime;
    this.#options = options;
    this.#startMs = runtime.nowMs();
    const usesBase = talk.can('select') || talk.can('delta') || talk.can('manifest-delta');
    this.#base = usesBase ? outgoing.base : undefined;
    this.#resume = talk.can('resume') ? outgoing.resume : '';
    this.#progress = {
      phase: 'manifest',
      segments: 0,
      segmentCount: 0,
      blockBytes: 0,
      blockBytesTotal: 0,
      totalBytes: outgoing.manifest.id.totalBytes,
      wireBytes: 0,
      elapsedMs: 0,
    };
  }

  async run(): Promise<SendSummary> {
    const resynchronised: Resynchronise['reason'][] = [];
    for (;;) {
      const outcome = await this.#attempt();
      if (outcome.state === 'failed') throw outcome.error;
      if (outcome.state === 'committed') {
        this.#report({ phase: 'committed' });
        return {
          committed: outcome.committed,
          candidateBlocks: this.#candidateBlocks,
          neededBlocks: this.#neededBlocks,
          segments: this.#segments,
          manifestBytes: this.#manifestBytes,
          packageBytes: this.#packageBytes,
          resynchronised,
        };
      }
      resynchronised.push(outcome.reason);
      if (outcome.reason === 'token-unknown' && this.#resume !== '') this.#resume = '';
      else if (outcome.reason !== 'token-unknown' && this.#base !== undefined) {
        if (!isPlanted('base-offered-again')) this.#base = undefined;
      } else throw await this.#refuse(`resynchronise (${outcome.reason}) of what was not offered`);
    }
  }

  async #refuse(reason: string): Promise<DataError> {
    await this.#talk.refuse('order', reason);
    return new DataError(`${this.#talk.peer}: ${reason}`);
  }

  async #attempt(): Promise<Outcome> {
    this.#outcome = undefined;
    this.#flying.clear();
    this.#flyingBytes = 0;
    this.#options.estimate?.cut();
    this.#opposite =
      this.#base !== undefined && this.#talk.can('delta')
        ? new Opposite(this.#base.manifest, this.#outgoing.manifest)
        : undefined;
    await this.#offer();
    const offeredMs = this.#runtime.nowMs();
    const answer = await this.#answer();
    if (answer === undefined) return this.#decided();
    this.#options.estimate?.answered(this.#runtime.nowMs() - offeredMs);
    const listening = this.#listen();
    const wake = (): void => this.#wake?.();
    this.#options.signal?.addEventListener('abort', wake, { once: true });
    await this.#stream(answer);
    this.#options.signal?.removeEventListener('abort', wake);
    await listening;
    return this.#decided();
  }

  #decided(): Outcome {
    return present(this.#outcome, 'the outcome');
  }

  async #offer(): Promise<void> {
    const { version, manifest } = this.#outgoing;
    const whole = this.#coder.encodeManifest(manifest);
    let bytes = whole;
    if (this.#base !== undefined && this.#talk.can('manifest-delta')) {
      const delta = await this.#coder.encode(this.#coder.encodeManifest(this.#base.manifest), whole);
      if (delta.length < whole.length) bytes = delta;
    }
    const offer: Offer = {
      type: 'offer',
      version,
      base: this.#base?.dot ?? null,
      manifestBytes: bytes.length,
      manifestForm: bytes === whole ? 'whole' : 'delta',
      resume: this.#resume,
    };
    await this.#talk.send(offer);
    await this.#talk.sendPieces('manifest', bytes);
    this.#manifestBytes += bytes.length;
    this.#report({});
  }

  /** Undefined where the receiver resynchronises. */
  async #answer(): Promise<Answer | undefined> {
    const candidates = newBlocks(this.#outgoing.manifest, this.#base?.manifest);
    this.#candidateBlocks = candidates.length;
    if (this.#talk.terms.version === 1) {
      this.#neededBlocks = candidates.length;
      return { needed: candidates, token: '' };
    }
    const runs: (readonly [number, number])[] = [];
    for (;;) {
      const answer = await this.#talk.expect('need', 'resynchronise');
      if (answer.type === 'resynchronise') {
        this.#outcome = { state: 'resynchronise', reason: answer.reason };
        return undefined;
      }
      for (const run of answer.runs) runs.push(run);
      if (!answer.isLast) continue;
      const needed = neededOf(candidates, runs);
      if (needed === undefined) throw await this.#refuse('need names more blocks than there are');
      this.#neededBlocks = needed.length;
      return { needed, token: answer.token };
    }
  }

  async #stream({ needed, token }: Answer): Promise<void> {
    const { manifest, first } = this.#outgoing;
    const isFirst = this.#talk.can('progressive') ? isPromised(manifest, first) : undefined;
    const grouping = new Grouping(manifest, needed, isFirst);
    this.#progress = {
      ...this.#progress,
      segments: 0,
      segmentCount: 0,
      blockBytes: 0,
      blockBytesTotal: bytesOfBlocks(manifest, needed),
    };
    this.#segments = 0;
    this.#sentMs = undefined;
    this.#report({ phase: 'segments' });
    try {
      let ahead = this.#encodeAhead(needed, grouping.next(this.#groupBytes()));
      // Durable while the first segment is encoded.
      if (token !== '') await this.#options.onToken?.(token);
      for (;;) {
        throwIfCancelled(this.#options.signal);
        const encoded = await ahead;
        if (encoded instanceof Failure) throw encoded.error;
        if (encoded === undefined) break;
        ahead = this.#encodeAhead(needed, grouping.next(this.#groupBytes()));
        if (!(await this.#send(encoded))) return;
      }
      throwIfCancelled(this.#options.signal);
      if (this.#talk.state === 'streaming' && this.#outcome === undefined) {
        await this.#talk.send({ type: 'commit', segmentCount: this.#talk.nextIndex });
      }
    } catch (error) {
      await this.#giveUp(error);
    }
  }

  /** Bytes of blocks for the next segment: as much as makes a package of the size that suits the link. */
  #groupBytes(): number {
    const { segmentBytesMax } = this.#talk.terms;
    const { estimate } = this.#options;
    if (estimate === undefined) return segmentBytesMax;
    const share = this.#sentBlockBytes / Math.max(1, this.#packageBytes);
    return Math.min(
      segmentBytesMax,
      Math.round(estimate.pieceBytes * Math.min(shareMax, Math.max(1, share))),
    );
  }

  /** A promise that never rejects: it may be left behind. */
  async #encodeAhead(needed: Int32Array, group: Group | undefined): Promise<Encoded | Failure | undefined> {
    if (group === undefined) return undefined;
    try {
      return await this.#encode(needed, group);
    } catch (error) {
      return new Failure(error);
    }
  }

  async #encode(needed: Int32Array, group: Group): Promise<Encoded> {
    const { manifest, content } = this.#outgoing;
    const startMs = this.#runtime.nowMs();
    const positions = needed.subarray(group.first, group.first + group.count);
    const target = await content.read(manifest, positions);
    if (target === undefined) {
      throw new DataError('a block of the version to be sent is missing or damaged here', {
        hint: 'scrub the repository',
      });
    }
    const { baseRuns, bytes } = await this.#baseOf(positions, target.length);
    const level = this.#options.estimate?.level;
    const packageBytes = await this.#coder.encode(bytes, target, level === undefined ? {} : { level });
    this.#options.cache?.keep(manifest, positions, target);
    const tookMs = this.#runtime.nowMs() - startMs;
    return { group, positions, targetBytes: target.length, baseRuns, packageBytes, tookMs };
  }

  async #baseOf(
    positions: Int32Array,
    targetBytes: number,
  ): Promise<{ readonly baseRuns: BaseRuns; readonly bytes: Uint8Array }> {
    const base = this.#base;
    const nothing = { baseRuns: [], bytes: new Uint8Array(0) };
    if (base === undefined || this.#opposite === undefined) return nothing;
    const wanted = positionsOf(this.#opposite.runs(positions, baseShareMax * targetBytes));
    const there = base.content.available(base.manifest, wanted);
    if (there.length === 0) return nothing;
    const bytes = await base.content.read(base.manifest, there);
    return bytes === undefined ? nothing : { baseRuns: runsOfPositions(there), bytes };
  }

  /** False where the transfer ended meanwhile. */
  async #send({ group, targetBytes, baseRuns, packageBytes, tookMs }: Encoded): Promise<boolean> {
    while (!this.#hasRoomFor(packageBytes.length)) {
      if (this.#outcome !== undefined) return false;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      throwIfCancelled(this.#options.signal);
    }
    if (this.#outcome !== undefined || this.#talk.state !== 'streaming') return false;
    const index = this.#talk.nextIndex;
    this.#flying.set(index, { blockBytes: targetBytes, packageBytes: packageBytes.length });
    this.#flyingBytes += packageBytes.length;
    const nowMs = this.#runtime.nowMs();
    this.#options.estimate?.sent(index, packageBytes.length, nowMs, this.#isLate(tookMs, nowMs));
    this.#sentMs = nowMs;
    this.#packageBytes += packageBytes.length;
    this.#sentBlockBytes += targetBytes;
    this.#segments++;
    await this.#talk.send({
      type: 'segment',
      index,
      first: group.first,
      count: group.count,
      baseRuns,
      packageBytes: packageBytes.length,
    });
    const isSent = await this.#talk.sendPieces('data', packageBytes);
    this.#report({ segmentCount: this.#progress.segmentCount + 1 });
    return isSent;
  }

  /** Whether making the segment took most of the time since the one before: then the link waited for it. */
  #isLate(tookMs: number, nowMs: number): boolean {
    return this.#sentMs !== undefined && tookMs > lateShare * (nowMs - this.#sentMs);
  }

  #hasRoomFor(bytes: number): boolean {
    if (bytes > this.#talk.creditBytes) return false;
    // One is being kept while the next one travels.
    if (this.#flying.size < 2) return true;
    const windowBytes = this.#options.estimate?.windowBytes ?? Infinity;
    return this.#flyingBytes + bytes <= windowBytes;
  }

  /** Reads until the transfer is decided. Never rejects. */
  async #listen(): Promise<void> {
    while (this.#outcome === undefined) {
      try {
        const message = await this.#talk.expect('acknowledge', 'resynchronise', 'committed');
        if (message.type === 'acknowledge') this.#acknowledged(message.index);
        else if (message.type === 'committed') this.#outcome = { state: 'committed', committed: message };
        else this.#outcome = { state: 'resynchronise', reason: message.reason };
      } catch (error) {
        this.#outcome ??= { state: 'failed', error };
      }
      if (this.#outcome !== undefined || !isPlanted('wake-up-lost')) this.#wake?.();
    }
  }

  #acknowledged(index: number): void {
    const flight = this.#flying.get(index);
    if (flight === undefined) return;
    this.#flying.delete(index);
    this.#flyingBytes -= flight.packageBytes;
    this.#options.estimate?.acknowledged(index, this.#runtime.nowMs());
    this.#report({
      segments: this.#progress.segments + 1,
      blockBytes: this.#progress.blockBytes + flight.blockBytes,
    });
  }

  /** This side cannot go on: the transfer is aborted, the connection lives if the peer answers. */
  async #giveUp(error: unknown): Promise<void> {
    if (this.#outcome !== undefined) return;
    this.#outcome = { state: 'failed', error };
    if (error instanceof BugError || error instanceof WorldError) {
      this.#talk.destroy(error);
      return;
    }
    const reason = error instanceof Error ? error.message : 'given up';
    if (this.#talk.state === 'streaming' || this.#talk.state === 'segment') {
      await this.#talk.send({ type: 'abort', reason: reason.slice(0, 100) });
    }
  }

  #report(change: Partial<TransferProgress>): void {
    this.#progress = {
      ...this.#progress,
      ...change,
      wireBytes: this.#manifestBytes + this.#packageBytes,
      elapsedMs: this.#runtime.nowMs() - this.#startMs,
    };
    this.#options.onProgress?.(this.#progress);
  }
}

class Failure {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}
