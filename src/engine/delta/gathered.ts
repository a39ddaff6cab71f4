/**
 * The second look at new data, with an index of the base at hand: where the encoding against the opposite bytes leaves long literals, base pieces
 * that resemble them (candidates.ts) are gathered beside the opposite bytes into one window, and the kernel encodes that stretch once more.
 *
 * Work is bounded: a stretch is at most 64 KiB, what is read for it at most four times what is unknown of it and 16 KiB, and where encodings
 * in vain follow each other ever more stretches are passed over, up to 31. The result depends on the segment and the index alone.
 */
import { present } from '../../base/errors.js';
import type { Meter } from '../../base/meter.js';
import { deltaKind } from '../../kernels/abi.js';
import type { Window } from '../../kernels/arena.js';
import { gatheredRecordsMax, gatheredWindowBytes, type Workspace } from '../../kernels/workspace.js';
import type { BaseIndex } from '../detect/base-index.js';
import type { Layout } from '../snapshot/layout.js';
import type { ContentReader } from '../snapshot/snapshot.js';
import { WindowMap, mergeRanges, type BaseRange } from './base-window.js';
import { CandidateFinder, searchedBytesMin, unknownBytesOf, type Stretch } from './candidates.js';
import { tableBits } from './table-bits.js';

/** Records of target window bytes [offset, offset + targetBytes) against a base window. */
export interface Encoding {
  readonly records: Window;
  readonly count: number;
  readonly offset: number;
  /** Where in memory the base window begins. */
  readonly base: number;
  readonly map: WindowMap;
  readonly targetBytes: number;
}

/** Takes what was encoded, in the order of the target. */
export interface EncodingSink {
  put(encoding: Encoding, first: number, count: number, offset?: number): void;
  putLiteral(offset: number, length: number): void;
}

/** Base bytes at hand, where in memory they lie, and the base address that would lie opposite target window offset 0. */
export interface Opposite {
  readonly range: BaseRange;
  readonly base: number;
  readonly address: number;
}

/** How long a stretch may be, and what lies between two of its literals. */
const stretchBytesMax = 64 * 1024;
const stretchGapBytesMax = 2048;
/** As in encode.ts. Addresses far away cost more, and text that is found in pieces of a line compresses better as it is. */
const contextMatchBytesMin = 96;
/** Opposite bytes on either side of a stretch. */
const slackBytes = 4096;
const gatheredBytesMin = 16 * 1024;
const gatheredFactorMax = 4;
/** What an operation costs, in literal bytes that compress by half. */
const operationCost = 8;
/** A second encoding has to save this much. */
const savedMin = 16;
const passedOverMax = 31;
/** Of deltaEncode. */
const recordBytes = 12;
/**
 * Unknown bytes of a stretch below which it is left alone where literals get no context, since there time counts for more than bytes: on pages of a database a
 * third of the encodings that would follow saved a fiftieth of what all saved.
 */
const unknownBytesMin = 512;

export interface GatheredContext {
  readonly workspace: Workspace;
  /** Whether literals will be compressed beside their context (context.ts). */
  readonly inContext: boolean;
  readonly meter: Meter;
}

export class GatheredEncoder {
  readonly #workspace: Workspace;
  readonly #meter: Meter;
  readonly #inContext: boolean;
  readonly #reader: ContentReader;
  readonly #finder: CandidateFinder;
  /** Encodings in vain since the last that saved something, and stretches still to be passed over. */
  #failures = 0;
  #passing = 0;

  constructor(
    context: GatheredContext,
    base: { readonly reader: ContentReader; readonly layout: Layout },
    index: BaseIndex,
  ) {
    this.#workspace = context.workspace;
    this.#meter = context.meter;
    this.#inContext = context.inContext;
    this.#reader = base.reader;
    this.#finder = new CandidateFinder(index, context.workspace, base.layout.totalBytes);
  }

  /** Whether the next stretch is passed over, whatever the index knows. */
  get isPassing(): boolean {
    return this.#passing > 0;
  }

  /** Sets marks of steps of whose long literals the index knows any anchor. */
  markKnown(steps: Window, stepCount: number, marks: Uint8Array): void {
    this.#finder.markKnown(steps, stepCount, marks);
  }

  /** Hands on an encoding's records, those of long literals replaced where that saves. */
  improve(encoding: Encoding, opposite: Opposite, sink: EncodingSink): void {
    const { words } = encoding.records;
    let kept = 0;
    let keptAt = encoding.offset;
    let at = encoding.offset;
    const keep = (end: number): void => {
      if (end > kept) sink.put(encoding, kept, end - kept, keptAt);
    };
    for (let i = 0; i < encoding.count;) {
      const length = present(words[i * 3 + 1], 'length');
      if (words[i * 3] !== deltaKind.literal || length < searchedBytesMin) {
        at += length;
        i++;
        continue;
      }
      if (length > stretchBytesMax) {
        keep(i);
        this.encodeUnknown(at, length, opposite, sink);
        i++;
        at += length;
        kept = i;
        keptAt = at;
        continue;
      }
      const { stretch, next } = stretchFrom(encoding, i, at);
      const better = this.#encode(stretch, opposite, costOf(words, i, next));
      if (better !== undefined) {
        keep(i);
        sink.put(better, 0, better.count);
        kept = next;
        keptAt = stretch.end;
      }
      i = next;
      at = stretch.end;
    }
    keep(encoding.count);
  }

  /** Target window bytes of which nothing is known yet. */
  encodeUnknown(offset: number, length: number, opposite: Opposite | undefined, sink: EncodingSink): void {
    for (let done = 0; done < length; done += stretchBytesMax) {
      const start = offset + done;
      const end = offset + Math.min(length, done + stretchBytesMax);
      const better = this.#encode({ start, end, runs: [[start, end]] }, opposite, end - start);
      if (better === undefined) sink.putLiteral(start, end - start);
      else sink.put(better, 0, better.count);
    }
  }

  /** Encodes a stretch against a gathered window; undefined where nothing is found, or not enough for its present cost. */
  #encode(stretch: Stretch, opposite: Opposite | undefined, cost: number): Encoding | undefined {
    if (!this.#inContext && unknownBytesOf(stretch.runs) < unknownBytesMin) return undefined;
    if (this.#passing > 0) {
      this.#passing--;
      return undefined;
    }
    const encoding = this.#tryOn(stretch, opposite);
    if (encoding === undefined) return undefined;
    const saved = cost - costOf(encoding.records.words, 0, encoding.count);
    if (saved >= savedMin) {
      this.#failures = 0;
      return encoding;
    }
    this.#failures++;
    this.#passing = Math.min(passedOverMax, this.#failures >> 3);
    return undefined;
  }

  #tryOn(stretch: Stretch, opposite: Opposite | undefined): Encoding | undefined {
    const { start, end, runs } = stretch;
    const found = this.#finder.find(stretch, gatheredBytesMin + gatheredFactorMax * unknownBytesOf(runs));
    return found.length === 0 ? undefined : this.#encodeBeside(found, start, end, opposite);
  }

  /** Encodes target window bytes [start, end) against base ranges and the opposite bytes around them, where these fit the window. */
  #encodeBeside(
    found: readonly BaseRange[],
    start: number,
    end: number,
    opposite: Opposite | undefined,
  ): Encoding | undefined {
    const near = opposite === undefined ? [] : [nearRange(opposite, start, end)];
    const ranges = mergeRanges([...found, ...near]);
    const map = new WindowMap(ranges);
    if (map.length > gatheredWindowBytes) return undefined;
    this.#gather(map, opposite);
    const best = present(found[0], 'range').start;
    const opposed = map.offsetAt(opposite === undefined ? best : opposite.address + start);
    return this.#encodeWindow(map, start, end - start, opposed);
  }

  /** Fills the window: from the opposite bytes at hand, else from the base. */
  #gather(map: WindowMap, opposite: Opposite | undefined): void {
    const window = this.#workspace.window('gathered');
    const at = opposite?.range ?? { start: 0, end: 0 };
    const opposed = this.#workspace.window('base');
    const offset = opposite === undefined ? 0 : opposite.base - opposed.pointer;
    map.ranges.forEach(({ start, end }, i) => {
      const into = map.offsetOf(i);
      const from = Math.min(end, Math.max(start, at.start));
      const to = Math.max(from, Math.min(end, at.end));
      if (from > start) this.#read(start, window.u8(into, from - start));
      if (to > from)
        window.u8(into + from - start, to - from).set(opposed.u8(offset + from - at.start, to - from));
      if (end > to) this.#read(to, window.u8(into + to - start, end - to));
    });
  }

  #read(address: number, into: Uint8Array): void {
    this.#meter.time('read', () => this.#reader.read(address, into));
    this.#meter.count('bytesRead', into.length);
  }

  #encodeWindow(map: WindowMap, offset: number, targetBytes: number, diagonal: number): Encoding {
    const base = this.#workspace.window('gathered');
    const records = this.#workspace.window('gatheredRecords');
    const table = this.#workspace.window('table');
    this.#meter.count('bytesDeltaEncoded', targetBytes);
    const count = this.#workspace.kernels.functions.deltaEncode(
      base.pointer,
      map.length,
      this.#workspace.window('target').pointer + offset,
      targetBytes,
      diagonal,
      table.pointer,
      tableBits(map.length),
      records.pointer,
      gatheredRecordsMax,
      this.#inContext ? contextMatchBytesMin : 0,
    );
    return { records, count, base: base.pointer, map, offset, targetBytes };
  }
}

/** The stretch that begins with the long literal of record `first` at `start`, and the record behind it. */
function stretchFrom(
  { records, count }: Encoding,
  first: number,
  start: number,
): { readonly stretch: Stretch; readonly next: number } {
  const { words } = records;
  const runs: (readonly [number, number])[] = [];
  let at = start;
  let end = start;
  let next = first;
  for (let i = first; i < count; i++) {
    const length = present(words[i * 3 + 1], 'length');
    if (words[i * 3] === deltaKind.literal && length >= searchedBytesMin) {
      if (at + length - start > stretchBytesMax) break;
      runs.push([at, at + length]);
      end = at + length;
      next = i + 1;
    }
    at += length;
    if (at - end > stretchGapBytesMax) break;
  }
  const own = { pointer: records.pointer + first * recordBytes, count: next - first };
  return { stretch: { start, end, runs, records: own }, next };
}

/** The opposite bytes of a stretch that are at hand. */
function nearRange({ range, address }: Opposite, start: number, end: number): BaseRange {
  const from = Math.min(range.end, Math.max(range.start, address + start - slackBytes));
  return { start: from, end: Math.max(from, Math.min(range.end, address + end + slackBytes)) };
}

function costOf(words: Uint32Array, first: number, end: number): number {
  let cost = 0;
  for (let i = first; i < end; i++) {
    const kind = words[i * 3];
    const length = present(words[i * 3 + 1], 'length');
    if (kind === deltaKind.literal) cost += length;
    else cost += operationCost + (kind === deltaKind.add ? length >> 2 : 0);
  }
  return cost;
}
