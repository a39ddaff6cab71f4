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
import type { Committed, Offer, Resynchronise } from '../protocol/messages.js';
import type { CachedBlocks } from '../coding/block-reader.js';
import type { Coder } from '../coding/coder.js';
import { neededOf, newBlocks, bytesOfBlocks } from '../coding/selection.js';
import type { Conversation } from './conversation.js';
import type { LinkEstimate } from './link-estimate.js';
import {
  Failure,
  OutgoingSegments,
  type EncodedSegment,
  type Outgoing,
  type OutgoingBase,
} from './outgoing.js';
import type { OnProgress, TransferProgress } from './progress.js';

export interface SendOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Called with the receiver's token before the second segment leaves: from then on there is something to go on with after a restart. */
  readonly onToken?: (token: string) => Promise<void>;
  /** Keeps what was sent, for later deltas. */
  readonly cache?: CachedBlocks;
  /** Sizes segments and chooses how hard they are compressed; without it they are as large as they may be. */
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

/** A manifest below this is sent whole: a delta package has some 650 bytes of its own. */
const deltaFromBytes = 1024;

class Sending {
  readonly #talk: Conversation;
  readonly #outgoing: Outgoing;
  readonly #coder: Coder;
  readonly #runtime: Runtime;
  readonly #options: SendOptions;
  readonly #startMs: number;
  #base: OutgoingBase | undefined;
  #resume: string;
  #outcome: Outcome | undefined;
  #wake: (() => void) | undefined;
  /** By index: bytes of blocks of segments under way. */
  readonly #flying = new Map<number, { readonly blockBytes: number; readonly packageBytes: number }>();
  #flyingBytes = 0;
  #progress: TransferProgress;
  #manifestBytes = 0;
  #packageBytes = 0;
  #segments = 0;
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
    const mayGain = whole.length >= deltaFromBytes && this.#talk.can('manifest-delta');
    if (this.#base !== undefined && mayGain) {
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
    const { manifest } = this.#outgoing;
    const segments = new OutgoingSegments(
      this.#talk,
      this.#outgoing,
      this.#base,
      needed,
      this.#coder,
      this.#runtime,
      this.#options,
    );
    this.#progress = {
      ...this.#progress,
      segments: 0,
      segmentCount: 0,
      blockBytes: 0,
      blockBytesTotal: bytesOfBlocks(manifest, needed),
    };
    this.#segments = 0;
    this.#report({ phase: 'segments' });
    try {
      let ahead = segments.next();
      for (let count = 0; ; count++) {
        throwIfCancelled(this.#options.signal);
        const encoded = await ahead;
        if (encoded instanceof Failure) throw encoded.error;
        if (encoded === undefined) break;
        ahead = segments.next();
        // Durable while the next segment is encoded.
        if (count === 1 && token !== '') await this.#options.onToken?.(token);
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

  /** False where the transfer ended meanwhile. */
  async #send({ group, targetBytes, baseRuns, packageBytes, isLate }: EncodedSegment): Promise<boolean> {
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
    this.#options.estimate?.sent(index, packageBytes.length, this.#runtime.nowMs(), isLate);
    this.#packageBytes += packageBytes.length;
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
