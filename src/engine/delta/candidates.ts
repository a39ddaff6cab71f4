/**
 * Places of the base that resemble a piece of target: the anchors of what is not yet known of the piece are looked up in the base's index, and
 * places to which several of them point are worth reading. Unverified: the delta kernel then compares bytes.
 *
 * Anchors of one passage agree on how far it moved, those of similar records of one page nearly so. So hits are grouped by displacement, not by address: a
 * common phrase, of which the index knows one place, is hit from everywhere, and those hits scatter.
 */
import { present } from '../../base/errors.js';
import type { Window } from '../../kernels/arena.js';
import { gatheredRecordsMax, type Workspace } from '../../kernels/workspace.js';
import { AnchorSlots, anchorRecordWords } from '../detect/anchor-slots.js';
import type { BaseIndex } from '../detect/base-index.js';
import { lengthOf, mergeRanges, type BaseRange } from './base-window.js';

/** Runs of literals that are worth a search: an anchor has 32 bytes, and a match elsewhere costs an address. */
export const searchedBytesMin = 48;

/** Base pages are read whole: what resembles one record of a page often resembles its neighbours. */
const pageBytes = 4096;
/** How far from an anchor its passage is read beyond the page that holds it. */
const passageBytesMax = 4096;
/** Hits whose displacements differ by no more belong to one place. */
const togetherBytes = 4096;
/** One hit is evidence enough for a short run; longer passages that moved have more. */
const singleHitBytesMax = 1024;
/** Places for a piece: so many, and one more for each of these bytes. */
const placesMin = 2;
const bytesForPlace = 2048;
/** Periodic data may have an anchor at every place; more than this many times what independent bytes have are not looked up. */
const crowdedMax = 8;

/** Unknown bytes of a target window, by offsets. */
type Run = readonly [start: number, end: number];

/** A stretch of a target window: long literals, and what little lies between them. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  /** Of the literals, ascending. */
  readonly runs: readonly Run[];
  /** Where the records lie that the literals are among; without them all of the stretch is one run. */
  readonly records?: { readonly pointer: number; readonly count: number };
}

/** How many bytes the runs have in all. */
export function unknownBytesOf(runs: readonly Run[]): number {
  let bytes = 0;
  for (const [start, end] of runs) bytes += end - start;
  return bytes;
}

const nothing: readonly BaseRange[] = [];

interface Hit {
  /** Offset in the target window. */
  readonly at: number;
  readonly address: number;
  /** Address less offset. */
  readonly displacement: number;
  readonly run: Run;
}

export class CandidateFinder {
  readonly #index: BaseIndex;
  readonly #slots: AnchorSlots;
  readonly #workspace: Workspace;
  readonly #baseBytes: number;
  /** Of anchors that were looked up last. */
  #addresses = new Float64Array(64);

  constructor(index: BaseIndex, workspace: Workspace, baseBytes: number) {
    this.#index = index;
    this.#slots = new AnchorSlots(index.table, index.tableBits);
    this.#workspace = workspace;
    this.#baseBytes = baseBytes;
  }

  /**
   * Sets marks of steps that were encoded and whose long literals have an anchor that the index knows. Where it knows none, as in seven of eight changes of a
   * database's pages, nothing can be found for them.
   */
  markKnown(steps: Window, stepCount: number, marks: Uint8Array): void {
    const { spacingBits, sampleBits } = this.#index;
    const anchors = this.#workspace.window('gatheredRecords');
    const found = this.#workspace.kernels.functions.deltaAnchorsEach(
      steps.pointer,
      stepCount,
      searchedBytesMin,
      spacingBits,
      sampleBits,
      anchors.pointer,
      gatheredRecordsMax,
    );
    const { words } = anchors;
    const addresses = this.#find(words, found);
    for (let i = 0; i < found; i++) {
      if ((addresses[i] ?? -1) >= 0) marks[words[i * anchorRecordWords] ?? 0] = 1;
    }
    // Of steps behind the last anchor that had room nothing is known.
    if (found === gatheredRecordsMax) marks.fill(1, words[(found - 1) * anchorRecordWords]);
  }

  /** Base ranges that resemble the runs of a stretch, of at most `bytesMax` in all, ascending and apart. */
  find(stretch: Stretch, bytesMax: number): readonly BaseRange[] {
    const hits = this.#hits(stretch);
    return hits.length === 0
      ? nothing
      : this.#promising(placesOf(hits), unknownBytesOf(stretch.runs), bytesMax);
  }

  /** The places with most hits, of equal ones that of the lowest displacement first, as long as they fit. Loops, since V8 takes long to optimise chains of array methods. */
  #promising(places: Hit[][], unknownBytes: number, bytesMax: number): BaseRange[] {
    const ranges: BaseRange[] = [];
    let bytes = 0;
    for (let left = placesMin + Math.floor(unknownBytes / bytesForPlace); left > 0; left--) {
      const hits = takeBest(places);
      if (hits === undefined) break;
      const place: BaseRange[] = [];
      for (const hit of hits) place.push(this.#around(hit));
      const merged = mergeRanges(place);
      bytes += lengthOf(merged);
      if (bytes > bytesMax) break;
      for (const range of merged) ranges.push(range);
    }
    return mergeRanges(ranges);
  }

  #hits(stretch: Stretch): Hit[] {
    const { runs, start } = stretch;
    const { spacingBits } = this.#index;
    const count = this.#collect(stretch);
    const { words } = this.#workspace.window('gatheredRecords');
    const addresses = this.#find(words, count);
    const hits: Hit[] = [];
    let next = 0;
    let run: Run = [start, start];
    let room = 0;
    for (let i = 0; i < count; i++) {
      const at = start + (words[i * anchorRecordWords] ?? 0);
      while (at >= run[1]) {
        run = present(runs[next++], 'run');
        room = crowdedMax * (1 + ((run[1] - run[0]) >> spacingBits));
      }
      const address = addresses[i] ?? -1;
      if (room-- > 0 && address >= 0) hits.push({ at, address, displacement: address - at, run });
    }
    return hits;
  }

  #find(records: Uint32Array, count: number): Float64Array {
    if (this.#addresses.length < count) this.#addresses = new Float64Array(2 * count);
    this.#slots.find(records, count, this.#addresses);
    return this.#addresses;
  }

  /** Writes the anchors of a stretch's runs to `gatheredRecords`, offsets from its start, and returns how many. */
  #collect({ start, runs, records }: Stretch): number {
    const { spacingBits, sampleBits } = this.#index;
    const { functions } = this.#workspace.kernels;
    const data = this.#workspace.window('target').pointer + start;
    const out = this.#workspace.window('gatheredRecords').pointer;
    if (records !== undefined) {
      const { pointer, count } = records;
      return functions.deltaAnchors(
        data,
        pointer,
        count,
        searchedBytesMin,
        spacingBits,
        sampleBits,
        out,
        gatheredRecordsMax,
      );
    }
    const length = unknownBytesOf(runs);
    return functions.anchorCollect(data, length, length, spacingBits, sampleBits, out, gatheredRecordsMax);
  }

  /** The page of a hit and, beyond it, what its run would cover if all of it had moved together. */
  #around({ at, address, run: [start, end] }: Hit): BaseRange {
    const page = Math.floor(address / pageBytes) * pageBytes;
    const before = Math.min(at - start, passageBytesMax);
    const behind = Math.min(end - at, passageBytesMax);
    return {
      start: Math.max(0, Math.min(page, address - before)),
      end: Math.min(this.#baseBytes, Math.max(page + pageBytes, address + behind)),
    };
  }
}

/** Hits whose displacements lie together, by ascending displacement. */
function placesOf(hits: Hit[]): Hit[][] {
  hits.sort((a, b) => a.displacement - b.displacement || a.at - b.at);
  const places: Hit[][] = [];
  let first = -Infinity;
  for (const hit of hits) {
    const place = places[places.length - 1];
    if (place !== undefined && hit.displacement - first <= togetherBytes) place.push(hit);
    else {
      places.push([hit]);
      first = hit.displacement;
    }
  }
  return places;
}

/** Takes the place of most hits out of the list, the first of equal ones; undefined where one hit is too little evidence for all that are left. */
function takeBest(places: Hit[][]): Hit[] | undefined {
  let best = -1;
  let most = 0;
  for (let i = 0; i < places.length; i++) {
    const hits = present(places[i], 'place');
    if (hits.length <= most || (hits.length === 1 && !isShort(present(hits[0], 'hit')))) continue;
    best = i;
    most = hits.length;
  }
  return best < 0 ? undefined : places.splice(best, 1)[0];
}

function isShort({ run: [start, end] }: Hit): boolean {
  return end - start <= singleHitBytesMax;
}
