/**
 * Groups the blocks to be sent into segments, one at a time, so that each can be as large as its link is fast just then. What is wanted first comes first; else the order is
 * that of the blocks.
 *
 * Law: every needed block is in one group. A group has at most the bytes asked for, or one block, and does not go across the border between what is wanted first and what is not.
 */
import { present } from '../../base/errors.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import { blockLength } from './selection.js';

/** A segment to be: needed blocks [first, first + count). */
export interface Group {
  readonly first: number;
  readonly count: number;
}

export class Grouping {
  readonly #manifest: Manifest;
  readonly #needed: Int32Array;
  readonly #isFirst: (position: number) => boolean;
  /** Whether the groups given now are those wanted first. */
  #isUrgent = true;
  #at = 0;

  constructor(manifest: Manifest, needed: Int32Array, isFirst: (position: number) => boolean = () => false) {
    this.#manifest = manifest;
    this.#needed = needed;
    this.#isFirst = isFirst;
  }

  /** Undefined after the last one. */
  next(bytesMax: number): Group | undefined {
    this.#skip();
    if (this.#isUrgent && this.#at === this.#needed.length) {
      this.#isUrgent = false;
      this.#at = 0;
      this.#skip();
    }
    if (this.#at === this.#needed.length) return undefined;
    const first = this.#at;
    for (let bytes = 0; this.#at < this.#needed.length && this.#isDue(this.#at); this.#at++) {
      bytes += blockLength(this.#manifest, this.#position(this.#at));
      if (this.#at > first && bytes > bytesMax) break;
    }
    return { first, count: this.#at - first };
  }

  /** To the next block that belongs to this round. */
  #skip(): void {
    while (this.#at < this.#needed.length && !this.#isDue(this.#at)) this.#at++;
  }

  #isDue(index: number): boolean {
    return this.#isFirst(this.#position(index)) === this.#isUrgent;
  }

  #position(index: number): number {
    return present(this.#needed[index], 'position');
  }
}
