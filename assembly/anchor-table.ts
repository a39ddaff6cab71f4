/**
 * The table of a base's anchors: 2^tableBits slots of u64, then as many bytes of sieve. All bits of an empty table are ones.
 *
 *     hash   63 ... slot (tableBits) ... | sieve (3 bits) | ... | 35 ... tag (22 bits) ... 14 | 13 ... sampling ... 0
 *     slot   63 ... tag ... 42 | 41 ... base address ... 0
 *
 * Of the anchors that meet in a slot the smallest entry stays: the lowest tag, and of one tag the lowest address. A minimum does not depend on
 * order, so a table may be filled by regions in any order, and tables of parts of a base merged slot by slot. Since
 * tags do not depend on places, a table that is too small keeps a sample spread evenly over the base.
 *
 * The sieve has a byte for each slot, in which every anchor that was inserted clears one of eight bits. It is an eighth of the table, lies in a cache
 * that the table does not fit, and keeps out 94 % of unrelated anchors when there is one anchor for two slots.
 */

/**
 * Bytes of an anchor, all of them under its hash. With 16, anchors in source trees are so often equal to others that 6 % less of the target was
 * found through them.
 */
export const anchorBytes: usize = 32;

/** A record of three u32: offset, hash (low, high). */
export const anchorRecordBytes: usize = 12;

/** What an empty slot holds, and what find() returns for an anchor that the table does not know. */
export const emptySlot: u64 = u64.MAX_VALUE;

const addressBits: u64 = 42;
const addressMask: u64 = ((<u64>1) << addressBits) - 1;

// @ts-ignore: decorator
@inline
export function hashAnchor(at: usize): u64 {
  const sum =
    load<u64>(at) * 0x9e3779b97f4a7c15 +
    load<u64>(at, 8) * 0xc2b2ae3d27d4eb4f +
    load<u64>(at, 16) * 0x165667b19e3779f9 +
    load<u64>(at, 24) * 0x85ebca77c2b2ae63;
  return (sum ^ (sum >> 32)) * 0xd6e8feb86659fd93;
}

/** Whether thinning by 2^sampleBits keeps an anchor. */
// @ts-ignore: decorator
@inline
export function isSampled(hash: u64, sampleBits: u32): bool {
  return (hash & (((<u64>1) << (<u64>sampleBits)) - 1)) == 0;
}

/** Puts an anchor at a base address into the table. */
// @ts-ignore: decorator
@inline
export function insert(table: usize, tableBits: u32, hash: u64, address: u64): void {
  const index = indexOf(hash, tableBits);
  const slot = table + (index << 3);
  const sieve = sieveOf(table, tableBits) + index;
  store<u64>(slot, min(load<u64>(slot), ((hash << 28) & ~addressMask) | address));
  store<u8>(sieve, <u8>(<u32>load<u8>(sieve) & ~((<u32>1) << sieveBit(hash, tableBits))));
}

/** The table's entry for an anchor, or emptySlot. */
// @ts-ignore: decorator
@inline
export function find(table: usize, tableBits: u32, hash: u64): u64 {
  const index = indexOf(hash, tableBits);
  const absent = (<u32>load<u8>(sieveOf(table, tableBits) + index) >>> sieveBit(hash, tableBits)) & 1;
  if (absent != 0) return emptySlot;
  const entry = load<u64>(table + (index << 3));
  return (entry ^ (hash << 28)) <= addressMask ? entry : emptySlot;
}

// @ts-ignore: decorator
@inline
export function addressOf(entry: u64): u64 {
  return entry & addressMask;
}

// @ts-ignore: decorator
@inline
export function address64(low: u32, high: u32): u64 {
  return ((<u64>high) << 32) | <u64>low;
}

// @ts-ignore: decorator
@inline
function indexOf(hash: u64, tableBits: u32): usize {
  return <usize>(hash >> (<u64>(64 - tableBits)));
}

// @ts-ignore: decorator
@inline
function sieveOf(table: usize, tableBits: u32): usize {
  return table + ((<usize>8) << tableBits);
}

// @ts-ignore: decorator
@inline
function sieveBit(hash: u64, tableBits: u32): u32 {
  return <u32>(hash >> (<u64>(61 - tableBits))) & 7;
}
