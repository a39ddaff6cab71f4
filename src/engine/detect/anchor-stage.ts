/**
 * Anchors on their way into the table (anchor-slots.ts), in memory that all threads share: each region of a base has a part, in which its anchors lie sorted by
 * the share of the table that their hashes fall to. So whoever collects a region is free to go on, each share is filled by one thread without locks, and
 * one with the anchors of many regions at once while its slots lie in a cache: a third of the time of insertion region by region.
 *
 * Part, in u32 words: for each share the end of its anchors, in words of the part; then two words an anchor:
 *
 *     0   31 ... hash, bits 55 to 32 ... 8 | 7 ... offset in the region, bits 21 to 14 ... 0
 *     1   31 ... offset, bits 13 to 0 ... 18 | 17 ... hash, bits 31 to 14 ... 0
 *
 * Bits 63 to 56 of the hash are the share; bits 13 to 0 are not needed any more once anchors are sampled.
 *
 * Law: the anchors of a share are those that its hashes name, whoever wrote them. A part is written whole before any share is read.
 */
import { assert, present } from '../../base/errors.js';
import { regionBytes } from '../../base/limits.js';
import { anchorRecordWords, shareCount, shareShift, type AnchorSlots } from './anchor-slots.js';

const anchorWords = 2;

/** Where a region's part begins, in words of the stage, and where the region begins in the base. */
export interface StagedPart {
  readonly at: number;
  readonly address: number;
}

/** Words of a part of at most `anchorsMax` anchors. */
export function partWords(anchorsMax: number): number {
  return shareCount + anchorsMax * anchorWords;
}

export class AnchorStage {
  readonly #words: Uint32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Uint32Array(memory);
  }

  /** Writes a region's records {offset, hash low, hash high} into the part at `at`, which has room for them. */
  put(records: Uint32Array, at: number): void {
    const words = this.#words;
    const needed = partWords(records.length / anchorRecordWords);
    assert(at + needed <= words.length, 'the anchors of a region fit its part');
    const next = new Uint32Array(shareCount);
    for (let i = 2; i < records.length; i += anchorRecordWords) {
      const share = (records[i] ?? 0) >>> shareShift;
      next[share] = (next[share] ?? 0) + anchorWords;
    }
    let end = shareCount;
    for (let share = 0; share < shareCount; share++) {
      const start = end;
      end += next[share] ?? 0;
      next[share] = at + start;
      words[at + share] = end;
    }
    for (let i = 0; i < records.length; i += anchorRecordWords) {
      const offset = records[i] ?? 0;
      const hashHigh = records[i + 2] ?? 0;
      const share = hashHigh >>> shareShift;
      const place = next[share] ?? 0;
      words[place] = (hashHigh << 8) | (offset >>> 14);
      words[place + 1] = (offset << 18) | ((records[i + 1] ?? 0) >>> 14);
      next[share] = place + anchorWords;
    }
  }

  /** Inserts what the parts have of shares [first, end) into a table. */
  insertInto(slots: AnchorSlots, parts: readonly StagedPart[], first: number, end: number): void {
    for (let share = first; share < end; share++) {
      for (const { at, address } of parts) {
        const from = share === 0 ? shareCount : present(this.#words[at + share - 1], 'end');
        const to = present(this.#words[at + share], 'end');
        slots.insert(this.#words, at + from, at + to, share, address);
      }
    }
  }
}

assert(regionBytes <= 2 ** 22, 'an offset in a region has 22 bits');
