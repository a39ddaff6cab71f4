/**
 * Index of a base's windows of 16 bytes at every multiple of 16: 2^bits u32, window number + 1, 0 for none. Of windows that
 * share a slot the lowest stays, so that a match in repetitive data is the one with the most bytes after it.
 */

export const windowBytes = 16;

/** Slot of the 16 bytes at `data`, as a byte offset into the table. */
// @ts-ignore: decorator
@inline
export function windowSlot(data: usize, bits: u32): usize {
  const hash = load<u64>(data) * 0x9e3779b97f4a7c15 + load<u64>(data, 8) * 0xc2b2ae3d27d4eb4f;
  return (<usize>(hash >> (<u64>(64 - bits)))) << 2;
}

export function indexWindows(base: usize, baseLength: i32, table: usize, bits: u32): void {
  memory.fill(table, 0, (<usize>4) << bits);
  for (let window = baseLength / windowBytes; window > 0; window--) {
    store<u32>(table + windowSlot(base + <usize>(window - 1) * windowBytes, bits), window);
  }
}
