/**
 * Detection by comparison: both snapshots at hand, each target region is compared in place with the base bytes that lie opposite, piece by piece.
 * Costs one read of each and one hash of the target; where the bytes agree, the base's leaf digests are the target's, and where they
 * do not they are made while the bytes are in the cache.
 */
import { present } from '../../base/errors.js';
import { leafBytes } from '../../base/limits.js';
import { ByteVector } from '../../base/vector.js';
import type { Layout, Region } from '../snapshot/layout.js';
import type { ContentReader } from '../snapshot/snapshot.js';
import { hashCuts, type ScanContext } from '../fingerprint/scan.js';
import { spansOf, type Alignment, type Span } from './alignment.js';
import { LeafRuns, changedLeaves, wholeLeaves, type KnownLeaves } from './base-leaves.js';
import { pushChanged } from './changed.js';
import { ExtentList, extentKind, type ExtentColumns } from './extents.js';
import { piecesOf, readPiece, type Piece } from './pieces.js';

/** What base leaves are learned with. */
export interface LeafContext extends ScanContext {
  readonly baseLayout: Layout;
}

export interface CompareContext extends LeafContext {
  readonly baseReader: ContentReader;
  /** Covers at least the region at work. */
  readonly alignment: Alignment;
  readonly blockBytes: number;
}

export interface RegionComparison {
  readonly extents: ExtentColumns;
  readonly leafDigests: Uint8Array;
  readonly baseLeaves: readonly KnownLeaves[];
}

/** A piece whose bytes are in the window `target`, from its beginning, and the digests of its leaves. */
export interface PieceState {
  readonly piece: Piece;
  readonly leafDigests: Uint8Array;
}

export function compareRegion(context: CompareContext, region: Region): RegionComparison {
  return context.meter.time('detect', () => compare(context, region));
}

function compare(context: CompareContext, region: Region): RegionComparison {
  const extents = new ExtentList();
  const leafDigests = new ByteVector();
  const baseLeaves = new LeafRuns();
  for (const piece of piecesOf(context.layout, region)) {
    const state = { piece, leafDigests: readPiece(context, piece) };
    leafDigests.append(state.leafDigests);
    for (const span of spansOf(context.alignment, piece.address, piece.length)) {
      if (span.baseAddress < 0) {
        pushChanged(context, extents, span.address - piece.address, span.length, -1);
        continue;
      }
      const runs = compareSpan(context, piece, span);
      pushRuns(context, extents, piece, span, runs);
      learnBaseLeaves(context, state, span, runs, baseLeaves);
    }
  }
  return { extents: extents.finish(), leafDigests: leafDigests.view(), baseLeaves: baseLeaves.finish() };
}

/** Reads what lies opposite a span into the window `base` and compares: runs of bytes, first equal, then different. The returned array is a copy. */
function compareSpan(context: CompareContext, piece: Piece, span: Span): Uint32Array {
  const { workspace, meter, blockBytes, baseReader } = context;
  const base = workspace.window('base');
  const runs = workspace.window('cuts');
  const target = workspace.window('target').pointer + (span.address - piece.address);
  const { functions } = workspace.kernels;
  meter.time('read', () => baseReader.read(span.baseAddress, base.u8(0, span.length)));
  const count = functions.compareRuns(base.pointer, target, span.length, blockBytes, runs.pointer);
  meter.count('bytesRead', span.length);
  meter.count('bytesCompared', span.length);
  meter.count('blocksCompared', Math.ceil(span.length / blockBytes));
  return runs.u32(count).slice();
}

/** Equal runs are copies; the others are changed bytes opposite the base's. */
function pushRuns(
  context: CompareContext,
  extents: ExtentList,
  piece: Piece,
  span: Span,
  runs: Uint32Array,
): void {
  let at = 0;
  for (let i = 0; i < runs.length; i++) {
    const length = present(runs[i], 'run');
    const opposite = span.baseAddress + at;
    if (i % 2 === 0) extents.push(extentKind.copy, length, opposite);
    else pushChanged(context, extents, span.address + at - piece.address, length, opposite);
    at += length;
  }
}

/**
 * Digests of the base leaves that lie wholly opposite a span, whose base bytes lie at `windowOffset` of the window `base`: those of target leaves that begin and end at the
 * same places and in which nothing changed, else hashed.
 */
export function learnBaseLeaves(
  context: LeafContext,
  { piece, leafDigests }: PieceState,
  span: Span,
  runs: Uint32Array,
  baseLeaves: LeafRuns,
  windowOffset = 0,
): void {
  const { layout, baseLayout, fingerprint } = context;
  const { first, count } = wholeLeaves(baseLayout, span.baseAddress, span.length);
  if (count === 0) return;
  const width = fingerprint.digestBytes;
  const digests = new Uint8Array(count * width);
  const skipped = baseLayout.leafAddress(first) - span.baseAddress;
  const opposite = wholeLeaves(layout, span.address, span.length);
  const isSameGrid = skipped === 0 && layout.leafAddress(opposite.first) === span.address;
  // Only the last leaf can be of different length in base and target.
  const sameCount = !isSameGrid
    ? 0
    : layout.leafAddress(opposite.first + count) - span.address ===
        baseLayout.leafAddress(first + count) - span.baseAddress
      ? count
      : count - 1;
  const changed = changedLeaves(runs, Math.ceil(span.length / leafBytes));
  for (let leaf = 0; leaf < count;) {
    const isKnown = leaf < sameCount && changed[leaf] === 0;
    let end = leaf + 1;
    while (end < count && (end < sameCount && changed[end] === 0) === isKnown) end++;
    if (isKnown) {
      const from = (opposite.first - piece.firstLeaf + leaf) * width;
      digests.set(leafDigests.subarray(from, from + (end - leaf) * width), leaf * width);
    } else {
      const cuts = baseLayout.leafCuts(first + leaf, end - leaf);
      const offset = windowOffset + baseLayout.leafAddress(first + leaf) - span.baseAddress;
      digests.set(hashCuts(context, 'base', cuts, offset), leaf * width);
    }
    leaf = end;
  }
  baseLeaves.push({ first, count, digests });
}
