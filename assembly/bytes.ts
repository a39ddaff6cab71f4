/** Copies, sums and differences of byte ranges: what delta instructions are made of. Ranges never overlap, unless stated. */

/**
 * Copies `length` bytes. Short copies stay in WebAssembly: memory.copy calls out of it and costs as much as moving
 * about 300 bytes.
 */
export function copyBytes(from: usize, to: usize, length: usize): void {
  if (length > 256) {
    memory.copy(to, from, length);
    return;
  }
  if (length >= 16) {
    const tail = length - 16;
    for (let at: usize = 0; at < tail; at += 16) v128.store(to + at, v128.load(from + at));
    v128.store(to + tail, v128.load(from + tail));
    return;
  }
  if (length & 8) {
    store<u64>(to, load<u64>(from));
    to += 8;
    from += 8;
  }
  if (length & 4) {
    store<u32>(to, load<u32>(from));
    to += 4;
    from += 4;
  }
  if (length & 2) {
    store<u16>(to, load<u16>(from));
    to += 2;
    from += 2;
  }
  if (length & 1) store<u8>(to, load<u8>(from));
}

/** out[i] = a[i] + b[i] mod 256; `out` may equal `a` or `b`. */
export function addBytes(a: usize, b: usize, length: usize, out: usize): void {
  let at: usize = 0;
  for (; at + 16 <= length; at += 16) v128.store(out + at, i8x16.add(v128.load(a + at), v128.load(b + at)));
  for (; at < length; at++) store<u8>(out + at, load<u8>(a + at) + load<u8>(b + at));
}

/** out[i] = a[i] - b[i] mod 256. */
export function subtractBytes(a: usize, b: usize, length: usize, out: usize): void {
  let at: usize = 0;
  for (; at + 16 <= length; at += 16) v128.store(out + at, i8x16.sub(v128.load(a + at), v128.load(b + at)));
  for (; at < length; at++) store<u8>(out + at, load<u8>(a + at) - load<u8>(b + at));
}
