/**
 * Matches of a target in a base at hand: what was shifted or moved. Three finders, cheapest first, each at the end of the match before:
 *
 * 1. *near*: 16 bytes at 0, 16, ... 64 bytes ahead on the same diagonal (base offset minus target offset), for edits in place;
 * 2. *shifted*: the 16 bytes that lie 64 ahead, within 64 bytes of their place on that diagonal, for small insertions and deletions;
 * 3. *anchored*: the target's anchors, looked up in the base's table; for 4 KiB also on the same diagonal, where the table may not know them.
 *
 * What is found on 16 bytes grows both ways, backwards to the end of the match before, and counts from matchBytesMin bytes on.
 *
 * Work is linear. A target byte is passed by the filter at most three times (batches double, so what is scanned beyond a
 * match is less than was needed to find it, but for the first 512 bytes); an anchor is tried twice at most and a slot holds one entry; a candidate that is
 * refused agreed on fewer than matchBytesMin bytes; those of one that is accepted are covered and not seen again.
 *
 * Lookups are batched so that their cache misses overlap, and in long batches because random accesses make the processor forget the stream
 * that it fetches ahead: with a table of 1 MiB, unrelated data ran at 3.7 GB/s in batches of 8 KiB, at 5.0 in batches of 64 KiB, and at 6 when the sieve had
 * been put in front; the filter alone runs at 8.5. Similar data is bound by comparing two streams.
 */
import { findAnchors } from './anchor-filter';
import { address64, addressOf, anchorBytes, emptySlot, find, hashAnchor, isSampled } from './anchor-table';
import { agree16, agreeBackward, agreeForward } from './match';

/** No match: no diagonal is that low. */
const none: i64 = i64.MIN_VALUE;

/** What has to agree before a candidate is grown. */
const agreedBytes: usize = 16;

/** How far ahead, and by how much shifted, a match is followed without the table. */
const nearBytes: usize = 64;
/** Places at which a shift is tried in vain: data of few values has many that look alike. */
const shiftsMax: i32 = 4;
/** How far beyond a match each anchor is tried on its diagonal. */
const followBytes: usize = 4096;
/** Target bytes whose anchors are looked up together: the first batch after a match, and the longest. */
const batchBytesMin: usize = 512;
const batchBytesMax: usize = 65536;
/** Positions of one pass of the filter, each of which could be an anchor, and the number of anchors that ends a batch. */
const passBytes: usize = 2048;
const batchAnchorsMax: usize = 2048;

/** Addresses of a batch's anchors. */
const places = memory.data(16388, 16);
/** Those that are to be tried: offset in the target and entry, or emptySlot for the diagonal alone. */
const candidates = memory.data(65536, 16);

let base: usize = 0;
let baseLength: i64 = 0;
let target: usize = 0;
let targetLength: usize = 0;
let matchBytesMin: usize = 0;
/** End of the match before. */
let floor: usize = 0;
let matchStart: usize = 0;
let matchEnd: usize = 0;
/** Candidates that agreed on 16 bytes, and on how many bytes they agreed in all. */
let grown: u32 = 0;
let agreed: u32 = 0;

export function anchorSearch(
  basePointer: usize,
  baseBytes: usize,
  addressLow: u32,
  addressHigh: u32,
  targetPointer: usize,
  targetBytes: usize,
  firstDiagonal: i32,
  spacingBits: u32,
  sampleBits: u32,
  table: usize,
  tableBits: u32,
  bytesMin: usize,
  out: usize,
  capacity: u32,
  work: usize,
): u32 {
  base = basePointer;
  baseLength = <i64>baseBytes;
  target = targetPointer;
  targetLength = targetBytes;
  matchBytesMin = bytesMin;
  floor = 0;
  grown = 0;
  agreed = 0;
  const address = <i64>address64(addressLow, addressHigh);
  const first = out;
  const full = out + <usize>capacity * 12;
  let diagonal = <i64>firstDiagonal;
  while (out < full) {
    let found = findNear(diagonal);
    if (found == none) found = findShifted(diagonal);
    if (found == none) found = findAnchored(diagonal, address, spacingBits, sampleBits, table, tableBits);
    if (found == none) break;
    diagonal = found;
    store<u32>(out, <u32>matchStart);
    store<u32>(out, <u32>(matchEnd - matchStart), 4);
    store<u32>(out, <u32>(<i64>matchStart + diagonal), 8);
    out += 12;
    floor = matchEnd;
  }
  store<u32>(work, grown);
  store<u32>(work, agreed, 4);
  return <u32>((out - first) / 12);
}

/** Whether target and base agree on 16 bytes at target offset `at`. */
// @ts-ignore: decorator
@inline
function agreesAt(at: usize, diagonal: i64): bool {
  const opposite = <i64>at + diagonal;
  return (
    opposite >= 0 &&
    opposite + <i64>agreedBytes <= baseLength &&
    agree16(target + at, base + <usize>opposite)
  );
}

/** Grows what agrees at target offset `at` both ways. Leaves the match in matchStart and matchEnd and returns true when it is long enough. */
function grow(at: usize, diagonal: i64): bool {
  const opposite = <usize>(<i64>at + diagonal);
  const before = agreeBackward(target + at, base + opposite, min(at - floor, opposite));
  const after = agreeForward(
    target + at,
    base + opposite,
    min(targetLength - at, <usize>baseLength - opposite),
  );
  grown++;
  agreed += <u32>(before + after);
  if (before + after < matchBytesMin) return false;
  matchStart = at - before;
  matchEnd = at + after;
  return true;
}

function findNear(diagonal: i64): i64 {
  for (let at = floor; at <= floor + nearBytes && at + agreedBytes <= targetLength; at += agreedBytes) {
    if (agreesAt(at, diagonal) && grow(at, diagonal)) return diagonal;
  }
  return none;
}

/** Looks for 16 bytes at 128 places. Their first and eighth byte are compared at 16 places a step. */
function findShifted(diagonal: i64): i64 {
  const at = floor + nearBytes;
  if (at + agreedBytes > targetLength) return none;
  const from = <i64>floor + diagonal;
  if (from < 0 || from + <i64>(2 * nearBytes + agreedBytes) > baseLength) return none;
  const firsts = i8x16.splat(load<i8>(target + at));
  const eighths = i8x16.splat(load<i8>(target + at, 7));
  const end = base + <usize>from + 2 * nearBytes;
  let left = shiftsMax;
  for (let place = base + <usize>from; place < end; place += 16) {
    let alike = i8x16.bitmask(
      v128.and(i8x16.eq(v128.load(place), firsts), i8x16.eq(v128.load(place, 7), eighths)),
    );
    for (; alike != 0; alike &= alike - 1) {
      if (left == 0) return none;
      left--;
      const opposite = place + <usize>ctz<i32>(alike);
      const found = <i64>(opposite - base) - <i64>at;
      if (agree16(target + at, opposite) && grow(at, found)) return found;
    }
  }
  return none;
}

function findAnchored(
  diagonal: i64,
  address: i64,
  spacingBits: u32,
  sampleBits: u32,
  table: usize,
  tableBits: u32,
): i64 {
  if (targetLength < floor + anchorBytes) return none;
  const end = target + targetLength - anchorBytes + 1;
  const followed = target + floor + followBytes;
  let width = batchBytesMin;
  for (let at = target + floor; at < end;) {
    const stop = min(at + width, end);
    let found = places;
    while (at < stop && found < places + 4 * batchAnchorsMax) {
      const next = min(at + passBytes, stop);
      found = findAnchors(at, next, spacingBits, found);
      at = next;
    }
    let candidate = candidates;
    for (let place = places; place < found; place += 4) {
      const anchor = <usize>load<u32>(place);
      const hash = hashAnchor(anchor);
      const entry = isSampled(hash, sampleBits) ? find(table, tableBits, hash) : emptySlot;
      if (entry == emptySlot && anchor >= followed) continue;
      store<u64>(candidate, <u64>(anchor - target));
      store<u64>(candidate, entry, 8);
      candidate += 16;
    }
    const match = tryCandidates(candidate, diagonal, address);
    if (match != none) return match;
    width = min(width << 1, batchBytesMax);
  }
  return none;
}

/** The first match of the candidates up to `end`, the same diagonal first. */
function tryCandidates(end: usize, diagonal: i64, address: i64): i64 {
  for (let candidate = candidates; candidate < end; candidate += 16) {
    const anchor = <usize>load<u64>(candidate);
    if (agreesAt(anchor, diagonal) && grow(anchor, diagonal)) return diagonal;
    const entry = load<u64>(candidate, 8);
    if (entry == emptySlot) continue;
    const found = <i64>addressOf(entry) - address - <i64>anchor;
    if (agreesAt(anchor, found) && grow(anchor, found)) return found;
  }
  return none;
}
