/**
 * The second step of shortening a message under CRC-32C (crc32c-fold has the first, and the reason why it is right), with the
 * multiple of eight terms of the lowest degree:
 *
 *   x^79 + x^75 + x^71 + x^58 + x^18 + x^12 + x + 1
 *
 * first over vectors (y = x^128), down to 1,264 bytes, then over words of 64 and of 32 bits, each down to half. As many table look-ups
 * as that saves cost more: they wait for each other, and the data has driven the tables out of the first-level cache (14 % at 16 KiB).
 *
 * Memory: up to 8,192 bytes of t behind as many zeros as it reaches back (1,264). The zeros are never written.
 */

const shortBytes: usize = 79 * 16;
const history: usize = memory.data(9456, 16);

/** What is left. */
export const foldedBytes: usize = 79 * 4;

/** t[i] from v[i] and the `taps` farthest distances; the history of t[i] begins at `at`. */
// @ts-ignore: decorator
@inline
function tapShort(value: v128, at: usize, taps: i32): v128 {
  value = v128.xor(value, v128.load(at));
  if (taps > 1) value = v128.xor(value, v128.load(at, 16));
  if (taps > 2) value = v128.xor(value, v128.load(at, 12 * 16));
  if (taps > 3) value = v128.xor(value, v128.load(at, 18 * 16));
  if (taps > 4) value = v128.xor(value, v128.load(at, 58 * 16));
  if (taps > 5) value = v128.xor(value, v128.load(at, 71 * 16));
  if (taps > 6) value = v128.xor(value, v128.load(at, 75 * 16));
  return value;
}

/** Folds the 1,280 to 8,191 bytes at `data`, a multiple of 16, their first four XORed with `start`; returns where the foldedBytes are. */
export function foldShort(data: usize, length: usize, start: u32): usize {
  const first = v128.xor(v128.load(data), i32x4.replace_lane(i32x4.splat(0), 0, start));
  const by = history - data;
  const rest = data + length - shortBytes;
  v128.store(history + shortBytes, first);
  data += 16;
  while (data + 16 < rest) {
    const a = tapShort(v128.load(data), data + by, 7);
    const b = tapShort(v128.load(data, 16), data + by + 16, 7);
    v128.store(data + by + shortBytes, a);
    v128.store(data + by + shortBytes, b, 16);
    data += 32;
  }
  if (data < rest) {
    v128.store(data + by + shortBytes, tapShort(v128.load(data), data + by, 7));
    data += 16;
  }
  for (const end = data + 4 * 16; data < end; data += 16) {
    v128.store(data + by + shortBytes, tapShort(v128.load(data), data + by, 7));
  }
  for (const end = data + 4 * 16; data < end; data += 16) {
    v128.store(data + by + shortBytes, tapShort(v128.load(data), data + by, 6));
  }
  for (const end = data + 13 * 16; data < end; data += 16) {
    v128.store(data + by + shortBytes, tapShort(v128.load(data), data + by, 5));
  }
  for (const end = data + 40 * 16; data < end; data += 16) {
    v128.store(data + by + shortBytes, tapShort(v128.load(data), data + by, 4));
  }
  for (const end = data + 6 * 16; data < end; data += 16) {
    v128.store(data + by + shortBytes, tapShort(v128.load(data), data + by, 3));
  }
  for (const end = data + 11 * 16; data < end; data += 16) {
    v128.store(data + by + shortBytes, tapShort(v128.load(data), data + by, 2));
  }
  v128.store(data + by + shortBytes, tapShort(v128.load(data), data + by, 1));
  const folded = rest + by + shortBytes;
  halve<u64>(folded);
  halve<u32>(folded + 79 * 8);
  return folded + 79 * 12;
}

/** `value` with the `taps` shortest distances before the word at `at`. */
// @ts-ignore: decorator
@inline
function near<T>(value: T, at: usize, taps: i32): T {
  if (taps > 0) value ^= load<T>(at - 78 * sizeof<T>(), 74 * sizeof<T>());
  if (taps > 1) value ^= load<T>(at - 78 * sizeof<T>(), 70 * sizeof<T>());
  if (taps > 2) value ^= load<T>(at - 78 * sizeof<T>(), 57 * sizeof<T>());
  if (taps > 3) value ^= load<T>(at - 78 * sizeof<T>(), 17 * sizeof<T>());
  if (taps > 4) value ^= load<T>(at - 78 * sizeof<T>(), 11 * sizeof<T>());
  if (taps > 5) value ^= load<T>(at - 78 * sizeof<T>());
  return value;
}

/** `value` with the `taps` longest distances. */
// @ts-ignore: decorator
@inline
function far<T>(value: T, at: usize, taps: i32): T {
  value ^= load<T>(at - 79 * sizeof<T>());
  if (taps > 1) value ^= load<T>(at - 79 * sizeof<T>(), 1 * sizeof<T>());
  if (taps > 2) value ^= load<T>(at - 79 * sizeof<T>(), 12 * sizeof<T>());
  if (taps > 3) value ^= load<T>(at - 79 * sizeof<T>(), 18 * sizeof<T>());
  if (taps > 4) value ^= load<T>(at - 79 * sizeof<T>(), 58 * sizeof<T>());
  if (taps > 5) value ^= load<T>(at - 79 * sizeof<T>(), 71 * sizeof<T>());
  if (taps > 6) value ^= load<T>(at - 79 * sizeof<T>(), 75 * sizeof<T>());
  return value;
}

/** Folds the 158 words at `at` onto the last 79: the first 79 reach back into themselves only, the last into the first only. */
function halve<T>(at: usize): void {
  const middle = at + 79 * sizeof<T>();
  const end = middle + 79 * sizeof<T>();
  let word = at + 4 * sizeof<T>();
  for (; word < at + 8 * sizeof<T>(); word += sizeof<T>()) store<T>(word, near<T>(load<T>(word), word, 1));
  for (; word < at + 21 * sizeof<T>(); word += sizeof<T>()) store<T>(word, near<T>(load<T>(word), word, 2));
  for (; word < at + 61 * sizeof<T>(); word += sizeof<T>()) store<T>(word, near<T>(load<T>(word), word, 3));
  for (; word < at + 67 * sizeof<T>(); word += sizeof<T>()) store<T>(word, near<T>(load<T>(word), word, 4));
  for (; word < at + 78 * sizeof<T>(); word += sizeof<T>()) store<T>(word, near<T>(load<T>(word), word, 5));
  store<T>(word, near<T>(load<T>(word), word, 6));
  word = middle;
  for (; word < middle + 4 * sizeof<T>(); word += sizeof<T>()) store<T>(word, far<T>(load<T>(word), word, 7));
  for (; word < middle + 8 * sizeof<T>(); word += sizeof<T>()) store<T>(word, far<T>(load<T>(word), word, 6));
  for (; word < middle + 21 * sizeof<T>(); word += sizeof<T>()) store<T>(word, far<T>(load<T>(word), word, 5));
  for (; word < middle + 61 * sizeof<T>(); word += sizeof<T>()) store<T>(word, far<T>(load<T>(word), word, 4));
  for (; word < middle + 67 * sizeof<T>(); word += sizeof<T>()) store<T>(word, far<T>(load<T>(word), word, 3));
  for (; word < middle + 78 * sizeof<T>(); word += sizeof<T>()) store<T>(word, far<T>(load<T>(word), word, 2));
  store<T>(word, far<T>(load<T>(word), word, 1));
}
