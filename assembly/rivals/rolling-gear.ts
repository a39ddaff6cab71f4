/**
 * Match search with a rolling hash: the base's windows of 64 bytes at every multiple of stepBytes are indexed, a gear hash rolls over every byte of
 * the target and is looked up, what agrees is verified on the window and grown both ways.
 *
 * Sources: the search of rsync (Tridgell, Mackerras 1996) with the gear hash of FastCDC (Xia et al. 2016), which costs one shift and one
 * addition a byte and whose 64 bits cover exactly 64 bytes; growing as in zstd's long-distance matcher.
 * Four positions a step. A slot of u32 holds 12 bits of hash that did not choose it over a window's number + 1 (0: none), so that base bytes
 * are touched for one unrelated position in 4096 at most. After a match the hash starts anew at its end. Of windows that share a slot the lowest stays.
 *
 * On unrelated data that lies in cache it runs at 3.5 to 4 cycles a position, a chain of loads and tests without misses; a
 * filter in front of the table therefore does not help it. Limits: 2^20 - 1 windows, tableBits from 1 to 28.
 */
import { gear } from '../gear';
import { agreeBackward, agreeForward } from '../match';

const windowBytes: usize = 64;
const numberMask: u32 = (1 << 20) - 1;

export function rollingGearIndex(
  base: usize,
  baseLength: usize,
  stepBytes: usize,
  table: usize,
  tableBits: u32,
): void {
  memory.fill(table, 0, (<usize>4) << tableBits);
  if (baseLength < windowBytes) return;
  const shift = <u64>(64 - tableBits);
  for (let number = (baseLength - windowBytes) / stepBytes + 1; number > 0; number--) {
    const end = base + (number - 1) * stepBytes + windowBytes;
    const hash = rolledOver(end - windowBytes, end);
    store<u32>(slotOf(table, hash, shift), (tagOf(hash) & ~numberMask) | <u32>number);
  }
}

export function rollingGearSearch(
  base: usize,
  baseLength: usize,
  target: usize,
  targetLength: usize,
  stepBytes: usize,
  table: usize,
  tableBits: u32,
  out: usize,
): u32 {
  const first = out;
  const end = target + targetLength;
  const shift = <u64>(64 - tableBits);
  let floor = target;
  while (floor + windowBytes <= end) {
    // All of the first window but its last byte.
    let at = floor + windowBytes - 1;
    let hash = rolledOver(floor, at);
    let matched = false;
    while (!matched) {
      let alike = false;
      while (at + 4 <= end) {
        hash = roll(hash, at);
        alike = isAlike(table, hash, shift);
        if (alike) break;
        hash = roll(hash, at + 1);
        alike = isAlike(table, hash, shift);
        if (alike) {
          at += 1;
          break;
        }
        hash = roll(hash, at + 2);
        alike = isAlike(table, hash, shift);
        if (alike) {
          at += 2;
          break;
        }
        hash = roll(hash, at + 3);
        alike = isAlike(table, hash, shift);
        if (alike) {
          at += 3;
          break;
        }
        at += 4;
      }
      while (!alike && at < end) {
        hash = roll(hash, at);
        alike = isAlike(table, hash, shift);
        if (!alike) at++;
      }
      if (!alike) return <u32>((out - first) / 12);

      at++;
      const number = <usize>(load<u32>(slotOf(table, hash, shift)) & numberMask);
      if (number == 0) continue;
      const window = at - windowBytes;
      const offset = (number - 1) * stepBytes;
      const after = agreeForward(window, base + offset, min(end - window, baseLength - offset));
      if (after < windowBytes) continue;
      const before = agreeBackward(window, base + offset, min(window - floor, offset));
      store<u32>(out, <u32>(window - before - target));
      store<u32>(out, <u32>(before + after), 4);
      store<u32>(out, <u32>(offset - before), 8);
      out += 12;
      floor = window + after;
      matched = true;
    }
  }
  return <u32>((out - first) / 12);
}

function rolledOver(at: usize, end: usize): u64 {
  let hash: u64 = 0;
  for (; at < end; at++) hash = roll(hash, at);
  return hash;
}

// @ts-ignore: decorator
@inline
function roll(hash: u64, at: usize): u64 {
  return (hash << 1) + load<u64>(gear + (<usize>load<u8>(at) << 3));
}

// @ts-ignore: decorator
@inline
function slotOf(table: usize, hash: u64, shift: u64): usize {
  return table + (<usize>(hash >> shift) << 2);
}

/** Bits 36 to 47 of the hash in bits 20 to 31; each covers more than half of the window. */
// @ts-ignore: decorator
@inline
function tagOf(hash: u64): u32 {
  return <u32>(hash >> 16);
}

/** Whether the slot of a hash has its tag. */
// @ts-ignore: decorator
@inline
function isAlike(table: usize, hash: u64, shift: u64): bool {
  return (load<u32>(slotOf(table, hash, shift)) ^ tagOf(hash)) <= numberMask;
}
