/** Collecting, inserting and looking up anchors in plain TypeScript: the reference for assembly/anchor-index.ts. */
import { deltaKind } from '../abi.js';
import { AnchorTable, anchors, isSampled } from './anchor-table.js';

export function anchorCollect(
  memory: WebAssembly.Memory,
  data: number,
  length: number,
  startLimit: number,
  spacingBits: number,
  sampleBits: number,
  out: number,
  capacity: number,
): number {
  const records: number[] = [];
  for (const { offset, hash } of anchors(
    new Uint8Array(memory.buffer, data, length),
    0,
    startLimit,
    spacingBits,
  )) {
    if (records.length === capacity * 3) break;
    if (!isSampled(hash, sampleBits)) continue;
    records.push(offset, Number(hash & 0xffffffffn), Number(hash >> 32n));
  }
  new Uint32Array(memory.buffer, out, records.length).set(records);
  return records.length / 3;
}

const stretchBytes = 32 * 1024;
const crowdedMax = 4;
const anchorBytes = 32;

export function anchorCollectEach(
  memory: WebAssembly.Memory,
  data: number,
  length: number,
  ranges: number,
  rangeCount: number,
  spacingBits: number,
  sampleBits: number,
  offset: number,
  out: number,
  count: number,
  capacity: number,
): number {
  const crowd = (stretchBytes >> spacingBits) * crowdedMax;
  const pairs = new Uint32Array(memory.buffer, ranges, rangeCount * 2).slice();
  const kept: number[] = [];
  const all = new Uint32Array(memory.buffer, out, count * 3).slice();
  let last = `${all.at(-2)} ${all.at(-1)}`;
  for (let i = 0; i < pairs.length; i += 2) {
    const [start = 0, bytes = 0] = pairs.subarray(i, i + 2);
    for (let at = start; at < start + bytes; at += stretchBytes) {
      const starts = Math.min(stretchBytes, start + bytes - at);
      const reached = Math.min(starts + anchorBytes - 1, length - at);
      const place = out + count * 12 + kept.length * 4;
      const most = Math.min(crowd, capacity - count - kept.length / 3);
      const found = anchorCollect(memory, data + at, reached, starts, spacingBits, sampleBits, place, most);
      const words = new Uint32Array(memory.buffer, place, found * 3).slice();
      for (let j = 0; j < words.length; j += 3) {
        const [own = 0, low = 0, high = 0] = words.subarray(j, j + 3);
        if (last === `${low} ${high}`) continue;
        last = `${low} ${high}`;
        kept.push(own + at + offset, low, high);
      }
    }
  }
  new Uint32Array(memory.buffer, out + count * 12, kept.length).set(kept);
  return count + kept.length / 3;
}

export function deltaAnchors(
  memory: WebAssembly.Memory,
  target: number,
  operations: number,
  operationCount: number,
  literalBytesMin: number,
  spacingBits: number,
  sampleBits: number,
  out: number,
  capacity: number,
): number {
  let count = 0;
  let offset = 0;
  for (const [kind, length] of deltaRecordsAt(memory, operations, operationCount)) {
    if (kind === deltaKind.literal && length >= literalBytesMin) {
      const place = out + count * 12;
      const found = anchorCollect(
        memory,
        target + offset,
        length,
        length,
        spacingBits,
        sampleBits,
        place,
        capacity - count,
      );
      const words = new Uint32Array(memory.buffer, place, found * 3);
      for (let i = 0; i < words.length; i += 3) words[i] = (words[i] ?? 0) + offset;
      count += found;
    }
    offset += length;
  }
  return count;
}

export function anchorInsert(
  memory: WebAssembly.Memory,
  anchors: number,
  count: number,
  addressLow: number,
  addressHigh: number,
  table: number,
  tableBits: number,
): void {
  const known = new AnchorTable(memory, table, tableBits);
  const address = (addressHigh >>> 0) * 2 ** 32 + (addressLow >>> 0);
  for (const [offset, hash] of recordsAt(memory, anchors, count)) known.insert(hash, address + offset);
}

export function anchorLookup(
  memory: WebAssembly.Memory,
  anchors: number,
  count: number,
  table: number,
  tableBits: number,
  out: number,
): number {
  const known = new AnchorTable(memory, table, tableBits);
  const found: number[] = [];
  for (const [offset, hash] of recordsAt(memory, anchors, count)) {
    const address = known.find(hash);
    if (address !== undefined) found.push(offset, address % 2 ** 32, Math.floor(address / 2 ** 32));
  }
  new Uint32Array(memory.buffer, out, found.length).set(found);
  return found.length / 3;
}

function recordsAt(
  memory: WebAssembly.Memory,
  anchors: number,
  count: number,
): (readonly [offset: number, hash: bigint])[] {
  const words = new Uint32Array(memory.buffer, anchors, count * 3);
  return Array.from({ length: count }, (_, i) => {
    const [offset = 0, low = 0, high = 0] = words.subarray(i * 3, i * 3 + 3);
    return [offset, (BigInt(high) << 32n) | BigInt(low)] as const;
  });
}

function deltaRecordsAt(
  memory: WebAssembly.Memory,
  operations: number,
  count: number,
): (readonly [kind: number, length: number])[] {
  const words = new Uint32Array(memory.buffer, operations, count * 3);
  return Array.from({ length: count }, (_, i) => [words[i * 3] ?? 0, words[i * 3 + 1] ?? 0] as const);
}
