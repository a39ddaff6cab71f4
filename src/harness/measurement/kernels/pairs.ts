/**
 * Pairs of a base and a target of one length, for kernels that set one against the other. Each kind is a real reason for blocks to differ
 * a little:
 *
 * - `overwrites`: an executable in which every 1,024 bytes a run of 1 to 16 bytes is replaced by random ones;
 * - `inserts`: code into which every 8 KiB 1 to 32 bytes of other code are inserted; what is pushed over a block's end is lost;
 * - `database pages`: a row store whose every third page was updated once or twice.
 */
import { Random } from '../../../base/prng.js';
import type { Contents } from './content.js';

export const pairNames = ['overwrites', 'inserts', 'database pages'] as const;
export type PairName = (typeof pairNames)[number];

export interface Pair {
  readonly base: Uint8Array;
  readonly target: Uint8Array;
}

const seed = 0xde17a;
const overwriteSpacing = 1024;
const overwriteBytesMax = 16;
const insertSpacing = 8192;
const insertBytesMax = 32;

/** `bytes` bytes in pairs of `blockBytes` each: block i of the target belongs to block i of the base. */
export function makePairs(name: PairName, contents: Contents, bytes: number, blockBytes: number): Pair {
  switch (name) {
    case 'overwrites': {
      const base = contents.bytes('executables', bytes);
      return { base, target: overwritten(base) };
    }
    case 'inserts': {
      const base = contents.bytes('code', bytes);
      return { base, target: inserted(base, contents.bytes('text', bytes), blockBytes) };
    }
    case 'database pages':
      return {
        base: contents.bytes('pages', bytes),
        target: contents.bytes('later pages', bytes),
      };
  }
}

function overwritten(base: Uint8Array): Uint8Array {
  const random = new Random(seed).fork('overwrites');
  const target = base.slice();
  for (let start = 0; start < target.length; start += overwriteSpacing) {
    const at = start + random.below(overwriteSpacing);
    random.fill(target.subarray(at, at + random.between(1, overwriteBytesMax)));
  }
  return target;
}

function inserted(base: Uint8Array, other: Uint8Array, blockBytes: number): Uint8Array {
  const random = new Random(seed).fork('inserts');
  const target = new Uint8Array(base.length);
  for (let start = 0; start < base.length; start += blockBytes) {
    const block = base.subarray(start, start + blockBytes);
    const into = target.subarray(start, start + blockBytes);
    let from = 0;
    let to = 0;
    while (to < into.length) {
      const kept = Math.min(random.between(1, 2 * insertSpacing), into.length - to);
      into.set(block.subarray(from, from + kept), to);
      from += kept;
      to += kept;
      const fresh = Math.min(random.between(1, insertBytesMax), into.length - to);
      const piece = random.below(other.length - fresh + 1);
      into.set(other.subarray(piece, piece + fresh), to);
      to += fresh;
    }
  }
  return target;
}
