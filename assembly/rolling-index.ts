/**
 * The table over a signature's weak sums. A bucket is the top bits of sum * 0x9E3779B1; its chain lists block indices + 1 in
 * ascending order, 0 ends it. Of one weak sum only the first 64 blocks are kept, which bounds the search on repetitive data.
 */

const sameSumMax: u32 = 64;

/** Byte offset of a sum's bucket in `heads`. */
export function bucketOf(sum: u32, tableBits: u32): usize {
  return (<usize>((sum * 0x9e3779b1) >>> (32 - tableBits))) << 2;
}

export function rollingIndex(sums: usize, count: u32, heads: usize, tableBits: u32, next: usize): void {
  memory.fill(heads, 0, (<usize>4) << tableBits);
  for (let i: u32 = 0; i < count; i++) {
    const at = (<usize>i) << 2;
    const sum = load<u32>(sums + at);
    store<u32>(next + at, 0);
    let link = heads + bucketOf(sum, tableBits);
    let same: u32 = 0;
    for (let entry = load<u32>(link); entry != 0; entry = load<u32>(link)) {
      const block = (<usize>(entry - 1)) << 2;
      if (load<u32>(sums + block) == sum) same++;
      link = next + block;
    }
    if (same < sameSumMax) store<u32>(link, i + 1);
  }
}
