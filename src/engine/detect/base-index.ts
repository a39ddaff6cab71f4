/**
 * The anchor index over a base, or over ranges of it (docs/anchors.md): where the base has the places that its own bytes choose. Built in one pass, one
 * region a job, and then read by every lane to find what moved.
 *
 * Memory is bounded whatever the base's size: 9 bytes a slot. While the base is small the table has a slot for an anchor, with the higher
 * efforts two; once the largest table has fewer than one, anchors are thinned by sampling, and only what is longer is found.
 */
import { present } from '../../base/errors.js';
import type { Window } from '../../kernels/arena.js';
import { dataWindowBytes } from '../../kernels/workspace.js';
import { hashCuts, readTarget, type ScanContext } from '../fingerprint/scan.js';
import type { Region } from '../snapshot/layout.js';
import { anchorRecordWords } from './anchor-slots.js';
import { LeafRuns, type KnownLeaves } from './base-leaves.js';
import { bytesOf, rangesIn } from './base-ranges.js';

/** How anchors are chosen, on both sides alike. */
export interface AnchorChoice {
  /** Of independent bytes one place in 2^spacingBits is an anchor. */
  readonly spacingBits: number;
  /** Of the anchors one in 2^sampleBits is kept. */
  readonly sampleBits: number;
}

export interface BaseIndexPlan extends AnchorChoice {
  /** The table has 2^tableBits slots. */
  readonly tableBits: number;
}

/** A filled table. Structured-cloneable: the table itself is shared. */
export interface BaseIndex extends BaseIndexPlan {
  readonly table: SharedArrayBuffer;
}

export type IndexEffort = 'fast' | 'thorough' | 'maximum';

/**
 * At 256 MiB: a million anchors in 9 MiB, or four million in 38 MiB or 75 MiB; with the higher efforts a smaller base may have as many, and closer. In the smaller
 * table four anchors share three slots, and the whole process stays within 256 MiB. An anchor every 256 bytes rather than every 64 gave deltas 1 % larger on
 * pages of a database, since pages are read whole around an anchor (delta/candidates.ts), and 2 % on a release of sources, for a seventh less CPU; one every 512
 * bytes 8 and 19 %. With `fast` a table of two slots for an anchor instead of one gave deltas 0.7 % smaller on pages of a database, and no smaller on a release, for
 * twice the memory and its misses.
 */
const efforts = {
  fast: { spacingBitsMin: 8, spacingBitsMax: 8, anchorBits: 20, tableBitsMax: 22, slotsBits: 0 },
  thorough: { spacingBitsMin: 5, spacingBitsMax: 6, anchorBits: 22, tableBitsMax: 22, slotsBits: 1 },
  maximum: { spacingBitsMin: 5, spacingBitsMax: 6, anchorBits: 22, tableBitsMax: 23, slotsBits: 1 },
} as const;

const tableBitsMin = 8;
const sampleBitsMax = 14;

/** `indexedBytes`: how much of the base is indexed. The table needs no room for the rest. */
export function planBaseIndex(
  baseBytes: number,
  effort: IndexEffort,
  indexedBytes = baseBytes,
): BaseIndexPlan {
  const { spacingBitsMin, spacingBitsMax, anchorBits, tableBitsMax, slotsBits } = efforts[effort];
  const baseBits = Math.ceil(Math.log2(Math.max(1, baseBytes)));
  const spacingBits = Math.min(spacingBitsMax, Math.max(spacingBitsMin, baseBits - anchorBits));
  const neededBits = Math.ceil(Math.log2(Math.max(1, indexedBytes))) - spacingBits;
  return {
    spacingBits,
    tableBits: Math.min(tableBitsMax, Math.max(tableBitsMin, neededBits + slotsBits)),
    sampleBits: Math.min(sampleBitsMax, Math.max(0, neededBits - tableBitsMax)),
  };
}

/** What of one base region is indexed. Structured-cloneable. */
export interface IndexedRegion {
  readonly region: Region;
  /** Pairs (address, length) inside the region: where anchors begin. */
  readonly ranges: Float64Array;
  /** For each leaf of the region 1 where its digest is asked for. */
  readonly askedLeaves: Uint8Array;
}

/** Anchors of one base region: records of three u32 {offset in the region, hash low, hash high}, in a window, valid until the next job. */
export interface RegionAnchors {
  readonly anchors: Uint32Array;
  readonly leaves: readonly KnownLeaves[];
}

/** What is read, hashed and searched before the next piece: with what the kernels write it stays in a cache of 1 MiB. */
const pieceBytes = 256 * 1024;
/** What lies between two ranges is read with them, unless it is more: a read of its own costs as much as so many bytes. */
const skippedBytesMin = 16 * 1024;
/** Bytes behind a piece with which no anchor at its end is missed. */
const anchorReachBytes = 31;
/**
 * As in assembly/anchor-index.ts. Periodic data may have an anchor at every place: a stretch gives at most this many times what independent bytes would, so that
 * the records of a region, at a spacing of 32 some 6 MiB, fit the window of literals. Thousands of short ranges of such data have stretches of their own: what
 * lies behind the one that fills the window gives no anchors.
 */
const stretchBytes = 32 * 1024;
const crowdedMax = 4;
/** Records of one region that fit the window of literals. */
const recordsMax = Math.floor(dataWindowBytes / (4 * anchorRecordWords));

/** How many anchors ranges of a region may give: no more than they have places, bounded for each stretch, and no more than the window holds. */
export function anchorsMax({ spacingBits }: AnchorChoice, region: Region, ranges: Float64Array): number {
  const bytes = bytesOf(ranges);
  const stretches = Math.floor(bytes / stretchBytes) + ranges.length / 2 + piecesMax(region);
  return Math.min(bytes, stretches * (stretchBytes >> spacingBits) * crowdedMax, recordsMax);
}

/** Pieces that a region is read in: two in a row are longer than one may be. */
function piecesMax({ length }: Region): number {
  return 2 * Math.ceil(length / pieceBytes) + 1;
}

/**
 * Anchors of ranges of one region and digests of leaves, in one read: of whole pieces where digests are asked for, else of the ranges alone. The
 * context's layout and reader are those of the base.
 */
export function indexRegion(
  context: ScanContext,
  choice: AnchorChoice,
  indexed: IndexedRegion,
): RegionAnchors {
  return context.meter.time('detect', () => collectRegion(context, choice, indexed));
}

function collectRegion(
  context: ScanContext,
  choice: AnchorChoice,
  { region, ranges, askedLeaves }: IndexedRegion,
): RegionAnchors {
  const { layout } = context;
  const cuts = layout.leafCuts(region.firstLeaf, region.leafCount);
  const anchors = context.workspace.window('literals');
  let anchorCount = 0;
  const leaves = new LeafRuns();
  const load = (from: number, to: number): number => {
    const bytes = Math.min(to + anchorReachBytes, layout.totalBytes) - from;
    readTarget(context, from, bytes);
    return bytes;
  };
  for (let leaf = 0, start = 0; leaf < cuts.length;) {
    let next = leaf + 1;
    while (next < cuts.length && present(cuts[next], 'cut') - start <= pieceBytes) next++;
    const end = present(cuts[next - 1], 'cut');
    const [from, to] = [region.address + start, region.address + end];
    const parts = rangesIn(ranges, from, to);
    const isAsked = askedLeaves.subarray(leaf, next).includes(1);
    let held = 0;
    if (isAsked) {
      held = load(from, to);
      const ends = cuts.subarray(leaf, next).map((cut) => cut - start);
      leaves.push({
        first: region.firstLeaf + leaf,
        count: next - leaf,
        digests: hashCuts(context, 'target', ends),
      });
    }
    for (let i = 0; i < parts.length;) {
      const loaded = isAsked ? from : present(parts[i], 'range');
      const loadedTo = isAsked ? to : endOfRead(parts, i);
      if (!isAsked) held = load(loaded, loadedTo);
      let behind = i;
      while (behind < parts.length && (parts[behind] ?? 0) < loadedTo) behind += 2;
      const place = { loaded, held, offset: loaded - region.address };
      anchorCount = collect(context, choice, place, parts.subarray(i, behind), anchors, anchorCount);
      i = behind;
    }
    start = end;
    leaf = next;
  }
  return { anchors: anchors.u32(anchorCount * anchorRecordWords), leaves: leaves.finish() };
}

/** Where a read ends that begins with range `first`: behind the last range that lies close to the one before it. */
function endOfRead(ranges: Float64Array, first: number): number {
  let end = present(ranges[first], 'range') + present(ranges[first + 1], 'range');
  for (let i = first + 2; i < ranges.length; i += 2) {
    const start = present(ranges[i], 'range');
    if (start - end > skippedBytesMin) break;
    end = start + present(ranges[i + 1], 'range');
  }
  return end;
}

/** What the window `target` holds: an address, so many bytes from there on, and their offset in the region. */
interface Held {
  readonly loaded: number;
  readonly held: number;
  readonly offset: number;
}

/** Appends the anchors of ranges that are held to `count` others. Returns how many there are now. */
function collect(
  { workspace, meter }: ScanContext,
  { spacingBits, sampleBits }: AnchorChoice,
  { loaded, held, offset }: Held,
  ranges: Float64Array,
  anchors: Window,
  count: number,
): number {
  const pairs = workspace.window('pairs');
  const { words } = pairs;
  let bytes = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    const length = ranges[i + 1] ?? 0;
    words[i] = (ranges[i] ?? 0) - loaded;
    words[i + 1] = length;
    bytes += length;
  }
  meter.count('bytesSearched', bytes);
  return workspace.kernels.functions.anchorCollectEach(
    workspace.window('target').pointer,
    held,
    pairs.pointer,
    ranges.length / 2,
    spacingBits,
    sampleBits,
    offset,
    anchors.pointer,
    count,
    recordsMax,
  );
}
