/**
 * Copy/add/literal instructions that rebuild a target from a similar base.
 *
 * The encoder walks the target along a diagonal (base offset minus target offset). Where target and base agree it copies. At a
 * disagreement it looks for the next place where copying can go on, the *sync*. Most changes are small and in place, so it looks on
 * the same diagonal first: among the next 64 bytes, where most of them agree, then as far again for a longer agreement; then, with an
 * index of the base's 16-byte windows (built when first needed), on any diagonal. The gap up to the sync is literal, except
 * stretches of which more than half agrees with the base on the diagonal before or after: those become ADD, whose differences are
 * mostly zeros (Percival, "Naive differences of executable code", 2003).
 *
 * What is cheapest follows from the package's coding (src/engine/delta/operations.ts): a changed byte between two copies on one
 * diagonal takes some 1.3 bytes after compression beside the byte itself, a zero of an ADD among changes some 0.1, a literal of random
 * bytes 1. So even four agreeing bytes are copied, and ADD is left for changes that stand closer than that.
 *
 * Work is linear: each target byte is searched once. The index is probed at every byte for the first 32 bytes of a gap (512 where literals
 * get a context, since there bytes count for more than time: 2 % of them for 7 % of a diff's CPU on pages of a database), then at steps
 * of 3, 7 and 15 (odd, so that every residue of 16 is met: an equal run of 16 times the step plus 16 is never missed).
 * The twin gives the same instructions. Limits: base below 2^24 - 16 bytes, target below 2^30.
 */
import { kindAdd, kindCopy, kindLiteral, putRecord, recordBytes } from './delta-records';
import { agree16, agreeMask64, agreeBackward, agreeForward, countAgreeing, countAgreeing16 } from './match';
import { hashWindow, indexWindows, numberMask, slotOf, tagOf, windowBytes } from './window-index';

/** Shortest copy: shorter ones cost more than literals. */
const copyBytesMin: i32 = 4;
/** Agreement that ends a gap on the same diagonal where it is not close: below that, another diagonal may be the better one. */
const resyncBytesMin: i32 = 32;
/**
 * Agreement that is worth a new diagonal: its address costs some four bytes. Where literals are compressed together with their context, the
 * caller says more: the codec finds such a match itself, and for less.
 */
const matchBytesMin: i32 = 24;
/** How far ahead on the same diagonal a gap is followed before the index is asked. */
const nearBytes: i32 = 64;
/** Gap bytes, less a quarter of the copied ones, after which the present diagonal is no longer trusted. */
const debtMax: i32 = 128;
/** A match on another diagonal must agree with this many bytes more than the present diagonal, of the first 128. */
const gainMin: i32 = 16;
const gainBytes: i32 = 128;
/** What is looked at at once after a disagreement, and how many of it must agree for the diagonal to be kept without a search. */
const closeBytes: i32 = 64;
const closeAgreeingMin: i32 = 40;
/** More separate agreements among them than this are an ADD: copies would take more than the differences' zeros. */
const closeRunsMax: i32 = 8;
/** Score (agreeing less disagreeing bytes) that makes a stretch an ADD, and the drop below its best that ends one. */
const addScoreMin: i32 = 16;
/** In their context literals cost less than an ADD's differences: no stretch scores this. */
const addScoreMinInContext: i32 = i32.MAX_VALUE;
/** Bytes of a gap in which every byte is looked up. */
const denselyProbedBytesUsual: i32 = 32;
const denselyProbedBytesInContext: i32 = 512;
const addScoreDrop: i32 = 64;

/** The two windows and the records being written. Kernels are not reentrant, so these are set by each call. */
let base: usize = 0;
let baseLength: i32 = 0;
let target: usize = 0;
let targetLength: i32 = 0;
let records: usize = 0;
let room: u32 = 0;
/** The least of a match and of a stretch that pay, by what becomes of literals. */
let worthBytesMin: i32 = 0;
let worthScoreMin: i32 = 0;
/** First target offset that no record covers yet. */
let pending: i32 = 0;
/** Where the last search found its sync. */
let syncAt: i32 = 0;
let syncDiagonal: i32 = 0;
let denselyProbedBytes: i32 = 0;

export function deltaEncode(
  basePointer: usize,
  baseBytes: usize,
  targetPointer: usize,
  targetBytes: usize,
  firstDiagonal: i32,
  table: usize,
  tableBits: u32,
  operations: usize,
  operationsCapacity: u32,
  contextMatchBytesMin: u32,
): u32 {
  base = basePointer;
  baseLength = <i32>baseBytes;
  target = targetPointer;
  targetLength = <i32>targetBytes;
  records = operations;
  room = operationsCapacity;
  worthBytesMin = contextMatchBytesMin != 0 ? <i32>contextMatchBytesMin : matchBytesMin;
  denselyProbedBytes = contextMatchBytesMin != 0 ? denselyProbedBytesInContext : denselyProbedBytesUsual;
  worthScoreMin = contextMatchBytesMin != 0 ? addScoreMinInContext : addScoreMin;
  pending = 0;

  let diagonal = firstDiagonal;
  let indexed = false;
  let debt = 0;
  let at = 0;
  while (at < targetLength) {
    const run = agreement(at, diagonal, targetLength);
    if (run >= copyBytesMin || run == targetLength) {
      if (!put(kindCopy, at, run, diagonal)) break;
      at += run;
      debt = max(0, debt - (run >> 2));
      if (at == targetLength) break;
    }
    if (debt <= debtMax && (findClose(at, diagonal) || findNear(at, diagonal))) {
      debt += syncAt - at;
    } else {
      if (!indexed) {
        indexWindows(base, baseLength, table, tableBits);
        indexed = true;
      }
      findAnywhere(at, diagonal, table, tableBits);
    }
    if (!putStretches(at, syncAt, diagonal)) break;
    if (syncDiagonal != diagonal && !putStretches(max(at, pending), syncAt, syncDiagonal)) break;
    at = syncAt;
    diagonal = syncDiagonal;
  }
  if (pending < targetLength) records = putRecord(records, kindLiteral, targetLength - pending, 0);
  return <u32>((records - operations) / recordBytes);
}

/** Bytes on which target and base agree from target offset `at` on a diagonal, at most `most`. */
function agreement(at: i32, diagonal: i32, most: i32): i32 {
  const opposite = at + diagonal;
  if (opposite < 0 || opposite >= baseLength) return 0;
  const limit = min(most, min(targetLength - at, baseLength - opposite));
  return <i32>agreeForward(target + at, base + opposite, limit);
}

/** Whether target and base have a window at target offset `at` on a diagonal, and agree on it. */
// @ts-ignore: decorator
@inline
function agrees16(at: i32, diagonal: i32): bool {
  const opposite = at + diagonal;
  if (opposite < 0 || opposite > baseLength - windowBytes || at > targetLength - windowBytes) return false;
  return agree16(target + at, base + opposite);
}

/**
 * Whether copying can go on from where the window at target offset `at` agrees on a diagonal, or shortly before it but
 * not before `from`; sets the sync.
 */
function syncsAt(at: i32, diagonal: i32, from: i32): bool {
  const opposite = at + diagonal;
  const before = <i32>agreeBackward(target + at, base + opposite, min(at - from, opposite));
  const after = agreement(at, diagonal, targetLength);
  if (before + after < resyncBytesMin && at + after < targetLength) return false;
  syncAt = at - before;
  syncDiagonal = diagonal;
  return true;
}

/**
 * Sets the sync to the next copyBytesMin agreeing bytes on the diagonal, where the 64 bytes from `from` on mostly agree
 * and in few pieces. Without a branch a byte: bit i of `equal` is whether byte i agrees.
 */
function findClose(from: i32, diagonal: i32): bool {
  const opposite = from + diagonal;
  if (opposite < 0 || opposite > baseLength - closeBytes || from > targetLength - closeBytes) return false;
  const equal = agreeMask64(target + from, base + opposite);
  const agreeing = <i32>popcnt<u64>(equal);
  const pieces = <i32>popcnt<u64>(equal & ~(equal << 1));
  if (agreeing < closeAgreeingMin || pieces > closeRunsMax) return false;
  // Bit i stays where bits i to i + 3 are set.
  let runs = equal & (equal >> 1);
  runs &= runs >> 2;
  if (runs == 0) return false;
  syncAt = from + <i32>ctz<u64>(runs);
  syncDiagonal = diagonal;
  return true;
}

function findNear(from: i32, diagonal: i32): bool {
  for (let at = from; at < from + nearBytes; at += windowBytes) {
    if (agrees16(at, diagonal) && syncsAt(at, diagonal, from)) return true;
  }
  return false;
}

/**
 * Sets the sync to the first one at or after `from` on any diagonal, or to the target's end. Matches are not followed
 * backwards into what a rejected one covered, which keeps the work linear.
 */
function findAnywhere(from: i32, diagonal: i32, table: usize, tableBits: u32): void {
  const lastAt = targetLength - windowBytes;
  let floor = from;
  let at = from;
  for (let nearAt = from; nearAt <= lastAt; nearAt += windowBytes) {
    if (agrees16(nearAt, diagonal) && syncsAt(nearAt, diagonal, from)) return;
    const step = stepAfter(at - from);
    const stop = min(nearAt + windowBytes, lastAt + 1);
    while (at < stop) {
      const hash = hashWindow(target + at);
      const entry = load<u32>(table + slotOf(hash, tableBits));
      // Tags first: whether a slot is empty is a coin toss, which a branch predictor loses.
      if (((entry ^ tagOf(hash)) & ~numberMask) == 0 && entry != 0) {
        const opposite = <i32>((entry & numberMask) - 1) * windowBytes;
        if (agree16(target + at, base + opposite)) {
          const before = <i32>agreeBackward(target + at, base + opposite, min(at - floor, opposite));
          if (isWorthwhile(at - before, opposite - at, diagonal)) {
            syncAt = at - before;
            syncDiagonal = opposite - at;
            return;
          }
          at += windowBytes;
          floor = at;
          continue;
        }
      }
      at += step;
    }
  }
  syncAt = targetLength;
  syncDiagonal = diagonal;
}

/** Distance between index probes when `searched` bytes of a gap were searched in vain. */
function stepAfter(searched: i32): i32 {
  if (searched < denselyProbedBytes) return 1;
  if (searched < 2048) return 3;
  return searched < 8192 ? 7 : 15;
}

/** Whether going over to `candidate` at target offset `at` pays, compared with staying on the present diagonal. */
function isWorthwhile(at: i32, candidate: i32, diagonal: i32): bool {
  const run = agreement(at, candidate, gainBytes);
  if (run < worthBytesMin) return false;
  const from = max(at, -diagonal);
  const to = min(at + run, baseLength - diagonal);
  const already = from < to ? countAgreeing(target + from, base + from + diagonal, to - from) : 0;
  return run - already >= gainMin;
}

/**
 * Writes ADD for the stretches of target [from, to) that mostly agree with the base on a diagonal: score
 * per 16 bytes is agreeing less disagreeing bytes; a stretch ends at its best score.
 */
function putStretches(from: i32, to: i32, diagonal: i32): bool {
  let at = max(from, -diagonal);
  const end = min(to, baseLength - diagonal);
  let start = at;
  let score = 0;
  let best = 0;
  let bestEnd = at;
  while (at < end) {
    let length = windowBytes;
    if (at + windowBytes <= end) {
      score += 2 * countAgreeing16(target + at, base + at + diagonal) - windowBytes;
    } else {
      length = end - at;
      score += 2 * countAgreeing(target + at, base + at + diagonal, length) - length;
    }
    at += length;
    if (score > best) {
      best = score;
      bestEnd = at;
    }
    if (score < 0 || best - score > addScoreDrop) {
      if (best >= worthScoreMin && !put(kindAdd, start, bestEnd - start, diagonal)) return false;
      start = at;
      score = 0;
      best = 0;
    }
  }
  return best < worthScoreMin || put(kindAdd, start, bestEnd - start, diagonal);
}

/**
 * Writes a record for target [at, at + length), after a literal for what is pending before it. Returns false, and writes
 * nothing, when that would not leave room for a literal over the rest.
 */
function put(kind: u32, at: i32, length: i32, diagonal: i32): bool {
  const needed = u32(at > pending) + 1 + u32(at + length < targetLength);
  if (room < needed) return false;
  if (at > pending) {
    records = putRecord(records, kindLiteral, at - pending, 0);
    room--;
  }
  records = putRecord(records, kind, length, at + diagonal);
  room--;
  pending = at + length;
  return true;
}
