/** Anchors and their table in plain TypeScript; assembly/anchor-filter.ts and assembly/anchor-table.ts state the layout. Hashes are bigints. */

const anchorBytes = 32;
const factors = [0x9e3779b97f4a7c15n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n, 0x85ebca77c2b2ae63n];

const addressBits = 42n;
const addressMask = (1n << addressBits) - 1n;
const emptySlot = (1n << 64n) - 1n;

export interface AnchorPlace {
  readonly offset: number;
  readonly hash: bigint;
}

/** Anchors that start in [from, to) and end inside `bytes`. */
export function* anchors(
  bytes: Uint8Array,
  from: number,
  to: number,
  spacingBits: number,
): Generator<AnchorPlace> {
  const limit = 32_767 - (65_536 >> spacingBits);
  const word = (at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  for (let at = from; at < to && at + anchorBytes <= bytes.length; at++) {
    const sum = (word(at) + word(at + 16)) ^ word(at + 9);
    if (((sum * 0x9e37) << 16) >> 16 > limit) yield { offset: at, hash: hashAnchor(bytes, at) };
  }
}

function hashAnchor(bytes: Uint8Array, at: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, anchorBytes);
  const sum = low64(
    factors.reduce((total, factor, i) => total + view.getBigUint64(i * 8, true) * factor, 0n),
  );
  return low64((sum ^ (sum >> 32n)) * 0xd6e8feb86659fd93n);
}

export function isSampled(hash: bigint, sampleBits: number): boolean {
  return BigInt.asUintN(sampleBits, hash) === 0n;
}

export class AnchorTable {
  readonly #slots: BigUint64Array;
  readonly #sieve: Uint8Array;
  readonly #bits: bigint;

  constructor(memory: WebAssembly.Memory, table: number, tableBits: number) {
    const slots = 2 ** tableBits;
    this.#slots = new BigUint64Array(memory.buffer, table, slots);
    this.#sieve = new Uint8Array(memory.buffer, table + slots * 8, slots);
    this.#bits = BigInt(tableBits);
  }

  insert(hash: bigint, address: number): void {
    const index = this.#indexOf(hash);
    const entry = (low64(hash << 28n) & ~addressMask) | BigInt(address);
    if (entry < (this.#slots[index] ?? 0n)) this.#slots[index] = entry;
    this.#sieve[index] = (this.#sieve[index] ?? 0) & ~(1 << this.#sieveBit(hash));
  }

  /** The base address of an anchor, or undefined. */
  find(hash: bigint): number | undefined {
    const index = this.#indexOf(hash);
    if ((((this.#sieve[index] ?? 0) >> this.#sieveBit(hash)) & 1) !== 0) return undefined;
    const entry = this.#slots[index] ?? emptySlot;
    if (entry === emptySlot || low64(entry ^ (hash << 28n)) > addressMask) return undefined;
    return Number(entry & addressMask);
  }

  #indexOf(hash: bigint): number {
    return Number(hash >> (64n - this.#bits));
  }

  #sieveBit(hash: bigint): number {
    return Number((hash >> (61n - this.#bits)) & 7n);
  }
}

function low64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}
