/**
 * SeqCDC: no hash; a chunk ends in front of the byte that completes a rising sequence. From minBytes on, each byte is compared with the one before:
 * five rises in a row, equal neighbours not counted, are a cut, which leaves the fifth risen byte to the next chunk. Regions that mostly fall
 * are skipped: at the fiftieth fall since the chunk's minimum or the last skip, averageBytes / 32 bytes are left unread.
 *
 * Source: Udayashankar, Baba, Al-Kiswany, "SeqCDC: Hashless Content-Defined Chunking for Data Deduplication", Middleware 2024, and the
 * scalar code of its authors in DedupBench, whose cuts these are (mode "increasing"). Their parameters at 8 and 16 KiB: sequence 5, trigger 50, skip 256
 * and 512, minimum half and maximum twice the average; other averages scale the skip.
 * The paper vectorises the comparison; here the search for sequences and falls, too, works on 64 positions at once, as bits of a word.
 *
 * Limits: minBytes at least 1. Data that rises nowhere five times, such as runs and short periods, is cut at the maximum.
 */

const sequenceRises: u32 = 5;
const skipFalls: u32 = 50;

export function seqcdc(
  data: usize,
  length: usize,
  final: u32,
  minBytes: usize,
  averageBytes: usize,
  maxBytes: usize,
  cuts: usize,
): u32 {
  const skip = averageBytes >> 5;
  const firstCut = cuts;
  const end = data + length;
  let start = data;
  while (start < end) {
    const left = end - start;
    if (left < maxBytes && final == 0) break;
    start = chunkEnd(start, start + min(left, maxBytes), minBytes, skip);
    store<u32>(cuts, <u32>(start - data));
    cuts += 4;
  }
  return <u32>((cuts - firstCut) >> 2);
}

/** Where the chunk that begins at `start` and cannot reach over `stop` ends. */
function chunkEnd(start: usize, stop: usize, minBytes: usize, skip: usize): usize {
  if (stop - start <= minBytes) return stop;
  let at = start + minBytes;
  let falls: u32 = 0;
  let rises: u32 = 0;
  while (at + 64 <= stop) {
    const same = equalBits(at);
    const fell = ~notLessBits(at);
    const rose = ~(same | fell);
    // Bit i of the k-th word: byte at + i is the k-th rise of its sequence or a later one.
    const second = nextOf(rose, same, u64(rises >= 1)) & rose;
    const third = nextOf(second, same, u64(rises >= 2)) & rose;
    const fourth = nextOf(third, same, u64(rises >= 3)) & rose;
    const fifth = nextOf(fourth, same, u64(rises >= 4)) & rose;
    const fallsHere = <u32>popcnt(fell);
    if (falls + fallsHere >= skipFalls) {
      const last = nthBit(fell, skipFalls - falls);
      if (<u32>ctz(fifth) < last) return at + <usize>ctz(fifth);
      at += <usize>last + 1 + skip;
      falls = 0;
      rises = 0;
      continue;
    }
    if (fifth != 0) return at + <usize>ctz(fifth);
    falls += fallsHere;
    if (~same != 0) {
      const top = 63 - clz(~same);
      rises = <u32>(((rose >> top) & 1) + ((second >> top) & 1) + ((third >> top) & 1) + ((fourth >> top) & 1));
    }
    at += 64;
  }
  for (; at < stop; at++) {
    const byte = <u32>load<u8>(at);
    const before = <u32>load<u8>(at - 1);
    if (byte > before) {
      if (++rises == sequenceRises) return at;
    } else if (byte < before) {
      rises = 0;
      if (++falls == skipFalls) {
        at += skip;
        falls = 0;
      }
    }
  }
  return stop;
}

/** Bit i: byte at + i equals the one before. */
// @ts-ignore: decorator
@inline
function equalBits(at: usize): u64 {
  return (
    <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(at - 1)))) |
    (<u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at, 16), v128.load(at - 1, 16)))) << 16) |
    (<u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at, 32), v128.load(at - 1, 32)))) << 32) |
    (<u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at, 48), v128.load(at - 1, 48)))) << 48)
  );
}

/** Bit i: byte at + i is not less than the one before. */
// @ts-ignore: decorator
@inline
function notLessBits(at: usize): u64 {
  return (
    <u64>(<u32>i8x16.bitmask(i8x16.ge_u(v128.load(at), v128.load(at - 1)))) |
    (<u64>(<u32>i8x16.bitmask(i8x16.ge_u(v128.load(at, 16), v128.load(at - 1, 16)))) << 16) |
    (<u64>(<u32>i8x16.bitmask(i8x16.ge_u(v128.load(at, 32), v128.load(at - 1, 32)))) << 32) |
    (<u64>(<u32>i8x16.bitmask(i8x16.ge_u(v128.load(at, 48), v128.load(at - 1, 48)))) << 48)
  );
}

/**
 * Moves each bit to the next position that is not in `same`; `first` is one that comes in from below. Adding carries a bit through the run
 * of ones behind it; two bits never meet, since none starts inside a run.
 */
// @ts-ignore: decorator
@inline
function nextOf(bits: u64, same: u64, first: u64): u64 {
  return (((bits << 1) | first) + same) & ~same;
}

/** Position of the n-th one of `bits`, counted from 1; there are that many. */
function nthBit(bits: u64, n: u32): u32 {
  let base: u32 = 0;
  for (let half: u64 = 32; half >= 8; half >>= 1) {
    const below = <u32>popcnt(bits & (((<u64>1) << half) - 1));
    if (n <= below) continue;
    n -= below;
    bits >>= half;
    base += <u32>half;
  }
  while (--n != 0) bits &= bits - 1;
  return base + <u32>ctz(bits);
}
