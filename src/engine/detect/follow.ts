/**
 * Following: a range of the target set against the base along diagonals (base address minus target address). On its diagonal it is compared at the
 * speed of memory, block by block; where it breaks off, a sample of what comes is looked for nearby, then farther away, and in an
 * index of the whole base if there is one, and followed from there. What is found nowhere is new, or unknown where nobody has looked everywhere.
 *
 * Law: what is found depends on the ranges, the diagonal to begin with, and both contents alone.
 *
 * Costs: 30 us a break (a sample of 32 KiB against 64 KiB of base), so that 200 of them in 256 MiB do not show. A copy below
 * `copyBytesMin` is left inside its data, unless it continues the one before: every data extent is read and encoded by itself.
 */
import { present } from '../../base/errors.js';
import { leafBytes } from '../../base/limits.js';
import type { Meter } from '../../base/meter.js';
import type { Layout } from '../snapshot/layout.js';
import type { ContentReader } from '../snapshot/snapshot.js';
import type { AnchorSlots } from './anchor-slots.js';
import type { AnchorChoice } from './base-index.js';
import { BaseWindow } from './base-window.js';
import { probedBytes, pushChanged, type ChangedContext } from './changed.js';
import { ExtentList, extentKind } from './extents.js';
import { matchesNear, votedDiagonals, type BaseRange, type Match, type Sample } from './locate.js';

export interface FollowContext extends ChangedContext {
  readonly layout: Layout;
  readonly baseReader: ContentReader;
  readonly baseLayout: Layout;
  readonly meter: Meter;
}

/** Where the whole base has its anchors. */
export interface WholeBase {
  readonly slots: AnchorSlots;
  readonly choice: AnchorChoice;
}

/** A comparison of [address, address + length) on one diagonal: runs of bytes, first equal, then different. */
export interface Compared {
  readonly address: number;
  readonly length: number;
  readonly diagonal: number;
  readonly runs: Uint32Array;
}

/** Changed bytes that are equal again after so much were changed in place, whatever they look like. */
const inPlaceBytesMax = 64 * 1024;
/** More of them were changed in place when this share agrees; where less than the other does, what lies opposite is of little help. */
const inPlaceShare = 0.5;
const strangeShare = 0.25;
/** What is looked for at a break. */
const sampleBytes = 32 * 1024;
/** How far around the likely place: at every break, where that was in vain, and around a place that anchors voted for. */
const nearBytes = 16 * 1024;
const farBytes = 256 * 1024;
const votedBytes = 8 * 1024;
/** A match of this length, or of half a short sample, is a new diagonal. */
const diagonalBytesMin = 512;
const copyBytesMin = 2048;
/**
 * So many anchors in all say nothing; of more, one place must have two or more and this share, or no place is tried. Of samples that were found (moved files and
 * pages of packed sources, of a database, of images) a place had a third of the anchors and more, of lines of a log one or two of fifty.
 */
const fewVotes = 2;
const votesShare = 16;
/** Anchors that a sample shares with one place, and a quarter of all that it shares, to resemble that place. */
const resemblingVotesMin = 3;
/** Data opposite another place gets an extent of its own when the places are so far apart. */
const hintReachBytes = 4096;
/** What is passed over where a sample was found nowhere, and how often before the rest of a range is given up. */
const skipBytes = 64 * 1024;
const skipsMax = 2;
/** What is compared to see whether a range that was lost has come back. */
const probeBytes = 4096;

export class Follower {
  readonly extents = new ExtentList();
  /** Pairs (address, length) of what was found nowhere, where no index of the whole base was asked. */
  readonly unknown: number[] = [];
  unknownBytes = 0;
  /** Pairs (address, length) of changed blocks that hardly resemble what lies opposite, and are equal again behind. */
  readonly strange: number[] = [];
  strangeBytes = 0;
  /** Bytes of samples that the whole base does not have, and of those of them that share anchors with one place of it. */
  leftBytes = 0;
  resemblingBytes = 0;
  readonly window: BaseWindow;
  readonly #context: FollowContext;
  readonly #whole: WholeBase | undefined;
  readonly #onCompared: (compared: Compared) => void;
  /** Target address of the first byte of the window `target`. */
  #origin = 0;
  #opening: number | undefined;
  #home: number | undefined;
  #diagonal: number | undefined;
  /** The base entry in which the diagonal runs. */
  #bounds: BaseRange = { start: 0, end: 0 };
  #isLost = false;
  #maySearchFar = true;
  #skips = 0;
  /** Where bytes begin that were passed over and are not pushed yet; -1 when there are none. */
  #gapStart = -1;

  /** `opening`: the diagonal on which the first range begins, if not on that of what lies opposite; its first byte lies in the base. */
  constructor(
    context: FollowContext,
    whole: WholeBase | undefined,
    onCompared: (compared: Compared) => void = () => undefined,
    opening?: number,
  ) {
    this.#context = context;
    this.#whole = whole;
    this.#onCompared = onCompared;
    this.#opening = opening;
    this.window = new BaseWindow(context);
  }

  /** The window `target` now holds the target from `address` on. */
  moveTo(address: number): void {
    this.#origin = address;
  }

  /** Follows [address, address + length), which the window `target` holds, from `home` on: the diagonal of what is said to lie opposite, if any. */
  follow(address: number, length: number, home: number | undefined): void {
    const end = address + length;
    this.#enter(address, home);
    let at = address;
    if (this.#isLost && !this.#isBack(address, end)) {
      this.#gapStart = address;
      at = end;
    }
    while (at < end) {
      at = this.#compare(at, end);
      if (at >= end) break;
      const reached = this.#locate(at, end);
      if (reached !== undefined) {
        this.#skips = 0;
        at = reached;
        continue;
      }
      if (this.#gapStart < 0) this.#gapStart = at;
      if (this.#whole !== undefined) {
        this.#diagonal = undefined;
        at = Math.min(at + sampleBytes, end);
      } else {
        this.#isLost = ++this.#skips >= skipsMax;
        at = this.#isLost ? end : Math.min(at + skipBytes, end);
      }
    }
    this.#closeGap(end, undefined);
  }

  /** A range that begins an entry, or for which something else is said to lie opposite, is begun anew. */
  #enter(address: number, home: number | undefined): void {
    const { layout } = this.#context;
    const isFirst = layout.startOf(layout.entryAt(address)) === address;
    if (isFirst || (home !== undefined && home !== this.#home)) {
      this.#home = home;
      this.#diagonal = home;
      if (home !== undefined) this.#bounds = this.#entryBounds(address + home);
      this.#isLost = false;
      this.#maySearchFar = true;
      this.#skips = 0;
    }
    if (this.#opening === undefined) return;
    this.#diagonal = this.#opening;
    this.#bounds = this.#entryBounds(address + this.#opening);
    this.#opening = undefined;
  }

  #entryBounds(baseAddress: number): BaseRange {
    const { baseLayout } = this.#context;
    const entry = baseLayout.entryAt(baseAddress);
    return { start: baseLayout.startOf(entry), end: baseLayout.endOf(entry) };
  }

  /** Compares [at, end) on the diagonal and pushes what is understood. Returns where it breaks off, or `end`. */
  #compare(at: number, end: number): number {
    const diagonal = this.#diagonal;
    if (diagonal === undefined) return at;
    const reach = Math.min(end, this.#bounds.end - diagonal);
    if (at + diagonal < this.#bounds.start || reach <= at) {
      this.#diagonal = undefined;
      return at;
    }
    this.#load(at + diagonal, reach + diagonal, diagonal);
    const runs = this.#runs(at, reach, diagonal);
    const judged = this.#context.workspace.window('pairs').words;
    this.#onCompared({ address: at, length: reach - at, diagonal, runs });
    let from = at;
    for (let i = 0; i < runs.length; i++) {
      const to = from + present(runs[i], 'run');
      if (i % 2 === 0 && to > from) {
        this.#closeGap(from, diagonal);
        this.extents.push(extentKind.copy, to - from, from + diagonal);
        this.#skips = 0;
      } else if (to > from) {
        const share = present(judged[i - 1], 'agreement') / probedBytes(to - from);
        const isEqualBehind = to < reach && to - from <= inPlaceBytesMax;
        if (!isEqualBehind && share < inPlaceShare) return from;
        this.#closeGap(from, diagonal);
        const dataBytes =
          judged[i] === 0 ? this.#pushData(from, to, diagonal) : this.#push(from, to, diagonal);
        if (share < strangeShare && dataBytes > 0) {
          this.strange.push(from, to - from);
          this.strangeBytes += dataBytes;
        }
      }
      from = to;
    }
    if (reach < end) this.#diagonal = undefined;
    return reach;
  }

  /** Where both sides' leaves lie askew, whole leaves of the base are read, so that they can be hashed on the way. */
  #load(start: number, end: number, diagonal: number): void {
    if (diagonal === this.#home) {
      this.window.load(start, end);
      return;
    }
    const origin = this.#bounds.start;
    const first = origin + Math.floor((start - origin) / leafBytes) * leafBytes;
    const last = origin + Math.ceil((end - origin) / leafBytes) * leafBytes;
    this.window.load(first, Math.min(last, this.#bounds.end));
  }

  /** Runs on a diagonal, first equal, then different; the window `pairs` holds what those that differ are like (judgeRuns). */
  #runs(at: number, reach: number, diagonal: number): Uint32Array {
    const { workspace, meter, blockBytes } = this.#context;
    const runs = workspace.window('cuts');
    const { functions } = workspace.kernels;
    const base = workspace.window('base').pointer + this.window.offsetOf(at + diagonal);
    const target = workspace.window('target').pointer + at - this.#origin;
    const count = functions.compareRuns(base, target, reach - at, blockBytes, runs.pointer);
    const judged = workspace.window('pairs').pointer;
    if (count > 1) functions.judgeRuns(base, target, runs.pointer, count, blockBytes, judged);
    meter.count('bytesCompared', reach - at);
    meter.count('blocksCompared', Math.ceil((reach - at) / blockBytes));
    return runs.u32(count).slice();
  }

  /** Looks for a sample of [at, end), takes over the diagonal on which it lies, and returns where the last match on it ends; undefined if it lies nowhere. */
  #locate(at: number, end: number): number | undefined {
    const sample = { offset: at - this.#origin, address: at, length: Math.min(sampleBytes, end - at) };
    const likely = this.#diagonal ?? this.#home;
    if (likely !== undefined) {
      const near = this.#accept(sample, likely, nearBytes, this.#bounds);
      if (near !== undefined) return near;
      if (this.#whole === undefined && this.#maySearchFar) {
        const far = this.#accept(sample, likely, farBytes, this.#bounds);
        if (far !== undefined) return far;
        this.#maySearchFar = false;
      }
    }
    if (this.#whole === undefined) return undefined;
    const { totalBytes } = this.#context.baseLayout;
    const votes = votedDiagonals(this.#context, sample, this.#whole.slots, this.#whole.choice);
    const isPromising = votes.found <= fewVotes || (votes.most > 1 && votes.most * votesShare >= votes.found);
    for (const voted of isPromising ? votes.diagonals : []) {
      const opposite = Math.max(0, Math.min(at + voted, totalBytes - 1));
      const found = this.#accept(sample, voted, votedBytes, this.#entryBounds(opposite));
      if (found !== undefined) return found;
    }
    this.leftBytes += sample.length;
    const isConcentrated = votes.most >= resemblingVotesMin && votes.most * 4 >= votes.found;
    if (isConcentrated) this.resemblingBytes += sample.length;
    return undefined;
  }

  #accept(sample: Sample, diagonal: number, slack: number, bounds: BaseRange): number | undefined {
    const start = Math.max(bounds.start, sample.address + diagonal - slack);
    const end = Math.min(bounds.end, sample.address + diagonal + sample.length + slack);
    if (end <= start) return undefined;
    const matches = matchesNear(this.#context, sample, { start, end }, diagonal);
    const longest = matches.reduce((longestYet, { length }) => Math.max(longestYet, length), 0);
    if (longest < Math.min(diagonalBytesMin, Math.max(1, sample.length / 2))) return undefined;
    const last = matches.findLastIndex(({ length }) => length >= Math.min(diagonalBytesMin, longest));
    this.#bounds = bounds;
    return this.#take(sample.address, matches.slice(0, last + 1));
  }

  /** Pushes what matches say of the target from `at` on, and follows the last one. */
  #take(at: number, matches: readonly Match[]): number {
    let pushed = at;
    let hint = this.#gapStart < 0 ? this.#diagonal : undefined;
    for (const { address, length, baseAddress } of matches) {
      const diagonal = baseAddress - address;
      if (this.#gapStart >= 0) {
        pushed = address;
        this.#closeGap(address, diagonal);
      }
      const continues = address === pushed && hint === diagonal;
      if (length >= copyBytesMin || continues) {
        this.#push(pushed, address, hint ?? diagonal);
        this.extents.push(extentKind.copy, length, baseAddress);
        pushed = address + length;
        hint = diagonal;
      } else if (hint === undefined || Math.abs(diagonal - hint) > hintReachBytes) {
        this.#push(pushed, address, hint ?? diagonal);
        pushed = address;
        hint = diagonal;
      }
      this.#diagonal = diagonal;
    }
    const last = present(matches[matches.length - 1], 'match');
    this.#push(pushed, last.address + last.length, hint);
    return last.address + last.length;
  }

  /** Pushes the bytes passed over, up to `end`, where following goes on along `diagonal`: what of them already lies on it is a copy. */
  #closeGap(end: number, diagonal: number | undefined): void {
    if (this.#gapStart < 0) return;
    const start = this.#gapStart;
    this.#gapStart = -1;
    const equal = diagonal === undefined ? 0 : this.#equalBefore(start, end, diagonal);
    const dataBytes = this.#push(start, end - equal, diagonal ?? this.#home);
    if (this.#whole === undefined && dataBytes >= this.#context.blockBytes) {
      this.unknown.push(start, end - equal - start);
      this.unknownBytes += dataBytes;
    }
    if (diagonal !== undefined && equal > 0)
      this.extents.push(extentKind.copy, equal, end - equal + diagonal);
  }

  /** How many of the last bytes of [start, end) agree with the base on a diagonal. */
  #equalBefore(start: number, end: number, diagonal: number): number {
    const { workspace } = this.#context;
    const first = Math.max(start, this.#bounds.start - diagonal);
    if (first >= end) return 0;
    const target = workspace.window('target').u8(first - this.#origin, end - first);
    const base = this.#read(first + diagonal, end - first);
    let at = target.length;
    while (at > 0 && target[at - 1] === base[at - 1]) at--;
    return target.length - at;
  }

  /** Pushes changed bytes opposite a diagonal. Returns those that are data. */
  #push(from: number, to: number, diagonal: number | undefined): number {
    const hint = this.#hint(from, diagonal);
    return pushChanged(this.#context, this.extents, from - this.#origin, to - from, hint);
  }

  /** Pushes changed bytes none of whose blocks are zeros. Returns how many they are. */
  #pushData(from: number, to: number, diagonal: number): number {
    this.extents.push(extentKind.data, to - from, this.#hint(from, diagonal));
    return to - from;
  }

  #hint(from: number, diagonal: number | undefined): number {
    const opposite = diagonal === undefined ? -1 : from + diagonal;
    return opposite < this.#context.baseLayout.totalBytes ? Math.max(-1, opposite) : -1;
  }

  /** Whether a range that was lost lies opposite again, by two samples. */
  #isBack(address: number, end: number): boolean {
    for (const diagonal of new Set([this.#diagonal, this.#home])) {
      if (diagonal === undefined) continue;
      for (const at of [address, Math.floor((address + end) / 2)]) {
        if (!this.#isEqual(at, Math.min(probeBytes, end - at), diagonal)) continue;
        this.#diagonal = diagonal;
        this.#isLost = false;
        this.#skips = 0;
        return true;
      }
    }
    return false;
  }

  #isEqual(address: number, length: number, diagonal: number): boolean {
    const start = address + diagonal;
    if (start < this.#bounds.start || start + length > this.#bounds.end) return false;
    const target = this.#context.workspace.window('target').u8(address - this.#origin, length);
    return Buffer.compare(target, this.#read(start, length)) === 0;
  }

  /** Base bytes beside those that are compared: a view that lasts until the next look elsewhere. */
  #read(address: number, length: number): Uint8Array {
    const { workspace, meter, baseReader } = this.#context;
    const view = workspace.window('differences').u8(0, length);
    meter.time('read', () => baseReader.read(address, view));
    meter.count('bytesRead', length);
    return view;
  }
}
