/**
 * CRC-32C (Castagnoli, reflected polynomial 0x82f63b78) of each block.
 * Source: RFC 3720, section 12.1 and appendix B.4.
 *
 * Long blocks are first folded to 316 bytes of the same CRC (crc32c-fold, crc32c-short). Those and short blocks go through eight tables of
 * 256 words ("slicing by 8": Kounavis and Berry, "A Systematic Approach to Building High Performance Software-Based CRC
 * Generators", 2005); sixteen are faster alone, slower after a block has passed through the first-level cache.
 *
 * Memory: the tables, computed when the module is instantiated and never written again.
 */
import { fold, foldBytesMin } from './crc32c-fold';
import { foldedBytes } from './crc32c-short';

const polynomial: u32 = 0x82f63b78;
/** Table k, entry b: the CRC state after byte b and k bytes of zeros. */
const tables: usize = memory.data(8192, 16);

fillTables();

function fillTables(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let state = byte;
    for (let bit = 0; bit < 8; bit++) state = (state >> 1) ^ (polynomial & (0 - (state & 1)));
    store<u32>(tables + ((byte as usize) << 2), state);
  }
  for (let at: usize = 1024; at < 8192; at += 4) {
    const before = load<u32>(tables + at - 1024);
    store<u32>(tables + at, (before >> 8) ^ entry(before & 0xff, 0));
  }
}

// @ts-ignore: decorator
@inline
function entry(byte: u32, table: usize): u32 {
  return load<u32>(((byte as usize) << 2) + (tables + (table << 10)));
}

/** CRC-32C of each block; the ABI is in src/kernels/abi.ts. */
export function crc32c(data: usize, cuts: usize, count: u32, out: usize): void {
  let start: usize = 0;
  for (let i: u32 = 0; i < count; i++) {
    const end = load<u32>(cuts + ((i as usize) << 2)) as usize;
    store<u32>(out + ((i as usize) << 2), ~crcOf(data + start, end - start));
    start = end;
  }
}

function crcOf(data: usize, length: usize): u32 {
  let state: u32 = 0xffffffff;
  const vectorBytes = length & ~15;
  if (vectorBytes >= foldBytesMin) {
    state = slice(0, fold(data, vectorBytes, state), foldedBytes);
    data += vectorBytes;
    length -= vectorBytes;
  }
  return slice(state, data, length);
}

/** The state after `length` more bytes. The last four of each eight are looked up without waiting for the state. */
function slice(state: u32, data: usize, length: usize): u32 {
  const end = data + length;
  for (; data + 8 <= end; data += 8) {
    const head = load<u32>(data) ^ state;
    const a = entry(load<u8>(data, 4), 3) ^ entry(load<u8>(data, 5), 2);
    const b = entry(load<u8>(data, 6), 1) ^ entry(load<u8>(data, 7), 0);
    const c = entry(head & 0xff, 7) ^ entry((head >> 8) & 0xff, 6);
    const d = entry((head >> 16) & 0xff, 5) ^ entry(head >> 24, 4);
    state = a ^ b ^ (c ^ d);
  }
  for (; data < end; data++) state = (state >> 8) ^ entry((state ^ load<u8>(data)) & 0xff, 0);
  return state;
}
