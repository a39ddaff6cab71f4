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

/** How far past their end the generous functions may read and write. */
export const generousBytes: usize = 64;

/**
 * As copyBytes, but up to 64 bytes behind both ranges may be read and written too: few branches, so few to mispredict. Up to
 * 1 KiB it is faster than memory.copy (by 15 % on pieces of 500 and of 1,000 bytes).
 */
// @ts-ignore: decorator
@inline
export function copyGenerously(from: usize, to: usize, length: usize): void {
  if (length > 1024) {
    memory.copy(to, from, length);
    return;
  }
  const end = to + length;
  do {
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const c = v128.load(from, 32);
    const d = v128.load(from, 48);
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
    from += 64;
    to += 64;
  } while (to < end);
}

/** As addBytes, but up to 16 bytes behind the ranges may be read and written too. */
// @ts-ignore: decorator
@inline
export function addGenerously(a: usize, b: usize, length: usize, out: usize): void {
  let at: usize = 0;
  do {
    v128.store(out + at, i8x16.add(v128.load(a + at), v128.load(b + at)));
    at += 16;
  } while (at < length);
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
