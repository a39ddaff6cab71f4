/**
 * FastCDC 2020 in plain TypeScript, written as the paper has it: two bytes a step, the even one judged with the
 * pre-shifted table and mask. The reference for assembly/fastcdc.ts, which states source and limits.
 *
 * 64-bit words are pairs of 32-bit halves: BigInt would be a hundred times slower.
 */
import { createHash } from 'node:crypto';
import { present } from '../../base/errors.js';

interface Word {
  readonly high: number;
  readonly low: number;
}

/** High and low halves of 256 words. */
interface WordTable {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

/** The paper's masks for 5 to 25 bits. */
const masks: readonly Word[] = [
  { high: 0x0000, low: 0x01804110 },
  { high: 0x0000, low: 0x01803110 },
  { high: 0x0000, low: 0x18035100 },
  { high: 0x0018, low: 0x00035300 },
  { high: 0x0190, low: 0x00353000 },
  { high: 0x5900, low: 0x03530000 },
  { high: 0xd900, low: 0x03530000 },
  { high: 0xd901, low: 0x03530000 },
  { high: 0xd903, low: 0x03530000 },
  { high: 0xd903, low: 0x13530000 },
  { high: 0xd90f, low: 0x03530000 },
  { high: 0xd903, low: 0x03537000 },
  { high: 0xd907, low: 0x03537000 },
  { high: 0xd907, low: 0x07537000 },
  { high: 0xd917, low: 0x07537000 },
  { high: 0xd917, low: 0x47537000 },
  { high: 0xd917, low: 0x67537000 },
  { high: 0xd937, low: 0x67537000 },
  { high: 0xd937, low: 0x77537000 },
  { high: 0xd937, low: 0x77577000 },
  { high: 0xdb37, low: 0x77577000 },
];

export function fastcdc(
  memory: WebAssembly.Memory,
  data: number,
  length: number,
  final: number,
  minBytes: number,
  averageBytes: number,
  maxBytes: number,
  seedLow: number,
  seedHigh: number,
  cuts: number,
): number {
  const bits = Math.log2(averageBytes);
  const chunker = new Chunker(
    { high: seedHigh, low: seedLow },
    present(masks[bits + 1 - 5], 'the strict mask'),
    present(masks[bits - 1 - 5], 'the loose mask'),
  );
  const bytes = new Uint8Array(memory.buffer, data, length);
  const ends: number[] = [];
  let start = 0;
  while (start < length) {
    if (length - start < maxBytes && final === 0) break;
    start += chunker.chunkBytes(bytes.subarray(start), minBytes, averageBytes, maxBytes);
    ends.push(start);
  }
  new Uint32Array(memory.buffer, cuts, ends.length).set(ends);
  return ends.length;
}

class Chunker {
  readonly #gear: WordTable;
  readonly #gearShifted: WordTable;
  readonly #maskSmall: Word;
  readonly #maskLarge: Word;

  constructor(seed: Word, maskSmall: Word, maskLarge: Word) {
    const gear = gearTable();
    for (let i = 0; i < 256; i++) {
      gear.high[i] = (gear.high[i] ?? 0) ^ seed.high;
      gear.low[i] = (gear.low[i] ?? 0) ^ seed.low;
    }
    this.#gear = gear;
    this.#gearShifted = {
      high: gear.high.map((high, i) => (high << 1) | ((gear.low[i] ?? 0) >>> 31)),
      low: gear.low.map((low) => low << 1),
    };
    this.#maskSmall = maskSmall;
    this.#maskLarge = maskLarge;
  }

  /** Length of the first chunk of `bytes`. */
  chunkBytes(bytes: Uint8Array, minBytes: number, averageBytes: number, maxBytes: number): number {
    if (bytes.length <= minBytes) return bytes.length;
    const longest = Math.min(bytes.length, maxBytes);
    const centre = Math.min(averageBytes, longest);
    const gear = this.#gear;
    const shifted = this.#gearShifted;
    let high = 0;
    let low = 0;
    for (let pair = minBytes >>> 1; pair < longest >>> 1; pair++) {
      const mask = pair < centre >>> 1 ? this.#maskSmall : this.#maskLarge;

      const even = bytes[pair * 2] ?? 0;
      high = (high << 2) | (low >>> 30);
      let sum = ((low << 2) >>> 0) + (shifted.low[even] ?? 0);
      low = sum >>> 0;
      high = (high + (shifted.high[even] ?? 0) + (sum > 0xffffffff ? 1 : 0)) >>> 0;
      if ((high & ((mask.high << 1) | (mask.low >>> 31))) === 0 && (low & (mask.low << 1)) === 0)
        return pair * 2;

      const odd = bytes[pair * 2 + 1] ?? 0;
      sum = low + (gear.low[odd] ?? 0);
      low = sum >>> 0;
      high = (high + (gear.high[odd] ?? 0) + (sum > 0xffffffff ? 1 : 0)) >>> 0;
      if ((high & mask.high) === 0 && (low & mask.low) === 0) return pair * 2 + 1;
    }
    return longest;
  }
}

/** Entry i is the first eight bytes, read big-endian, of the MD5 of 64 bytes of value i. */
function gearTable(): WordTable {
  const high = new Uint32Array(256);
  const low = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    const digest = createHash('md5').update(new Uint8Array(64).fill(i)).digest();
    high[i] = digest.readUInt32BE(0);
    low[i] = digest.readUInt32BE(4);
  }
  return { high, low };
}
