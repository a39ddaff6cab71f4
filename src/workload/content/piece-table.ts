/**
 * Edited content: a list of pieces, each a range of a source, laid end to end. An edit replaces a range by a piece and shares the rest.
 *
 * Memory grows with the number of edits, not with the bytes. A table is immutable; `edited` gives a new one together with what
 * changed, so the number of changed bytes is known by construction.
 */
import { assert, present } from '../../base/errors.js';
import { indexOfLastAtMost } from './search.js';
import type { Source } from './source.js';

export interface Piece {
  readonly source: Source;
  /** Offset of the piece's first byte in its source. */
  readonly from: number;
  readonly length: number;
}

/** Replaces `remove` bytes at `at` (offsets of the table before any edit) by `insert`. */
export interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert?: Piece;
}

export class PieceTable {
  readonly pieces: readonly Piece[];
  /** Offset of each piece's first byte; one more element holds the total. */
  readonly #starts: Float64Array;

  constructor(pieces: readonly Piece[]) {
    this.pieces = pieces;
    this.#starts = new Float64Array(pieces.length + 1);
    pieces.forEach((piece, i) => (this.#starts[i + 1] = (this.#starts[i] ?? 0) + piece.length));
  }

  get length(): number {
    return this.#starts[this.pieces.length] ?? 0;
  }

  fill(offset: number, into: Uint8Array): void {
    assert(offset >= 0 && offset + into.length <= this.length, 'the range lies inside the content');
    if (into.length === 0) return;
    let index = indexOfLastAtMost(this.#starts, offset);
    for (let at = 0; at < into.length; index++) {
      const piece = present(this.pieces[index], 'piece');
      const within = offset + at - (this.#starts[index] ?? 0);
      const length = Math.min(piece.length - within, into.length - at);
      piece.source.fill(piece.from + within, into.subarray(at, at + length));
      at += length;
    }
  }

  /** A new table with the edits applied. They must be in order and must not overlap. */
  edited(edits: readonly Edit[]): PieceTable {
    const out: Piece[] = [];
    let at = 0;
    for (const edit of edits) {
      assert(
        edit.at >= at && edit.at + edit.remove <= this.length,
        'edits are in order and inside the content',
      );
      this.#copy(at, edit.at, out);
      if (edit.insert !== undefined && edit.insert.length > 0) out.push(edit.insert);
      at = edit.at + edit.remove;
    }
    this.#copy(at, this.length, out);
    return new PieceTable(out);
  }

  #copy(from: number, to: number, out: Piece[]): void {
    if (from >= to) return;
    for (let index = indexOfLastAtMost(this.#starts, from); (this.#starts[index] ?? to) < to; index++) {
      const piece = present(this.pieces[index], 'piece');
      const start = this.#starts[index] ?? 0;
      const head = Math.max(0, from - start);
      const tail = Math.min(piece.length, to - start);
      if (tail > head) out.push({ source: piece.source, from: piece.from + head, length: tail - head });
    }
  }
}
