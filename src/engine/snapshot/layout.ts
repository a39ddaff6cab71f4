/**
 * The linear address space of a snapshot, and its division into leaves and regions.
 *
 * All file entries lie end to end in entry order. Each entry is divided into leaves of 64 KiB (the last may be short; an empty
 * file has none): the units of content identity. Leaves are grouped into regions of at most `regionBytes`, the units of
 * work. Both divisions depend on entry sizes alone, never on the worker count or on content.
 */
import { leafBytes, regionBytes, regionLeavesMax } from '../../base/limits.js';
import { assert, present } from '../../base/errors.js';

/** All that a layout needs to know of an entry. */
export interface Sized {
  readonly sizeBytes: number;
}

/** A run of whole leaves, the unit of work of one kernel call. May span several small entries, or be part of a large one. */
export interface Region {
  readonly index: number;
  readonly address: number;
  readonly length: number;
  readonly firstLeaf: number;
  readonly leafCount: number;
}

/** The piece of one entry that lies in a range of addresses. */
export interface Part {
  readonly entry: number;
  readonly address: number;
  readonly length: number;
}

export class Layout {
  /** Address of each entry's first byte; one more element holds the total. */
  readonly entryAddress: Float64Array;
  /** Index of each entry's first leaf; one more element holds the total. */
  readonly entryLeaf: Float64Array;

  constructor(entries: readonly Sized[]) {
    this.entryAddress = new Float64Array(entries.length + 1);
    this.entryLeaf = new Float64Array(entries.length + 1);
    let address = 0;
    let leaf = 0;
    entries.forEach((entry, index) => {
      this.entryAddress[index] = address;
      this.entryLeaf[index] = leaf;
      address += entry.sizeBytes;
      leaf += Math.ceil(entry.sizeBytes / leafBytes);
    });
    this.entryAddress[entries.length] = address;
    this.entryLeaf[entries.length] = leaf;
  }

  get entryCount(): number {
    return this.entryAddress.length - 1;
  }

  get totalBytes(): number {
    return present(this.entryAddress[this.entryCount], 'total size');
  }

  get leafCount(): number {
    return present(this.entryLeaf[this.entryCount], 'total leaf count');
  }

  startOf(entry: number): number {
    return present(this.entryAddress[entry], 'entry address');
  }

  endOf(entry: number): number {
    return present(this.entryAddress[entry + 1], 'entry end address');
  }

  firstLeafOf(entry: number): number {
    return present(this.entryLeaf[entry], 'entry leaf');
  }

  /** The entry that holds the byte at `address` (never an empty one). */
  entryAt(address: number): number {
    assert(address >= 0 && address < this.totalBytes, 'the address lies inside the snapshot');
    return lastAtMost(this.entryAddress, address);
  }

  /** The address at which leaf `leaf` begins; the total for leaf === leafCount. */
  leafAddress(leaf: number): number {
    if (leaf === this.leafCount) return this.totalBytes;
    const entry = lastAtMost(this.entryLeaf, leaf);
    return this.startOf(entry) + (leaf - this.firstLeafOf(entry)) * leafBytes;
  }

  /** The leaf that holds the byte at `address`. */
  leafAt(address: number): number {
    const entry = this.entryAt(address);
    return this.firstLeafOf(entry) + Math.floor((address - this.startOf(entry)) / leafBytes);
  }

  /** End offsets, relative to the first leaf's address, of `count` leaves: the `cuts` of the hash kernels. */
  leafCuts(firstLeaf: number, count: number): Uint32Array {
    const cuts = new Uint32Array(count);
    const origin = this.leafAddress(firstLeaf);
    let entry = count === 0 ? 0 : lastAtMost(this.entryLeaf, firstLeaf);
    for (let i = 0; i < count; i++) {
      const leaf = firstLeaf + i;
      while (leaf >= present(this.entryLeaf[entry + 1], 'entry leaf')) entry++;
      const within = (leaf - this.firstLeafOf(entry) + 1) * leafBytes;
      cuts[i] = Math.min(this.startOf(entry) + within, this.endOf(entry)) - origin;
    }
    return cuts;
  }

  /**
   * All regions in order. A region holds whole entries, or a part of one entry that begins at a multiple of `regionBytes` within it;
   * so blocks of any power-of-two size up to `regionBytes` never straddle two regions.
   */
  *regions(): Generator<Region> {
    let index = 0;
    let firstEntry = 0;
    while (firstEntry < this.entryCount) {
      const address = this.startOf(firstEntry);
      const firstLeaf = this.firstLeafOf(firstEntry);
      if (this.endOf(firstEntry) - address > regionBytes) {
        const leaves = regionBytes / leafBytes;
        const end = this.endOf(firstEntry);
        for (let at = address, leaf = firstLeaf; at < end; at += regionBytes, leaf += leaves) {
          const length = Math.min(regionBytes, end - at);
          yield {
            index: index++,
            address: at,
            length,
            firstLeaf: leaf,
            leafCount: Math.ceil(length / leafBytes),
          };
        }
        firstEntry++;
        continue;
      }
      let entry = firstEntry;
      while (
        entry < this.entryCount &&
        this.endOf(entry) - address <= regionBytes &&
        this.firstLeafOf(entry + 1) - firstLeaf <= regionLeavesMax
      ) {
        entry++;
      }
      const length = this.startOf(entry) - address;
      const leafCount = this.firstLeafOf(entry) - firstLeaf;
      if (length > 0) yield { index: index++, address, length, firstLeaf, leafCount };
      firstEntry = entry;
    }
  }

  /** The entry parts that a range covers, in order, empty entries left out. */
  *parts(address: number, length: number): Generator<Part> {
    const end = address + length;
    for (let at = address, entry = length > 0 ? this.entryAt(address) : 0; at < end; entry++) {
      const stop = Math.min(this.endOf(entry), end);
      if (stop > at) yield { entry, address: at, length: stop - at };
      at = stop;
    }
  }
}

/** Index of the last element <= value in an ascending array; of equal elements the last (so empty entries are passed over). */
function lastAtMost(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (present(ascending[middle], 'element') <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
