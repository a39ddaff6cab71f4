/**
 * Anchors of a region as records, records into the table of a base, records looked up in it. Filling and looking up are loops of independent
 * accesses, so that the misses of a table larger than the cache overlap.
 */
import { findAnchors } from './anchor-filter';
import { kindLiteral, recordBytes } from './delta-records';
import {
  address64,
  addressOf,
  anchorBytes,
  anchorRecordBytes,
  emptySlot,
  find,
  hashAnchor,
  insert,
  isSampled,
} from './anchor-table';

/** Positions of one pass, of which each could be an anchor. */
const batchBytes: usize = 4096;

/** A range: offset and length, u32 each. */
const rangeBytes: usize = 8;

/** Periodic data may have an anchor at every place: a stretch of a range gives at most so many times what independent bytes would. */
const stretchBytes: usize = 32768;
const crowdedMax: u32 = 4;

/** Addresses of one pass. */
const places = memory.data(16388, 16);

export function anchorCollect(
  data: usize,
  length: usize,
  startLimit: usize,
  spacingBits: u32,
  sampleBits: u32,
  out: usize,
  capacity: u32,
): u32 {
  if (length < anchorBytes || capacity == 0) return 0;
  const end = data + min(startLimit, length - anchorBytes + 1);
  const first = out;
  const full = out + <usize>capacity * anchorRecordBytes;
  for (let at = data; at < end; at += batchBytes) {
    const found = findAnchors(at, min(at + batchBytes, end), spacingBits, places);
    for (let place = places; place < found; place += 4) {
      const anchor = <usize>load<u32>(place);
      const hash = hashAnchor(anchor);
      if (!isSampled(hash, sampleBits)) continue;
      store<u32>(out, <u32>(anchor - data));
      store<u64>(out, hash, 4);
      out += anchorRecordBytes;
      if (out == full) return capacity;
    }
  }
  return <u32>((out - first) / anchorRecordBytes);
}

export function anchorCollectEach(
  data: usize,
  length: usize,
  ranges: usize,
  rangeCount: u32,
  spacingBits: u32,
  sampleBits: u32,
  offset: u32,
  out: usize,
  count: u32,
  capacity: u32,
): u32 {
  const crowd = (<u32>stretchBytes >> spacingBits) * crowdedMax;
  for (const end = ranges + <usize>rangeCount * rangeBytes; ranges < end; ranges += rangeBytes) {
    const stop = <usize>load<u32>(ranges) + <usize>load<u32>(ranges, 4);
    for (let at = <usize>load<u32>(ranges); at < stop; at += stretchBytes) {
      const starts = min(stretchBytes, stop - at);
      const bytes = min(starts + anchorBytes - 1, length - at);
      const place = out + <usize>count * anchorRecordBytes;
      const most = min(crowd, capacity - count);
      const found = anchorCollect(data + at, bytes, starts, spacingBits, sampleBits, place, most);
      count = keep(out, count, found, offset + <u32>at);
    }
  }
  return count;
}

/** Moves records behind `count` others by an offset, without those whose hash is that of the one before. Returns how many there are now. */
function keep(out: usize, count: u32, found: u32, offset: u32): u32 {
  let to = out + <usize>count * anchorRecordBytes;
  let from = to;
  for (const end = from + <usize>found * anchorRecordBytes; from < end; from += anchorRecordBytes) {
    const hash = load<u64>(from, 4);
    if (to > out && load<u64>(to - anchorRecordBytes, 4) == hash) continue;
    store<u32>(to, load<u32>(from) + offset);
    store<u64>(to, hash, 4);
    to += anchorRecordBytes;
  }
  return <u32>((to - out) / anchorRecordBytes);
}

export function deltaAnchors(
  target: usize,
  operations: usize,
  operationCount: u32,
  literalBytesMin: u32,
  spacingBits: u32,
  sampleBits: u32,
  out: usize,
  capacity: u32,
): u32 {
  let left = capacity;
  let offset: u32 = 0;
  for (const end = operations + <usize>operationCount * recordBytes; operations < end; operations += recordBytes) {
    const length = load<u32>(operations, 4);
    if (load<u32>(operations) == kindLiteral && length >= literalBytesMin) {
      const count = anchorCollect(target + offset, length, length, spacingBits, sampleBits, out, left);
      for (const next = out + <usize>count * anchorRecordBytes; out < next; out += anchorRecordBytes) {
        store<u32>(out, load<u32>(out) + offset);
      }
      left -= count;
      if (left == 0) break;
    }
    offset += length;
  }
  return capacity - left;
}

export function anchorInsert(
  anchors: usize,
  count: u32,
  addressLow: u32,
  addressHigh: u32,
  table: usize,
  tableBits: u32,
): void {
  const address = address64(addressLow, addressHigh);
  for (const end = anchors + <usize>count * anchorRecordBytes; anchors < end; anchors += anchorRecordBytes) {
    insert(table, tableBits, load<u64>(anchors, 4), address + <u64>load<u32>(anchors));
  }
}

export function anchorLookup(anchors: usize, count: u32, table: usize, tableBits: u32, out: usize): u32 {
  const first = out;
  for (const end = anchors + <usize>count * anchorRecordBytes; anchors < end; anchors += anchorRecordBytes) {
    const entry = find(table, tableBits, load<u64>(anchors, 4));
    if (entry == emptySlot) continue;
    store<u32>(out, load<u32>(anchors));
    store<u64>(out, addressOf(entry), 4);
    out += anchorRecordBytes;
  }
  return <u32>((out - first) / anchorRecordBytes);
}
