/**
 * RAM, Rapid Asymmetric Maximum: no hash, only the largest byte. A chunk opens with a window of fixed size; it ends with the first byte
 * behind the window that is at least as large as every byte inside, that byte included.
 *
 * Sources: Widodo, Lim, Atiquzzaman, "A new content-defined chunking algorithm for data deduplication in cloud storage", Future
 * Generation Computer Systems 71, 2017; `vram` is its form with vectors as in Udayashankar, Baba, Al-Kiswany, "VectorCDC", FAST 2025:
 * the maximum of the window and the scan behind it, 64 bytes a step. Both give the same cuts. The window is DedupBench's:
 * average - 256, since on random data the next byte as large as the window's maximum, 255, is 256 bytes away on average.
 * DedupBench leaves the byte that ends a chunk to the next chunk, so that the maximum can only grow from chunk to chunk; this follows the paper.
 *
 * Limits: where the data never again reaches the window's maximum, the cut falls at maxBytes and does not move with content.
 * minBytes bounds the window from below and has no other effect. The window is read to its end even when it has met a 255, as its authors do.
 */

/** A byte at a time. */
export function ram(
  data: usize,
  length: usize,
  final: u32,
  minBytes: usize,
  averageBytes: usize,
  maxBytes: usize,
  cuts: usize,
): u32 {
  const window = windowBytes(minBytes, averageBytes);
  const firstCut = cuts;
  const end = data + length;
  let start = data;
  while (start < end) {
    const left = end - start;
    if (left < maxBytes && final == 0) break;
    start += chunkBytes(start, min(left, maxBytes), window);
    store<u32>(cuts, <u32>(start - data));
    cuts += 4;
  }
  return <u32>((cuts - firstCut) >> 2);
}

/** 64 bytes a step. */
export function vram(
  data: usize,
  length: usize,
  final: u32,
  minBytes: usize,
  averageBytes: usize,
  maxBytes: usize,
  cuts: usize,
): u32 {
  const window = windowBytes(minBytes, averageBytes);
  const firstCut = cuts;
  const end = data + length;
  let start = data;
  while (start < end) {
    const left = end - start;
    if (left < maxBytes && final == 0) break;
    const longest = min(left, maxBytes);
    const bytes = longest <= window ? longest : firstReaching(start + window, start + longest, largest(start, window)) - start;
    start += bytes;
    store<u32>(cuts, <u32>(start - data));
    cuts += 4;
  }
  return <u32>((cuts - firstCut) >> 2);
}

/** A chunk is longer than this, unless the data ends. */
function windowBytes(minBytes: usize, averageBytes: usize): usize {
  return averageBytes > minBytes + 256 ? averageBytes - 256 : max<usize>(minBytes, 1);
}

/** Length of the chunk that begins at `start` and may have `longest` bytes. */
function chunkBytes(start: usize, longest: usize, window: usize): usize {
  if (longest <= window) return longest;
  let largest: u32 = 0;
  let at = start;
  for (const stop = start + window; at < stop; at++) largest = max<u32>(largest, load<u8>(at));
  for (const stop = start + longest; at < stop; at++) if (<u32>load<u8>(at) >= largest) return at + 1 - start;
  return longest;
}

/** The largest of `length` bytes. */
function largest(data: usize, length: usize): u32 {
  let at = data;
  const stop = data + length;
  let a = i8x16.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (; at + 64 <= stop; at += 64) {
    a = i8x16.max_u(a, v128.load(at));
    b = i8x16.max_u(b, v128.load(at, 16));
    c = i8x16.max_u(c, v128.load(at, 32));
    d = i8x16.max_u(d, v128.load(at, 48));
  }
  a = i8x16.max_u(i8x16.max_u(a, b), i8x16.max_u(c, d));
  for (; at + 16 <= stop; at += 16) a = i8x16.max_u(a, v128.load(at));
  let found: u32 = 0;
  for (; at < stop; at++) found = max<u32>(found, load<u8>(at));
  // Halves against each other until one lane holds the maximum of all.
  a = i8x16.max_u(a, i8x16.shuffle(a, a, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  a = i8x16.max_u(a, i8x16.shuffle(a, a, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  a = i8x16.max_u(a, i8x16.shuffle(a, a, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
  a = i8x16.max_u(a, i8x16.shuffle(a, a, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
  return max<u32>(found, <u32>i8x16.extract_lane_u(a, 0));
}

/** One past the first byte of [at, stop) that is at least `bound`; stop where there is none. */
function firstReaching(at: usize, stop: usize, bound: u32): usize {
  const bounds = i8x16.splat(<i8>bound);
  for (; at + 64 <= stop; at += 64) {
    const highest = i8x16.max_u(
      i8x16.max_u(v128.load(at), v128.load(at, 16)),
      i8x16.max_u(v128.load(at, 32), v128.load(at, 48)),
    );
    if (v128.any_true(i8x16.ge_u(highest, bounds))) break;
  }
  for (; at + 16 <= stop; at += 16) {
    const reached = <u32>i8x16.bitmask(i8x16.ge_u(v128.load(at), bounds));
    if (reached != 0) return at + ctz(reached) + 1;
  }
  for (; at < stop; at++) if (<u32>load<u8>(at) >= bound) return at + 1;
  return stop;
}
