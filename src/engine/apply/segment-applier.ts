/**
 * Rebuilds segments: runs their operations over the base and the target so far, writes the result piece by piece and hashes it on the way.
 *
 * Laws: memory is bounded by a piece and the segment's own streams, whatever its target range; a segment is exact only when its leaves give
 * its content digest; pieces that are all zeros become holes. Any order of segments that respects dependencies gives the same target.
 */
import { DataError } from '../../base/errors.js';
import { leafBytes, segmentBytesMax } from '../../base/limits.js';
import type { Meter } from '../../base/meter.js';
import type { Workspace } from '../../kernels/workspace.js';
import { contextRanges, readContext, type ContextRanges } from '../delta/context.js';
import { OperationReader } from '../delta/operation-reader.js';
import { operationKind } from '../delta/operations.js';
import type { Hasher } from '../fingerprint/fingerprint.js';
import { equalBytes } from '../fingerprint/identity.js';
import { hashCuts, type ScanContext } from '../fingerprint/scan.js';
import type { Segment } from '../package/model.js';
import type { SnapshotShape } from '../snapshot/snapshot.js';
import type { TargetWriter } from '../snapshot/target-writer.js';
import { OperationBatch } from './operation-batch.js';
import { OperationCursor } from './operation-cursor.js';
import { piecesOf, type Piece } from './pieces.js';
import { SegmentStreams } from './segment-streams.js';
import { AppliedSegments } from './target-ranges.js';
import { Zeros } from './zeros.js';

export interface ApplierParts {
  /** Kernels, the base's reader and layout, the package's fingerprint, the meter. */
  readonly context: ScanContext;
  readonly hasher: Hasher;
  readonly target: SnapshotShape;
  readonly writer: TargetWriter;
}

export class SegmentApplier {
  readonly #parts: ApplierParts;
  readonly #workspace: Workspace;
  readonly #meter: Meter;
  readonly #batch: OperationBatch;
  readonly #applied = new AppliedSegments();
  readonly #zeroLeafDigest: Uint8Array;
  /** Digests of all leaves of the target, in order; complete when all segments are. */
  readonly leafDigests: Uint8Array;

  constructor(parts: ApplierParts) {
    const { context, hasher, target } = parts;
    this.#parts = parts;
    this.#workspace = context.workspace;
    this.#meter = context.meter;
    this.#batch = new OperationBatch(context);
    this.#zeroLeafDigest = hasher.digestOfZeros(leafBytes);
    this.leafDigests = new Uint8Array(target.layout.leafCount * hasher.fingerprint.digestBytes);
  }

  /**
   * Applies one segment; yields the bytes of each finished piece. Returns whether the content is what the segment states. Throws DataError for
   * operations and streams that do not fit together, WorldError from reader and writer.
   */
  *apply(segment: Segment): Generator<number, boolean, void> {
    const { targetAddress, targetBytes, index } = segment;
    const { context, hasher, target } = this.#parts;
    const what = `segment ${index}`;
    if (targetBytes > segmentBytesMax)
      throw new DataError(`${what} covers more than ${segmentBytesMax} bytes`);
    const bounds = { targetAddress, targetBytes, baseBytes: context.layout.totalBytes };
    const streams = new SegmentStreams(
      segment,
      this.#applied.sourcesOf(segment),
      (operations) =>
        this.#readContext(
          contextRanges(new OperationReader(operations, bounds), targetAddress, context.layout),
        ),
      this.#meter,
    );
    const cursor = new OperationCursor(new OperationReader(streams.operations, bounds));
    const width = hasher.fingerprint.digestBytes;
    let first = -1;
    let last = -1;
    for (const piece of piecesOf(target.layout, targetAddress, targetBytes, what)) {
      if (first < 0) first = piece.firstLeaf;
      last = piece.firstLeaf + piece.leafEnds.length;
      this.#rebuild(piece, cursor, streams);
      yield piece.length;
    }
    cursor.end();
    streams.end();
    this.#applied.add(segment);
    this.#meter.count('operations', cursor.count);
    this.#meter.count('segments', 1);
    const leaves = this.leafDigests.subarray(first * width, last * width);
    return equalBytes(hasher.digest(leaves), segment.contentDigest);
  }

  #rebuild(piece: Piece, cursor: OperationCursor, streams: SegmentStreams): void {
    const isGrid = piece.length === piece.leafEnds.length * leafBytes;
    if (isGrid && cursor.skipZeros(piece.length)) {
      this.#finishZeros(piece);
      return;
    }
    const zeros = new Zeros();
    for (let at = 0; at < piece.length;) {
      const length = Math.min(cursor.left, piece.length - at);
      if (OperationBatch.holds(cursor.kind, length)) {
        at = this.#batch.rebuild(cursor, streams, at, piece.length, zeros);
        continue;
      }
      this.#perform(cursor, length, piece, at, streams);
      if (cursor.kind === operationKind.zero) zeros.add(at, at + length);
      at += length;
      cursor.advance(length);
    }
    if (isGrid && this.#isZero(0, piece.length)) this.#finishZeros(piece);
    else this.#finish(piece, zeros);
  }

  /** Rebuilds [at, at + length) of the piece from the operation under way, straight in its place. */
  #perform(cursor: OperationCursor, length: number, piece: Piece, at: number, streams: SegmentStreams): void {
    const out = this.#workspace.window('target').u8(at, length);
    const { address } = cursor;
    switch (cursor.kind) {
      case operationKind.literal:
        streams.literals.claim(length);
        this.#meter.time('apply', () => out.set(streams.literals.take()));
        break;
      case operationKind.zero:
        this.#meter.time('apply', () => out.fill(0));
        break;
      case operationKind.repeat:
        if (cursor.isAtStart) streams.checkRepeat(address, cursor.left);
        this.#repeat(address, piece.address, out);
        break;
      default:
        this.#readBase(address, out);
        if (cursor.kind === operationKind.copy) break;
        streams.differences.claim(length);
        this.#meter.time('apply', () => this.#add(at, streams.differences.take()));
    }
  }

  #readContext(ranges: ContextRanges): Uint8Array {
    const bytes = readContext(ranges, this.#parts.context.reader);
    this.#meter.count('bytesRead', bytes.length - 1);
    return bytes;
  }

  #readBase(address: number, into: Uint8Array): void {
    this.#meter.time('read', () => this.#parts.context.reader.read(address, into));
    this.#meter.count('bytesRead', into.length);
  }

  /** Adds differences to the base bytes at offset `at` of the target window. */
  #add(at: number, differences: Uint8Array): void {
    const addend = this.#workspace.window('differences');
    const pointer = this.#workspace.window('target').pointer + at;
    addend.u8(0, differences.length).set(differences);
    this.#workspace.kernels.functions.addBytes(pointer, addend.pointer, differences.length, pointer);
  }

  /** Copies target bytes from `source` on, of which those before `pieceAddress` are written already. */
  #repeat(source: number, pieceAddress: number, out: Uint8Array): void {
    const written = Math.min(Math.max(0, pieceAddress - source), out.length);
    if (written > 0) {
      this.#meter.time('read', () => this.#parts.writer.read(source, out.subarray(0, written)));
      this.#meter.count('bytesRead', written);
    }
    if (written === out.length) return;
    const offset = source + written - pieceAddress;
    const fresh = this.#workspace.window('target').u8(offset, out.length - written);
    this.#meter.time('apply', () => out.set(fresh, written));
  }

  /** A piece of whole leaves that is all zeros: neither hashed nor written. */
  #finishZeros(piece: Piece): void {
    const width = this.#zeroLeafDigest.length;
    for (let i = 0; i < piece.leafEnds.length; i++) {
      this.leafDigests.set(this.#zeroLeafDigest, (piece.firstLeaf + i) * width);
    }
    this.#meter.time('write', () => this.#parts.writer.zero(piece.address, piece.length));
  }

  /** Hashes a rebuilt piece and writes what is not zero. */
  #finish(piece: Piece, zeros: Zeros): void {
    const width = this.#zeroLeafDigest.length;
    const digests = hashCuts(this.#parts.context, 'target', piece.leafEnds);
    this.leafDigests.set(digests, piece.firstLeaf * width);
    let start = 0;
    piece.leafEnds.forEach((end, i) => {
      const isZeroDigest =
        end - start === leafBytes &&
        equalBytes(digests.subarray(i * width, (i + 1) * width), this.#zeroLeafDigest);
      if (isZeroDigest && this.#isZero(start, end)) zeros.add(start, end);
      start = end;
    });
    this.#write(piece, zeros);
  }

  /** Whether [start, end) of the target window is all zeros. Ends at the first byte that is not. */
  #isZero(start: number, end: number): boolean {
    const { functions } = this.#workspace.kernels;
    const runs = this.#workspace.window('counts');
    const length = end - start;
    const count = functions.zeroRuns(
      this.#workspace.window('target').pointer + start,
      length,
      length,
      runs.pointer,
    );
    return count === 2 && runs.u32(2)[0] === 0;
  }

  #write(piece: Piece, zeros: Zeros): void {
    const { writer } = this.#parts;
    const window = this.#workspace.window('target');
    this.#meter.time('write', () => {
      for (const { start, end, isZero } of zeros.split(piece.length)) {
        if (isZero) writer.zero(piece.address + start, end - start);
        else {
          writer.write(piece.address + start, window.u8(start, end - start));
          this.#meter.count('bytesWritten', end - start);
        }
      }
    });
  }
}
