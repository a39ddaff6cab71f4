/**
 * Written bytes by time and address, in a grid whose bins grow: every axis has bins of 2^k units, and k grows until all that was seen fits
 * into the grid. One pass, bounded memory, and the same result in any order of events.
 *
 * A request counts where it begins. With 64 by 64 bins either axis has at least 33 once it has grown, which fits a line of a terminal.
 */

/** An axis of the finished grid: bin i covers [first + i * binSize, first + (i + 1) * binSize). */
export interface HeatAxis {
  readonly first: number;
  readonly binSize: number;
  readonly count: number;
}

export interface Heat {
  readonly time: HeatAxis;
  readonly address: HeatAxis;
  /** Written bytes, by time, then by address. */
  readonly cells: readonly (readonly number[])[];
}

class GrowingAxis {
  readonly slots: number;
  binSize: number;
  low = Infinity;
  high = -Infinity;

  constructor(slots: number, binSize: number) {
    this.slots = slots;
    this.binSize = binSize;
  }

  /** How often bins must double until `value` fits in too. */
  doublingsFor(value: number): number {
    const bin = Math.floor(value / this.binSize);
    let low = Math.min(this.low, bin);
    let high = Math.max(this.high, bin);
    let doublings = 0;
    for (; high - low >= this.slots; doublings++) {
      low = Math.floor(low / 2);
      high = Math.floor(high / 2);
    }
    return doublings;
  }

  grow(doublings: number): void {
    this.binSize *= 2 ** doublings;
    this.low = Math.floor(this.low / 2 ** doublings);
    this.high = Math.floor(this.high / 2 ** doublings);
  }

  /** The bin of a value that fits, and from now on one of the axis's own. */
  binOf(value: number): number {
    const bin = Math.floor(value / this.binSize);
    this.low = Math.min(this.low, bin);
    this.high = Math.max(this.high, bin);
    return bin;
  }

  finished(): HeatAxis {
    const count = this.high < this.low ? 0 : this.high - this.low + 1;
    return { first: count === 0 ? 0 : this.low * this.binSize, binSize: this.binSize, count };
  }
}

/** Bins of the finest grid: a millisecond, and a sector run of 4 KiB. */
const timeBinMicrosMin = 1000;
const addressBinBytesMin = 4096;

export class HeatMap {
  readonly #time: GrowingAxis;
  readonly #address: GrowingAxis;
  #cells = new Map<number, number>();

  constructor(timeSlots = 64, addressSlots = 64) {
    this.#time = new GrowingAxis(timeSlots, timeBinMicrosMin);
    this.#address = new GrowingAxis(addressSlots, addressBinBytesMin);
  }

  add(timeMicros: number, offset: number, bytes: number): void {
    const timeDoublings = this.#time.doublingsFor(timeMicros);
    const addressDoublings = this.#address.doublingsFor(offset);
    if (timeDoublings > 0 || addressDoublings > 0) this.#grow(timeDoublings, addressDoublings);
    const key = this.#keyOf(this.#time.binOf(timeMicros), this.#address.binOf(offset));
    this.#cells.set(key, (this.#cells.get(key) ?? 0) + bytes);
  }

  /** Extends the axis of time alone: a read belongs to the recording, too. */
  see(timeMicros: number): void {
    const doublings = this.#time.doublingsFor(timeMicros);
    if (doublings > 0) this.#grow(doublings, 0);
    this.#time.binOf(timeMicros);
  }

  finished(): Heat {
    const time = this.#time.finished();
    const address = this.#address.finished();
    const cells = Array.from({ length: time.count }, () => new Array<number>(address.count).fill(0));
    for (const [key, bytes] of this.#cells) {
      const row = cells[this.#timeBinOf(key) - this.#time.low];
      if (row !== undefined) row[this.#addressBinOf(key) - this.#address.low] = bytes;
    }
    return { time, address, cells };
  }

  /** Bins of addresses are below 2^41, but those held differ by less than the slots, so they are kept modulo those. */
  #keyOf(timeBin: number, addressBin: number): number {
    return modulo(timeBin, this.#time.slots) * this.#address.slots + modulo(addressBin, this.#address.slots);
  }

  #timeBinOf(key: number): number {
    const slot = Math.floor(key / this.#address.slots);
    return this.#time.low + modulo(slot - this.#time.low, this.#time.slots);
  }

  #addressBinOf(key: number): number {
    const slot = key % this.#address.slots;
    return this.#address.low + modulo(slot - this.#address.low, this.#address.slots);
  }

  #grow(timeDoublings: number, addressDoublings: number): void {
    const old = [...this.#cells].map(([key, bytes]) => ({
      timeBin: Math.floor(this.#timeBinOf(key) / 2 ** timeDoublings),
      addressBin: Math.floor(this.#addressBinOf(key) / 2 ** addressDoublings),
      bytes,
    }));
    if (timeDoublings > 0) this.#time.grow(timeDoublings);
    if (addressDoublings > 0) this.#address.grow(addressDoublings);
    this.#cells = new Map();
    for (const { timeBin, addressBin, bytes } of old) {
      const key = this.#keyOf(timeBin, addressBin);
      this.#cells.set(key, (this.#cells.get(key) ?? 0) + bytes);
    }
  }
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
