/**
 * What goes out in a transfer: the version and what the receiver has of it, and the segments of its needed blocks, encoded one after the other. Each is as large as suits the
 * link when it is begun.
 *
 * Law: a promise of a segment never rejects: it may be left behind.
 */
import { DataError } from '../../base/errors.js';
import type { Runtime } from '../../base/runtime.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import type { BlockReader, CachedBlocks } from '../coding/block-reader.js';
import type { Coder } from '../coding/coder.js';
import { Grouping, type Group } from '../coding/grouping.js';
import { Opposite, baseShareMax, positionsOf, runsOfPositions, type BaseRuns } from '../coding/opposite.js';
import type { Dot, Version } from '../versions/version.js';
import type { Conversation } from './conversation.js';
import { isPromised, type First } from './first.js';
import type { LinkEstimate } from './link-estimate.js';

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

export interface EncodedSegment {
  readonly group: Group;
  readonly targetBytes: number;
  readonly baseRuns: BaseRuns;
  readonly packageBytes: Uint8Array;
  /** Whether the link had to wait for it. */
  readonly isLate: boolean;
}

export class Failure {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

/** Blocks may be so many times their packages when the next segment is sized: what compressed well so far may be followed by what does not. */
const shareMax = 8;

/** Of the time between two segments, for encoding: with more the link is not what holds the transfer back. */
const lateShare = 0.7;

export class OutgoingSegments {
  readonly #outgoing: Outgoing;
  readonly #base: OutgoingBase | undefined;
  readonly #opposite: Opposite | undefined;
  readonly #needed: Int32Array;
  readonly #grouping: Grouping;
  readonly #segmentBytesMax: number;
  readonly #coder: Coder;
  readonly #runtime: Runtime;
  readonly #cache: CachedBlocks | undefined;
  readonly #estimate: LinkEstimate | undefined;
  /** Of all segments so far: how well they compress. */
  #blockBytes = 0;
  #packageBytes = 0;
  /** When the segment before was begun. */
  #begunMs: number | undefined;

  /** `needed`: positions of the blocks to send. */
  constructor(
    talk: Pick<Conversation, 'can' | 'terms'>,
    outgoing: Outgoing,
    base: OutgoingBase | undefined,
    needed: Int32Array,
    coder: Coder,
    runtime: Runtime,
    { cache, estimate }: { readonly cache?: CachedBlocks; readonly estimate?: LinkEstimate },
  ) {
    const { manifest, first } = outgoing;
    this.#outgoing = outgoing;
    this.#base = base;
    this.#opposite =
      base !== undefined && talk.can('delta') ? new Opposite(base.manifest, manifest) : undefined;
    this.#needed = needed;
    this.#grouping = new Grouping(
      manifest,
      needed,
      talk.can('progressive') ? isPromised(manifest, first) : undefined,
    );
    this.#segmentBytesMax = talk.terms.segmentBytesMax;
    this.#coder = coder;
    this.#runtime = runtime;
    this.#cache = cache;
    this.#estimate = estimate;
  }

  /** Undefined after the last one. To be called when the one before is ready. */
  async next(): Promise<EncodedSegment | Failure | undefined> {
    try {
      const group = this.#grouping.next(this.#groupBytes());
      return group === undefined ? undefined : await this.#encode(group);
    } catch (error) {
      return new Failure(error);
    }
  }

  /** Bytes of blocks for the next segment: as much as makes a package of the size that suits the link. */
  #groupBytes(): number {
    if (this.#estimate === undefined) return this.#segmentBytesMax;
    const share = Math.min(shareMax, Math.max(1, this.#blockBytes / Math.max(1, this.#packageBytes)));
    return Math.min(this.#segmentBytesMax, Math.round(this.#estimate.pieceBytes * share));
  }

  async #encode(group: Group): Promise<EncodedSegment> {
    const { manifest, content } = this.#outgoing;
    const startMs = this.#runtime.nowMs();
    const positions = this.#needed.subarray(group.first, group.first + group.count);
    const target = await content.read(manifest, positions);
    if (target === undefined) {
      throw new DataError('a block of the version to be sent is missing or damaged here', {
        hint: 'scrub the repository',
      });
    }
    const { baseRuns, bytes } = await this.#baseOf(positions, target.length);
    const level = this.#estimate?.level;
    const packageBytes = await this.#coder.encode(bytes, target, level === undefined ? {} : { level });
    this.#cache?.keep(manifest, positions, target);
    this.#blockBytes += target.length;
    this.#packageBytes += packageBytes.length;
    const isLate = this.#isLate(startMs);
    return { group, targetBytes: target.length, baseRuns, packageBytes, isLate };
  }

  /** Whether it was made most of the time since the one before was begun: then the link waited for it, or would have. */
  #isLate(startMs: number): boolean {
    const nowMs = this.#runtime.nowMs();
    const begunMs = this.#begunMs;
    this.#begunMs = startMs;
    return begunMs !== undefined && nowMs - startMs > lateShare * (startMs - begunMs);
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
}
