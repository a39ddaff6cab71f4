/**
 * The anchor table of a base in memory that all threads share: filled and read by every lane, copied by none. Layout and rule
 * are those of the kernels (assembly/anchor-table.ts), and the tests hold both to the same bytes, so that a table may as
 * well be copied into a kernel's memory for `anchorSearch`.
 *
 * Not a kernel, since a kernel sees its own memory only: a table of 38 MiB would be held once shared, and once more by each lane.
 *
 * Law: what the table holds does not depend on the order of insertions. One thread at a time fills a share of it, and none reads before all are filled.
 */
const addressHighMask = 0x3ff;
const two32 = 2 ** 32;

/** u32 of a record: offset, hash (low, high). */
export const anchorRecordWords = 3;

/** Shares of a table, by the first bits of the hash, which are those of the slot: at its largest but one, of 2^22 slots, 144 KiB each. */
export const shareCount = 256;
export const shareShift = 24;

export function anchorTableBytes(tableBits: number): number {
  return 9 * 2 ** tableBits;
}

export class AnchorSlots {
  /** Slot i: words 2i (low half) and 2i + 1. */
  readonly #slots: Uint32Array;
  readonly #sieve: Uint8Array;
  readonly #indexShift: number;
  readonly #sieveShift: number;

  /** A table of 2^tableBits (3 to 25) slots that was filled, or is new and will be emptied. */
  constructor(table: SharedArrayBuffer, tableBits: number) {
    const slots = 2 ** tableBits;
    this.#slots = new Uint32Array(table, 0, slots * 2);
    this.#sieve = new Uint8Array(table, slots * 8, slots);
    this.#indexShift = 32 - tableBits;
    this.#sieveShift = 29 - tableBits;
  }

  /** Makes the slots of shares [first, end) empty. */
  clear(first = 0, end = shareCount): void {
    const from = Math.floor((this.#sieve.length * first) / shareCount);
    const to = Math.floor((this.#sieve.length * end) / shareCount);
    this.#slots.fill(0xffffffff, from * 2, to * 2);
    this.#sieve.fill(0xff, from, to);
  }

  /** Inserts staged anchors, `words` [from, to), of one share and of the region that begins at a base address (anchor-stage.ts). */
  insert(words: Uint32Array, from: number, to: number, share: number, address: number): void {
    const slots = this.#slots;
    const sieve = this.#sieve;
    const indexShift = this.#indexShift;
    const sieveShift = this.#sieveShift;
    const addressHigh = Math.floor(address / two32);
    const addressLow = address >>> 0;
    const hashTop = share << shareShift;
    for (let i = from; i < to; i += 2) {
      const first = words[i] ?? 0;
      const second = words[i + 1] ?? 0;
      const hashHigh = hashTop | (first >>> 8);
      const index = hashHigh >>> indexShift;
      const offset = ((first & 0xff) << 14) | (second >>> 18);
      const low = (addressLow + offset) >>> 0;
      const high = (tagOf(second << 14, hashHigh) | (low < offset ? addressHigh + 1 : addressHigh)) >>> 0;
      const held = slots[index * 2 + 1] ?? 0;
      if (high < held || (high === held && low < (slots[index * 2] ?? 0))) {
        slots[index * 2] = low;
        slots[index * 2 + 1] = high;
      }
      sieve[index] = (sieve[index] ?? 0) & ~(1 << ((hashHigh >>> sieveShift) & 7));
    }
  }

  /**
   * The base address of each of `count` anchors by the hash in its record, or -1. Unverified: a tag of 22 bits agreed. All in one loop, since until V8 has optimised it
   * a field of an object takes as long as a miss of the cache.
   */
  find(records: Uint32Array, count: number, addresses: Float64Array): void {
    const slots = this.#slots;
    const sieve = this.#sieve;
    const indexShift = this.#indexShift;
    const sieveShift = this.#sieveShift;
    for (let i = 0, at = 1; i < count; i++, at += anchorRecordWords) {
      const hashHigh = records[at + 1] ?? 0;
      const index = hashHigh >>> indexShift;
      addresses[i] = -1;
      if ((((sieve[index] ?? 0) >>> ((hashHigh >>> sieveShift) & 7)) & 1) !== 0) continue;
      const high = slots[index * 2 + 1] ?? 0;
      const low = slots[index * 2] ?? 0;
      if (((high ^ tagOf(records[at] ?? 0, hashHigh)) & ~addressHighMask) !== 0) continue;
      if (high !== 0xffffffff || low !== 0xffffffff) addresses[i] = (high & addressHighMask) * two32 + low;
    }
  }
}

/** The tag in the place that it has in a slot's upper half. */
function tagOf(hashLow: number, hashHigh: number): number {
  return ((hashHigh << 28) | (hashLow >>> 4)) & ~addressHighMask;
}
