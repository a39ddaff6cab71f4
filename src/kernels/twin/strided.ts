/**
 * The two-stage chunker in plain TypeScript, one position at a time. The reference for assembly/strided*.ts; the rule is stated in
 * docs/formats/strided-v1.md.
 *
 * Stage two multiplies 64-bit words: BigInt, since only one position in a thousand gets there.
 */

const threshold = 65_536 / 2 - 64;
const stageOneFactor = 0xc2b3;
const stageTwoFactor = 0xb34c039411898df1n;
const windowBytes = 32;
const gapBytesMax = 4480;

export function strided(
  memory: WebAssembly.Memory,
  data: number,
  length: number,
  final: number,
  minBytes: number,
  averageBytes: number,
  maxBytes: number,
  cuts: number,
): number {
  const bytes = new DataView(memory.buffer, data, length);
  const ends: number[] = [];
  let start = 0;
  while (start < length) {
    if (length - start < maxBytes && final === 0) break;
    start = chunkEnd(bytes, start, minBytes, averageBytes, maxBytes);
    ends.push(start);
  }
  new Uint32Array(memory.buffer, cuts, ends.length).set(ends);
  return ends.length;
}

function chunkEnd(
  bytes: DataView,
  start: number,
  minBytes: number,
  averageBytes: number,
  maxBytes: number,
): number {
  const end = Math.min(bytes.byteLength, start + maxBytes);
  const centre = start + averageBytes;
  let fresh = start + minBytes;
  for (let at = fresh; at < end; at++) {
    if (!isCandidate(bytes, at)) continue;
    if (isCut(bytes, at, fresh, centre, averageBytes)) return at;
    fresh = at + 1;
  }
  return end;
}

function isCandidate(bytes: DataView, at: number): boolean {
  const outer = bytes.getUint16(at - 18, true) + bytes.getUint16(at - 2, true);
  const mixed = Math.imul(outer ^ bytes.getUint16(at - 9, true), stageOneFactor) & 0xffff;
  return mixed >= threshold && mixed < 0x8000;
}

/** Whether the candidate becomes a cut, given the first position after the candidate before it. */
function isCut(bytes: DataView, at: number, fresh: number, centre: number, averageBytes: number): boolean {
  const next = at + 1;
  const first = Math.max(fresh, next - gapBytesMax);
  const small = Math.max(Math.min(centre, next), first) - first;
  const large = next - first - small;
  const weight = small * Math.floor(2 ** 31 / averageBytes) + large * Math.floor(2 ** 33 / averageBytes);
  return hash(bytes, at - windowBytes) < weight;
}

/** 32 bits from 32 bytes. */
function hash(bytes: DataView, window: number): bigint {
  let state = 0n;
  for (let word = 0; word < windowBytes; word += 8) {
    state ^= (state >> 32n) ^ bytes.getBigUint64(window + word, true);
    state = BigInt.asUintN(64, state * stageTwoFactor);
  }
  return state >> 32n;
}
