/**
 * Reads of the base while a segment is rebuilt. Large reads go straight to their place. Small ones that follow each other closely, as those of
 * a sub-block delta do, are served from a window of at most 128 KiB, which never reaches over the end of a file: many small files would each be
 * opened again and again. A small read far from the last is done alone, since it says nothing of the next.
 *
 * Law: beside one window at most 33 bytes are read for each byte asked for. Operations of one byte that walk backwards would otherwise fetch a
 * window each: a package of 950 bytes took 20 s for a target of 2 MiB.
 */
import type { Meter } from '../../base/meter.js';
import type { Layout } from '../snapshot/layout.js';
import type { ContentReader } from '../snapshot/snapshot.js';

const windowBytes = 128 * 1024;
const straightBytesMin = 32 * 1024;
/** A window is read when small reads have asked for this part of its length since the one before. */
const earnedShare = 1 / 32;

export class BaseWindow {
  readonly #reader: ContentReader;
  readonly #layout: Layout;
  readonly #meter: Meter;
  readonly #window = new Uint8Array(windowBytes);
  #start = 0;
  #length = 0;
  /** Where the last small read ended. */
  #last = -Infinity;
  /** Bytes that small reads have asked for since the window was read. */
  #earned = windowBytes;

  constructor(reader: ContentReader, layout: Layout, meter: Meter) {
    this.#reader = reader;
    this.#layout = layout;
    this.#meter = meter;
  }

  /** Fills `into` with the base bytes at `address`; the caller has checked the range. */
  read(address: number, into: Uint8Array): void {
    this.#meter.time('read', () => {
      if (into.length >= straightBytesMin) this.#readStraight(address, into);
      else this.#readSmall(address, into);
    });
  }

  #readSmall(address: number, into: Uint8Array): void {
    const end = address + into.length;
    const isInside = address >= this.#start && end <= this.#start + this.#length;
    const isNear = Math.abs(address - this.#last) < windowBytes;
    this.#last = end;
    const left = isInside ? 0 : this.#layout.endOf(this.#layout.entryAt(address)) - address;
    const isEarned = this.#earned >= earnedShare * Math.min(windowBytes, left);
    if (!isInside && (!isNear || !isEarned || left < into.length)) {
      this.#earned += into.length;
      this.#readStraight(address, into);
      return;
    }
    if (!isInside) {
      this.#earned = 0;
      this.#length = Math.min(windowBytes, left);
      this.#start = address;
      this.#readStraight(address, this.#window.subarray(0, this.#length));
    }
    this.#earned += into.length;
    const offset = address - this.#start;
    into.set(this.#window.subarray(offset, offset + into.length));
  }

  #readStraight(address: number, into: Uint8Array): void {
    this.#reader.read(address, into);
    this.#meter.count('bytesRead', into.length);
  }
}
