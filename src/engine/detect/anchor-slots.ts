/**
 * The anchor table of a base in memory that all threads share: filled by the calling thread, read by every lane, copied by none. Layout and rule
 * are those of the kernels (assembly/anchor-table.ts), and the tests hold both to the same bytes, so that a table may as
 * well be copied into a kernel's memory for `anchorSearch`.
 *
 * Not a kernel, since a kernel sees its own memory only: a table of 38 MiB would be held once by the thread that fills it, once shared, and once more
 * by each lane. An insertion takes some 40 ns with a table of 38 MiB, bound by memory as in the kernel; lookups are seldom the larger part.
 *
 * Law: what the table holds does not depend on the order of insertions. One thread fills it, before any other reads.
 */
const addressHighMask = 0x3ff;
const two32 = 2 ** 32;

/** u32 of a record: offset, hash (low, high). */
export const anchorRecordWords = 3;

/** Records whose slots are fetched together. */
const batchWords = 256 * anchorRecordWords;

export function anchorTableBytes(tableBits: number): number {
  return 9 * 2 ** tableBits;
}

export class AnchorSlots {
  /** Slot i: words 2i (low half) and 2i + 1. */
  readonly #slots: Uint32Array;
  readonly #sieve: Uint8Array;
  readonly #indexShift: number;
  readonly #sieveShift: number;
  #fetched = 0;

  /** A table of 2^tableBits (3 to 25) slots that was filled, or is new and will be emptied. */
  constructor(table: SharedArrayBuffer, tableBits: number) {
    const slots = 2 ** tableBits;
    this.#slots = new Uint32Array(table, 0, slots * 2);
    this.#sieve = new Uint8Array(table, slots * 8, slots);
    this.#indexShift = 32 - tableBits;
    this.#sieveShift = 29 - tableBits;
  }

  /** Makes all slots empty. */
  clear(): void {
    this.#slots.fill(0xffffffff);
    this.#sieve.fill(0xff);
  }

  /** Inserts the records of a region that begins at a base address. */
  insert(records: Uint32Array, address: number): void {
    const slots = this.#slots;
    const sieve = this.#sieve;
    const indexShift = this.#indexShift;
    const sieveShift = this.#sieveShift;
    const addressHigh = Math.floor(address / two32);
    const addressLow = address >>> 0;
    for (let first = 0; first < records.length; first += batchWords) {
      const end = Math.min(records.length, first + batchWords);
      this.#fetched ^= this.#fetch(records, first, end);
      for (let i = first; i < end; i += anchorRecordWords) {
        const offset = records[i] ?? 0;
        const hashLow = records[i + 1] ?? 0;
        const hashHigh = records[i + 2] ?? 0;
        const index = hashHigh >>> indexShift;
        const low = (addressLow + offset) >>> 0;
        const high = (tagOf(hashLow, hashHigh) | (low < offset ? addressHigh + 1 : addressHigh)) >>> 0;
        const held = slots[index * 2 + 1] ?? 0;
        if (high < held || (high === held && low < (slots[index * 2] ?? 0))) {
          slots[index * 2] = low;
          slots[index * 2 + 1] = high;
        }
        sieve[index] = (sieve[index] ?? 0) & ~(1 << ((hashHigh >>> sieveShift) & 7));
      }
    }
  }

  /**
   * Brings the slots of records into the cache. Whether a slot keeps what it has is a branch that waits for memory and is often predicted wrongly;
   * loads without one overlap, which makes an insertion a third cheaper. What is loaded is folded together, so that no load may be left out.
   */
  #fetch(records: Uint32Array, first: number, end: number): number {
    const slots = this.#slots;
    const sieve = this.#sieve;
    const indexShift = this.#indexShift;
    let folded = 0;
    for (let i = first + 2; i < end; i += anchorRecordWords) {
      const index = (records[i] ?? 0) >>> indexShift;
      folded ^= (slots[index * 2 + 1] ?? 0) ^ (sieve[index] ?? 0);
    }
    return folded;
  }

  /** Sets `marks[n]` for records {n, hash} of anchors that the table knows. Unverified, as find. */
  markKnown(records: Uint32Array, count: number, marks: Uint8Array): void {
    for (let i = 0; i < count * anchorRecordWords; i += anchorRecordWords) {
      const n = records[i] ?? 0;
      if (marks[n] === 0 && this.find(records[i + 1] ?? 0, records[i + 2] ?? 0) >= 0) marks[n] = 1;
    }
  }

  /** The base address of an anchor by its hash, or -1. Unverified: a tag of 22 bits agreed. */
  find(hashLow: number, hashHigh: number): number {
    const index = hashHigh >>> this.#indexShift;
    if ((((this.#sieve[index] ?? 0) >>> ((hashHigh >>> this.#sieveShift) & 7)) & 1) !== 0) return -1;
    const high = this.#slots[index * 2 + 1] ?? 0;
    const low = this.#slots[index * 2] ?? 0;
    if (((high ^ tagOf(hashLow, hashHigh)) & ~addressHighMask) !== 0) return -1;
    if (high === 0xffffffff && low === 0xffffffff) return -1;
    return (high & addressHighMask) * two32 + low;
  }
}

/** The tag in the place that it has in a slot's upper half. */
function tagOf(hashLow: number, hashHigh: number): number {
  return ((hashHigh << 28) | (hashLow >>> 4)) & ~addressHighMask;
}
