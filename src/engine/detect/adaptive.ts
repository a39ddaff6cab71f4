/**
 * The two jobs of adaptive detection. First every target region is followed from what lies opposite, in place or shifted (follow.ts), and its leaves
 * are hashed on the way. Then, where enough was found nowhere, these ranges are searched again with an index of the whole base.
 */
import { ByteVector } from '../../base/vector.js';
import { present } from '../../base/errors.js';
import { hashCuts, readTarget, type ScanContext } from '../fingerprint/scan.js';
import type { Region } from '../snapshot/layout.js';
import { spansOf } from './alignment.js';
import { LeafRuns, wholeLeaves, type KnownLeaves } from './base-leaves.js';
import { learnBaseLeaves, type CompareContext, type PieceState } from './compare.js';
import type { ExtentColumns } from './extents.js';
import { Follower, type Compared, type FollowContext, type WholeBase } from './follow.js';
import { pieceBytes, piecesOf, readPiece } from './pieces.js';

/** What is known of a region without an index. */
export interface RegionFollowed {
  readonly extents: ExtentColumns;
  readonly leafDigests: Uint8Array;
  readonly baseLeaves: readonly KnownLeaves[];
  /** Pairs (target address, length) of what was found nowhere; in `extents` they are data and zeros. */
  readonly unknown: Float64Array;
  readonly unknownBytes: number;
  /** Likewise of what was changed in place and hardly resembles what lies opposite. */
  readonly strange: Float64Array;
  readonly strangeBytes: number;
}

/** What an index of the whole base says of unknown ranges. */
export interface RangesRelocated {
  readonly extents: ExtentColumns;
  /** Bytes found nowhere, and those of them that resemble one place of the base. */
  readonly leftBytes: number;
  readonly resemblingBytes: number;
}

/** `opening`: the diagonal on which the region probably begins (openings.ts). */
export function followRegion(context: CompareContext, region: Region, opening?: number): RegionFollowed {
  return context.meter.time('detect', () => follow(context, region, opening));
}

function follow(context: CompareContext, region: Region, opening: number | undefined): RegionFollowed {
  const leafDigests = new ByteVector();
  const baseLeaves = new LeafRuns();
  let state: PieceState | undefined;
  const onCompared = (compared: Compared): void => {
    if (state !== undefined) learn(context, state, compared, follower, baseLeaves);
  };
  const follower = new Follower(context, undefined, onCompared, opening);
  for (const piece of piecesOf(context.layout, region)) {
    state = { piece, leafDigests: readPiece(context, piece) };
    leafDigests.append(state.leafDigests);
    follower.moveTo(piece.address);
    for (const { address, length, baseAddress } of spansOf(context.alignment, piece.address, piece.length)) {
      follower.follow(address, length, baseAddress < 0 ? undefined : baseAddress - address);
    }
  }
  return {
    extents: follower.extents.finish(),
    leafDigests: leafDigests.view(),
    baseLeaves: baseLeaves.finish(),
    unknown: Float64Array.from(follower.unknown),
    unknownBytes: follower.unknownBytes,
    strange: Float64Array.from(follower.strange),
    strangeBytes: follower.strangeBytes,
  };
}

/** Base leaves of a comparison: by the target's digests where the leaves of both sides lie opposite each other, else all that the window holds. */
function learn(
  context: CompareContext,
  state: PieceState,
  { address, length, diagonal, runs }: Compared,
  { window }: Follower,
  baseLeaves: LeafRuns,
): void {
  const baseAddress = address + diagonal;
  if (window.start === baseAddress) {
    learnBaseLeaves(context, state, { address, length, baseAddress }, runs, baseLeaves);
    return;
  }
  const { baseLayout } = context;
  const held = wholeLeaves(baseLayout, window.start, window.end - window.start);
  const first = baseLeaves.beyond(held.first);
  const count = held.first + held.count - first;
  if (count <= 0) return;
  const offset = window.offsetOf(baseLayout.leafAddress(first));
  const digests = hashCuts(context, 'base', baseLayout.leafCuts(first, count), offset);
  baseLeaves.push({ first, count, digests });
}

/** Extents of the ranges of one region (pairs of target address and length), one after another, with all of the base known by its anchors. */
export function relocateRanges(
  context: FollowContext & ScanContext,
  whole: WholeBase,
  ranges: Float64Array,
): RangesRelocated {
  return context.meter.time('detect', () => relocate(context, whole, ranges));
}

function relocate(
  context: FollowContext & ScanContext,
  whole: WholeBase,
  ranges: Float64Array,
): RangesRelocated {
  const follower = new Follower(context, whole);
  for (let i = 0; i < ranges.length; i += 2) {
    const address = present(ranges[i], 'range');
    const end = address + present(ranges[i + 1], 'range');
    for (let at = address; at < end; at += pieceBytes) {
      const length = Math.min(pieceBytes, end - at);
      readTarget(context, at, length);
      follower.moveTo(at);
      follower.follow(at, length, undefined);
    }
  }
  return {
    extents: follower.extents.finish(),
    leftBytes: follower.leftBytes,
    resemblingBytes: follower.resemblingBytes,
  };
}
