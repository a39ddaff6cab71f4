/** Which bytes of the base a change is encoded against: those that lie opposite, with slack on either side, inside the files that lie there. */
import { dataWindowBytes } from '../../kernels/workspace.js';
import type { Layout } from '../snapshot/layout.js';
import type { BaseRange } from './base-window.js';

const slackBytesMin = 4 * 1024;
const slackBytesMax = 64 * 1024;
/**
 * With an index: what moved is found by it, in pages that resemble most. Wider windows cost more and gave deltas 0.5 % longer on pages of a database, 5 % on a
 * release of sources, since copies from not quite the right place left less for a second look.
 */
const indexedSlackBytes = 1024;

export class OpposedRanges {
  readonly #layout: Layout;
  readonly #totalBytes: number;
  readonly #isIndexed: boolean;
  /** The entry asked for last: changes follow each other in one entry nearly always. */
  #entryStart = 0;
  #entryEnd = 0;

  constructor(layout: Layout, isIndexed: boolean) {
    this.#layout = layout;
    this.#totalBytes = layout.totalBytes;
    this.#isIndexed = isIndexed;
  }

  /** The range for `length` bytes opposite an address; undefined where nothing lies there: below 0, or behind the base's end. */
  of(opposite: number, length: number): BaseRange | undefined {
    if (opposite < 0 || opposite >= this.#totalBytes) return undefined;
    const slack = this.#isIndexed
      ? indexedSlackBytes
      : Math.min(slackBytesMax, Math.max(slackBytesMin, length));
    // Not into neighbouring files: they rarely help, and where files are tiny there would be hundreds to open.
    this.#enter(opposite);
    const start = Math.max(this.#entryStart, opposite - slack);
    this.#enter(Math.min(opposite + length, this.#totalBytes) - 1);
    const end = Math.min(this.#entryEnd, opposite + length + slack);
    return { start, end: Math.min(end, start + dataWindowBytes) };
  }

  #enter(address: number): void {
    if (address >= this.#entryStart && address < this.#entryEnd) return;
    const entry = this.#layout.entryAt(address);
    this.#entryStart = this.#layout.startOf(entry);
    this.#entryEnd = this.#layout.endOf(entry);
  }
}
