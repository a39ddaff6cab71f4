/** What the generators of edited files share: positions for edits, and a supply of new bytes. */
import type { Random } from '../../base/prng.js';
import type { Piece } from '../content/piece-table.js';
import type { Source } from '../content/source.js';

/** `count` distinct integers in [0, bound), ascending; all of them when count reaches bound. */
export function distinctPositions(random: Random, count: number, bound: number): number[] {
  if (count >= bound) return Array.from({ length: bound }, (_, i) => i);
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(random.below(bound));
  return [...chosen].sort((a, b) => a - b);
}

/** Hands out consecutive, never repeated ranges of a source as new pieces. */
export class Supply {
  readonly #source: Source;
  #next: number;

  constructor(source: Source, from = 0) {
    this.#source = source;
    this.#next = from;
  }

  take(length: number): Piece {
    const piece = { source: this.#source, from: this.#next, length };
    this.#next += length;
    return piece;
  }
}
