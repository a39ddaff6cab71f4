/** Matches through anchors in plain TypeScript: the same matches and the same work as assembly/anchor-search.ts, which states the method. */
import { AnchorTable, anchors, isSampled } from './anchor-table.js';

const agreedBytes = 16;
const nearBytes = 64;
const shiftsMax = 4;
const followBytes = 4096;

interface Match {
  readonly start: number;
  readonly end: number;
  readonly diagonal: number;
}

export function anchorSearch(
  memory: WebAssembly.Memory,
  base: number,
  baseLength: number,
  addressLow: number,
  addressHigh: number,
  target: number,
  targetLength: number,
  diagonal: number,
  spacingBits: number,
  sampleBits: number,
  table: number,
  tableBits: number,
  matchBytesMin: number,
  out: number,
  capacity: number,
  work: number,
): number {
  const search = new Search(
    new Uint8Array(memory.buffer, base, baseLength),
    new Uint8Array(memory.buffer, target, targetLength),
    new AnchorTable(memory, table, tableBits),
    { address: (addressHigh >>> 0) * 2 ** 32 + (addressLow >>> 0), spacingBits, sampleBits, matchBytesMin },
  );
  const matches = search.run(diagonal | 0, capacity);
  const triples = matches.flatMap(({ start, end, diagonal }) => [start, end - start, start + diagonal]);
  new Uint32Array(memory.buffer, out, triples.length).set(triples);
  new Uint32Array(memory.buffer, work, 2).set([search.grown, search.agreed]);
  return matches.length;
}

interface SearchOptions {
  /** Of the base window's first byte. */
  readonly address: number;
  readonly spacingBits: number;
  readonly sampleBits: number;
  readonly matchBytesMin: number;
}

class Search {
  readonly #base: Uint8Array;
  readonly #target: Uint8Array;
  readonly #table: AnchorTable;
  readonly #options: SearchOptions;
  /** End of the match before. */
  #floor = 0;
  grown = 0;
  agreed = 0;

  constructor(base: Uint8Array, target: Uint8Array, table: AnchorTable, options: SearchOptions) {
    this.#base = base;
    this.#target = target;
    this.#table = table;
    this.#options = options;
  }

  run(firstDiagonal: number, capacity: number): Match[] {
    const matches: Match[] = [];
    let diagonal = firstDiagonal;
    while (matches.length < capacity) {
      const match = this.#findNear(diagonal) ?? this.#findShifted(diagonal) ?? this.#findAnchored(diagonal);
      if (match === undefined) break;
      matches.push(match);
      this.#floor = match.end;
      ({ diagonal } = match);
    }
    return matches;
  }

  #findNear(diagonal: number): Match | undefined {
    for (let ahead = 0; ahead <= nearBytes; ahead += agreedBytes) {
      const match = this.#matchAt(this.#floor + ahead, diagonal);
      if (match !== undefined) return match;
    }
    return undefined;
  }

  #findShifted(diagonal: number): Match | undefined {
    const at = this.#floor + nearBytes;
    const from = this.#floor + diagonal;
    if (at + agreedBytes > this.#target.length) return undefined;
    if (from < 0 || from + 2 * nearBytes + agreedBytes > this.#base.length) return undefined;
    let left = shiftsMax;
    for (let opposite = from; opposite < from + 2 * nearBytes; opposite++) {
      if (this.#base[opposite] !== this.#target[at]) continue;
      if (this.#base[opposite + 7] !== this.#target[at + 7]) continue;
      if (left-- === 0) return undefined;
      const match = this.#matchAt(at, opposite - at);
      if (match !== undefined) return match;
    }
    return undefined;
  }

  #findAnchored(diagonal: number): Match | undefined {
    const { address, spacingBits, sampleBits } = this.#options;
    for (const anchor of anchors(this.#target, this.#floor, this.#target.length, spacingBits)) {
      const { offset, hash } = anchor;
      const known = isSampled(hash, sampleBits) ? this.#table.find(hash) : undefined;
      if (known === undefined && offset >= this.#floor + followBytes) continue;
      const match = this.#matchAt(offset, diagonal);
      if (match !== undefined) return match;
      if (known === undefined) continue;
      const moved = this.#matchAt(offset, known - address - offset);
      if (moved !== undefined) return moved;
    }
    return undefined;
  }

  /** What grows from 16 bytes at target offset `at`, when they agree and it is long enough. */
  #matchAt(at: number, diagonal: number): Match | undefined {
    if (this.#agreement(at, diagonal, agreedBytes) < agreedBytes) return undefined;
    let start = at;
    while (
      start > this.#floor &&
      start + diagonal > 0 &&
      this.#target[start - 1] === this.#base[start - 1 + diagonal]
    )
      start--;
    const end = at + this.#agreement(at, diagonal, Infinity);
    this.grown++;
    this.agreed += end - start;
    return end - start < this.#options.matchBytesMin ? undefined : { start, end, diagonal };
  }

  #agreement(at: number, diagonal: number, most: number): number {
    const opposite = at + diagonal;
    if (opposite < 0) return 0;
    const limit = Math.min(most, this.#target.length - at, this.#base.length - opposite);
    let length = 0;
    while (length < limit && this.#target[at + length] === this.#base[opposite + length]) length++;
    return length;
  }
}
