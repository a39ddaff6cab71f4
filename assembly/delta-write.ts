/**
 * Operations written as a package holds them (docs/formats/package-v1.md, "Operations"): one byte an instruction, lengths and addresses in
 * streams of their own, neighbours that continue each other merged. The writer's state lies in the caller's memory, so one writer goes
 * through as many calls as a segment has extents:
 *
 *      0  u64  target       target address of what is pending, or of what comes next
 *      8  i64  displacement of the last copy or addition written
 *     16  i64  home         that of the last copy of homeBytesMin bytes
 *     24  u64  address      of what is pending: in the base, or the source of a repeat
 *     32  u64  length       of what is pending; 0 for nothing
 *     40  u64  literal      bytes of the literal before it, which has no instruction yet
 *     48  u32  kind         of what is pending
 *     52  u32  count        of operations written
 *     56  u32  instructions, lengths, addresses: where the next byte of each goes
 *     68  u32  instructions, lengths, addresses: where their windows end
 *     80  u32  literal bytes put so far, mod 2^32
 *
 * The twin writes the same bytes. Lengths and addresses below 2^53.
 */
import { kindAdd, kindCopy, kindLiteral, recordBytes } from './delta-records';

const kindRepeat: u32 = 3;
const kindZero: u32 = 4;
const kindEnd: u32 = 5;

/** The upper three bits of an instruction, as instructionKind in src/kernels/abi.ts. */
const copyOnward: u32 = 0;
const copyHome: u32 = 1;
const copyMoved: u32 = 2;
const addOnward: u32 = 3;
const addMoved: u32 = 4;
const repeatOf: u32 = 5;
const zeros: u32 = 6;
const nothing: u32 = 7;

/** The lower five bits of an instruction whose literal is this long, or longer. */
const literalBytesLong: u64 = 31;
/** As in src/base/limits.ts. */
const homeBytesMin: u64 = 32 * 1024;
/** An instruction, two lengths and an address of the greatest size. */
const lengthsRoom: u32 = 16;
const addressesRoom: u32 = 8;

const partBytes: usize = 12;

export function deltaPut(state: usize, kind: u32, length: u32, addressLow: u32, addressHigh: u32): u32 {
  return u32(put(state, kind, <u64>length, ((<u64>addressHigh) << 32) | <u64>addressLow));
}

export function deltaWrite(state: usize, operations: usize, operationCount: u32, parts: usize, partCount: u32): u32 {
  for (let i: u32 = 0; i < operationCount; i++, operations += recordBytes) {
    const kind = load<u32>(operations);
    let left = load<u32>(operations, 4);
    if (kind == kindLiteral) {
      if (!put(state, kind, left, 0)) return i;
      continue;
    }
    let offset = load<u32>(operations, 8);
    let part = partAt(parts, partCount, offset);
    while (left > 0) {
      const start = part == 0 ? 0 : load<u32>(parts + (<usize>part - 1) * partBytes);
      const place = parts + <usize>part * partBytes;
      const length = min(left, load<u32>(place) - offset);
      const address = (((<u64>load<u32>(place, 8)) << 32) | <u64>load<u32>(place, 4)) + <u64>(offset - start);
      if (!put(state, kind, length, address)) return i;
      left -= length;
      offset += length;
      part++;
    }
  }
  return operationCount;
}

/** The part that holds the window's byte at `offset`: the first that ends behind it. */
function partAt(parts: usize, partCount: u32, offset: u32): u32 {
  let low: u32 = 0;
  let high = partCount - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<u32>(parts + <usize>middle * partBytes) > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Merges into what is pending, or writes that and keeps the new operation instead. False when there is no room for it. */
export function put(state: usize, kind: u32, length: u64, address: u64): bool {
  if (kind == kindLiteral) store<u32>(state, load<u32>(state, 80) + <u32>length, 80);
  const pending = load<u64>(state, 32);
  if (pending != 0) {
    const isNumbered = kind == kindCopy || kind == kindAdd;
    const continues = isNumbered ? address == load<u64>(state, 24) + pending : kind == kindLiteral || kind == kindZero;
    if (continues && kind == load<u32>(state, 48)) {
      store<u64>(state, pending + length, 32);
      return true;
    }
    if (!flush(state, pending)) return false;
  }
  if (kind == kindEnd) return load<u64>(state, 40) == 0 || instruct(state, nothing);
  store<u32>(state, kind, 48);
  store<u64>(state, length, 32);
  store<u64>(state, address, 24);
  return true;
}

/** Writes what is pending, or, of a literal, keeps its length for the instruction that follows. */
function flush(state: usize, length: u64): bool {
  const kind = load<u32>(state, 48);
  const target = load<u64>(state);
  if (kind == kindLiteral) {
    store<u64>(state, length, 40);
  } else if (kind == kindZero) {
    if (!instruct(state, zeros)) return false;
    putLength(state, length);
  } else if (kind == kindRepeat) {
    if (!instruct(state, repeatOf)) return false;
    putLength(state, length);
    putAddress(state, target - load<u64>(state, 24));
  } else if (!along(state, kind, length, <i64>(load<u64>(state, 24) - target))) return false;
  store<u64>(state, target + length);
  store<u64>(state, 0, 32);
  store<u32>(state, load<u32>(state, 52) + 1, 52);
  return true;
}

/** A copy or an addition at a displacement. */
function along(state: usize, kind: u32, length: u64, displacement: i64): bool {
  const moved = displacement - load<i64>(state, 8);
  const isHome = kind == kindCopy && displacement == load<i64>(state, 16);
  let instruction = kind == kindCopy ? copyOnward : addOnward;
  if (moved != 0) instruction = isHome ? copyHome : kind == kindCopy ? copyMoved : addMoved;
  if (!instruct(state, instruction)) return false;
  putLength(state, length);
  if (moved != 0 && !isHome) putAddress(state, <u64>((moved << 1) ^ (moved >> 63)));
  store<i64>(state, displacement, 8);
  if (kind == kindCopy && length >= homeBytesMin) store<i64>(state, displacement, 16);
  return true;
}

/** Writes an instruction with the literal that waits for one. False, and nothing is written, where a window could not hold all that belongs to it. */
function instruct(state: usize, kind: u32): bool {
  const at = <usize>load<u32>(state, 56);
  if (
    at >= <usize>load<u32>(state, 68) ||
    load<u32>(state, 72) - load<u32>(state, 60) < lengthsRoom ||
    load<u32>(state, 76) - load<u32>(state, 64) < addressesRoom
  ) {
    return false;
  }
  const literal = load<u64>(state, 40);
  store<u8>(at, <u8>((kind << 5) | <u32>min(literal, literalBytesLong)));
  store<u32>(state, <u32>(at + 1), 56);
  if (literal >= literalBytesLong) putLength(state, literal - literalBytesLong);
  store<u64>(state, 0, 40);
  return true;
}

function putLength(state: usize, value: u64): void {
  store<u32>(state, putVarint(load<u32>(state, 60), value), 60);
}

function putAddress(state: usize, value: u64): void {
  store<u32>(state, putVarint(load<u32>(state, 64), value), 64);
}

/** Unsigned LEB128; returns the place behind it. */
function putVarint(at: u32, value: u64): u32 {
  let place = <usize>at;
  while (value >= 128) {
    store<u8>(place++, <u8>(value | 128));
    value >>= 7;
  }
  store<u8>(place++, <u8>value);
  return <u32>place;
}
