/**
 * Versioned pages: an image whose page p in version v is a pure function of (p, v). Data that is overwritten where it lies.
 *
 * A snapshot keeps one version number a page (4 bytes for 4 KiB) and draws a page when it is asked for.
 */
import { countDifferences, type Range } from './difference.js';
import type { Changes, ImageContent } from '../workload.js';

/** Draws page `page` in version `version` into all of `into`, always `pageBytes` long. */
export type PageDrawer = (page: number, version: number, into: Uint8Array, view: DataView) => void;

export class PagedImage implements ImageContent {
  readonly pageBytes: number;
  readonly versions: Uint32Array;
  readonly #draw: PageDrawer;
  readonly #previous: PagedImage | undefined;
  readonly #scratch: Uint8Array;
  #held = -1;

  /** `versions` is kept, not copied: hand over an array of its own. */
  constructor(pageBytes: number, versions: Uint32Array, draw: PageDrawer, previous?: PagedImage) {
    this.pageBytes = pageBytes;
    this.versions = versions;
    this.#draw = draw;
    this.#previous = previous;
    this.#scratch = new Uint8Array(pageBytes);
  }

  get sizeBytes(): number {
    return this.versions.length * this.pageBytes;
  }

  fill(offset: number, into: Uint8Array): void {
    const pageBytes = this.pageBytes;
    for (let at = 0; at < into.length;) {
      const page = Math.floor((offset + at) / pageBytes);
      const within = offset + at - page * pageBytes;
      const length = Math.min(pageBytes - within, into.length - at);
      if (length === pageBytes) {
        this.#drawPage(page, into.subarray(at, at + pageBytes));
      } else {
        if (this.#held !== page) this.#drawPage(page, this.#scratch);
        this.#held = page;
        into.set(this.#scratch.subarray(within, within + length), at);
      }
      at += length;
    }
  }

  /** Exact, in place: draws the pages whose version moved. */
  changes(): Changes {
    const previous = this.#previous;
    if (previous === undefined) return { changedBytes: this.sizeBytes, removedBytes: 0 };
    return {
      changedBytes:
        countDifferences(previous, this, this.#movedPages(previous)) +
        Math.max(0, this.sizeBytes - previous.sizeBytes),
      removedBytes: Math.max(0, previous.sizeBytes - this.sizeBytes),
    };
  }

  *#movedPages(previous: PagedImage): Generator<Range> {
    const shared = Math.min(this.versions.length, previous.versions.length);
    for (let page = 0; page < shared; page++) {
      if (this.versions[page] !== previous.versions[page]) {
        yield { offset: page * this.pageBytes, length: this.pageBytes };
      }
    }
  }

  #drawPage(page: number, into: Uint8Array): void {
    this.#draw(page, this.versions[page] ?? 0, into, new DataView(into.buffer, into.byteOffset, into.length));
  }
}
