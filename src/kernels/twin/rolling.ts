/** rsync's search in plain TypeScript: the reference for assembly/rolling.ts, which states source and layout. */
import { windowCut, windowDigest } from './scratch.js';
import { xxh3 } from './xxh3.js';

/** Blocks of one weak sum that a chain keeps. */
const sameSumMax = 64;

export function rollingSums(
  memory: WebAssembly.Memory,
  data: number,
  cuts: number,
  count: number,
  out: number,
): void {
  const ends = new Uint32Array(memory.buffer, cuts, count);
  const sums = new Uint32Array(memory.buffer, out, count);
  let start = 0;
  for (const [i, end] of ends.entries()) {
    sums[i] = weakSum(new Uint8Array(memory.buffer, data + start, end - start));
    start = end;
  }
}

function weakSum(bytes: Uint8Array): number {
  let a = 0;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) & 0xffff;
    b = (b + a) & 0xffff;
  }
  return (a | (b << 16)) >>> 0;
}

function bucket(sum: number, tableBits: number): number {
  return Math.imul(sum, 0x9e3779b1) >>> (32 - tableBits);
}

export function rollingIndex(
  memory: WebAssembly.Memory,
  sums: number,
  count: number,
  heads: number,
  tableBits: number,
  next: number,
): void {
  const sumOf = new Uint32Array(memory.buffer, sums, count);
  const headOf = new Uint32Array(memory.buffer, heads, 2 ** tableBits).fill(0);
  const nextOf = new Uint32Array(memory.buffer, next, count).fill(0);
  for (const [i, sum] of sumOf.entries()) {
    let links = headOf;
    let link = bucket(sum, tableBits);
    let same = 0;
    for (let entry = links[link] ?? 0; entry !== 0; entry = links[link] ?? 0) {
      if (sumOf[entry - 1] === sum) same++;
      links = nextOf;
      link = entry - 1;
    }
    if (same < sameSumMax) links[link] = i + 1;
  }
}

export function rollingSearch(
  memory: WebAssembly.Memory,
  data: number,
  length: number,
  startLimit: number,
  blockBytes: number,
  sums: number,
  digests: number,
  count: number,
  heads: number,
  tableBits: number,
  next: number,
  out: number,
  probes: number,
): number {
  const bytes = new Uint8Array(memory.buffer, data, length);
  const sumOf = new Uint32Array(memory.buffer, sums, count);
  const headOf = new Uint32Array(memory.buffer, heads, 2 ** tableBits);
  const nextOf = new Uint32Array(memory.buffer, next, count);
  const last = Math.min(startLimit - 1, length - blockBytes);
  const pairs: number[] = [];
  let tried = 0;
  let expected = -1;
  let sum: number | undefined;
  let at = 0;
  while (at <= last) {
    sum ??= weakSum(bytes.subarray(at, at + blockBytes));
    const candidates: number[] = sumOf[expected] === sum ? [expected] : [];
    for (let entry = headOf[bucket(sum, tableBits)] ?? 0; entry !== 0; entry = nextOf[entry - 1] ?? 0) {
      if (sumOf[entry - 1] === sum && entry - 1 !== expected) candidates.push(entry - 1);
    }
    const found = confirm(memory, data + at, blockBytes, digests, candidates);
    tried += found.tried;
    if (found.block === undefined) {
      expected = -1;
      sum = rolled(sum, bytes[at] ?? 0, bytes[at + blockBytes] ?? 0, blockBytes);
      at++;
    } else {
      pairs.push(at, found.block);
      expected = found.block + 1;
      sum = undefined;
      at += blockBytes;
    }
  }
  new Uint32Array(memory.buffer, out, pairs.length).set(pairs);
  new Uint32Array(memory.buffer, probes, 1)[0] = tried;
  return pairs.length / 2;
}

function rolled(sum: number, leaving: number, entering: number, blockBytes: number): number {
  const a = (sum - leaving + entering) & 0xffff;
  const b = ((sum >>> 16) - blockBytes * leaving + a) & 0xffff;
  return (a | (b << 16)) >>> 0;
}

/** The first candidate whose digest is that of [window, window + blockBytes), and how many were tried. */
function confirm(
  memory: WebAssembly.Memory,
  window: number,
  blockBytes: number,
  digests: number,
  candidates: readonly number[],
): { block: number | undefined; tried: number } {
  if (candidates.length === 0) return { block: undefined, tried: 0 };
  new Uint32Array(memory.buffer, windowCut, 1)[0] = blockBytes;
  xxh3(memory, window, windowCut, 1, windowDigest);
  const digest = Buffer.from(memory.buffer, windowDigest, 16);
  for (const [i, block] of candidates.entries()) {
    if (digest.equals(Buffer.from(memory.buffer, digests + block * 16, 16))) return { block, tried: i + 1 };
  }
  return { block: undefined, tried: candidates.length };
}
