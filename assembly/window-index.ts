/**
 * Index of a base's windows of 16 bytes at every multiple of 16: 2^bits slots of u32, 0 for none. Of windows that
 * share a slot the lowest stays, so that a match in repetitive data is the one with the most bytes after it.
 *
 *     slot = tag (12 bits of the hash that did not choose the slot) | window number + 1 (20 bits)
 *
 * The tag tells nearly all foreign windows without a look at the base. Limits: base below 2^24 - 16 bytes, bits at most 20.
 */

export const windowBytes = 16;

/** Base windows are numbered with 20 bits. */
const numberBits = 20;
export const numberMask: u32 = (1 << numberBits) - 1;

// @ts-ignore: decorator
@inline
export function hashWindow(data: usize): u64 {
  return load<u64>(data) * 0x9e3779b97f4a7c15 + load<u64>(data, 8) * 0xc2b2ae3d27d4eb4f;
}

/** Byte offset of a hash's slot in the table. */
// @ts-ignore: decorator
@inline
export function slotOf(hash: u64, bits: u32): usize {
  return (<usize>(hash >> (<u64>(64 - bits)))) << 2;
}

/** The tag of a hash, in place: bits 20 to 31. */
// @ts-ignore: decorator
@inline
export function tagOf(hash: u64): u32 {
  return (<u32>(hash >> 12)) & ~numberMask;
}

export function indexWindows(base: usize, baseLength: i32, table: usize, bits: u32): void {
  memory.fill(table, 0, (<usize>4) << bits);
  for (let window = baseLength / windowBytes; window > 0; window--) {
    const hash = hashWindow(base + <usize>(window - 1) * windowBytes);
    store<u32>(table + slotOf(hash, bits), tagOf(hash) | window);
  }
}
