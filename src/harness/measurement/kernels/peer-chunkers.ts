/**
 * Content-defined chunkers from libraries that offer only a rolling hash: minimum and maximum are ours, driven in the way that was found
 * fastest for each. None of them cuts where FastCDC 2020 does (they have one mask), but the number of cuts is alike.
 */
import type { ChunkSizes } from './chunk.js';

/** Made for one choice of sizes; returns the number of chunks. */
export type Chunker = (sizes: ChunkSizes) => (data: Uint8Array) => number;

/** Looks on, from where it stopped, for the next match; the position behind it, or -1. */
export interface GearScan {
  next(piece: Uint8Array): number;
  reset(): void;
}

/**
 * Each call copies its piece into the library's memory: longer ones copy what lies behind the cut in vain, shorter ones call more often. From 8 to 24 KiB
 * gearhash-jit is as fast within 3 %, at 4 and at 64 KiB 7 to 10 % slower. Its predecessor, @huggingface/gearhash-wasm,
 * reached 0.14 GB/s in the same way and 0.115 by its `nextMatches`, and is deprecated.
 */
const pieceBytesMax = 16_384;

/** Skips the minimum after each cut, then looks for a match in pieces up to the maximum. */
export function gearChunker(scanOf: (mask: bigint) => GearScan): Chunker {
  return ({ minBytes, averageBytes, maxBytes }) => {
    const scan = scanOf(gearMask(Math.log2(averageBytes)));
    return (data) => {
      let chunks = 0;
      for (let start = 0; start < data.length; chunks++) {
        const stop = Math.min(start + maxBytes, data.length);
        scan.reset();
        let cut = stop;
        for (let at = Math.min(start + minBytes, stop); at < stop; at += pieceBytesMax) {
          const found = scan.next(data.subarray(at, Math.min(at + pieceBytesMax, stop)));
          if (found < 0) continue;
          cut = at + found;
          break;
        }
        start = cut;
      }
      return chunks;
    };
  };
}

/** The upper bits: those that depend on all of the last 64 bytes. */
function gearMask(bits: number): bigint {
  return ((1n << BigInt(bits)) - 1n) << BigInt(64 - bits);
}
