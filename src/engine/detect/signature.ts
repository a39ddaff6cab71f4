/**
 * A signature: what rsync's receiver sends ahead, so that the sender can find the base's blocks at any offset of the target. Weak and
 * strong sums of every whole block of every base entry, and of each entry's short tail, which is recognised only at the end of an
 * opposite entry.
 *
 * Source: Tridgell and Mackerras, "The rsync algorithm", 1996. Strong sums are XXH3-128: the final check is by the snapshot's own
 * identity, so a collision costs a refused package, never wrong bytes.
 */
import { present } from '../../base/errors.js';
import { regionBytes } from '../../base/limits.js';
import type { Workspace } from '../../kernels/workspace.js';
import type { Layout, Part, Region } from '../snapshot/layout.js';

export const strongBytes = 16;
const sumBytes = 4;

/** Columns in shared memory, so that every worker reads one copy. */
export interface Signature {
  readonly blockBytes: number;
  /** Weak sums (u32), strong sums, and base addresses (f64) of the whole blocks, in address order. */
  readonly sums: Uint32Array<SharedArrayBuffer>;
  readonly digests: Uint8Array<SharedArrayBuffer>;
  readonly addresses: Float64Array<SharedArrayBuffer>;
  /** Strong sum of each entry's tail of size % blockBytes bytes; zeros where there is none. */
  readonly tails: Uint8Array<SharedArrayBuffer>;
}

/**
 * About the square root of the base's size, as rsync's: a power of two from 1 to 128 KiB. Balances the signature's size against the
 * literals around each change.
 */
export function rollingBlockBytes(baseBytes: number): number {
  const exponent = Math.round(Math.log2(Math.max(1, baseBytes)) / 2);
  return 2 ** Math.min(17, Math.max(10, exponent));
}

export class SignatureBuilder {
  readonly #layout: Layout;
  readonly #signature: Signature;
  #blocks = 0;

  constructor(layout: Layout, blockBytes: number) {
    let blocks = 0;
    for (let entry = 0; entry < layout.entryCount; entry++) {
      blocks += Math.floor((layout.endOf(entry) - layout.startOf(entry)) / blockBytes);
    }
    this.#layout = layout;
    this.#signature = {
      blockBytes,
      sums: new Uint32Array(new SharedArrayBuffer(blocks * sumBytes)),
      digests: new Uint8Array(new SharedArrayBuffer(blocks * strongBytes)),
      addresses: new Float64Array(new SharedArrayBuffer(blocks * 8)),
      tails: new Uint8Array(new SharedArrayBuffer(layout.entryCount * strongBytes)),
    };
  }

  /** Takes the sums of the next region, in order. */
  accept(sums: RegionSums): void {
    const { blockBytes, addresses, tails } = this.#signature;
    this.#signature.sums.set(sums.sums, this.#blocks);
    this.#signature.digests.set(sums.digests, this.#blocks * strongBytes);
    let tail = 0;
    for (const part of this.#layout.parts(sums.region.address, sums.region.length)) {
      const whole = Math.floor(part.length / blockBytes);
      for (let i = 0; i < whole; i++) addresses[this.#blocks++] = part.address + i * blockBytes;
      if (part.length % blockBytes === 0) continue;
      tails.set(sums.tails.subarray(tail, tail + strongBytes), part.entry * strongBytes);
      tail += strongBytes;
    }
  }

  finish(): Signature {
    return this.#signature;
  }
}

/** Bytes that a peer has to send before the search can start: a weak and a strong sum a block, a strong sum a tail. */
export function signatureBytes(signature: Signature, layout: Layout): number {
  let tails = 0;
  for (let entry = 0; entry < layout.entryCount; entry++) {
    if ((layout.endOf(entry) - layout.startOf(entry)) % signature.blockBytes !== 0) tails++;
  }
  return signature.sums.length * (sumBytes + strongBytes) + tails * strongBytes;
}

/** Sums of a region's whole blocks, and strong sums of the tails that lie in it, in order. */
export interface RegionSums {
  readonly region: Region;
  readonly sums: Uint32Array;
  readonly digests: Uint8Array;
  readonly tails: Uint8Array;
}

/** Sums of a region whose bytes lie in the window `target`. Region borders are block borders, as blocks are powers of two. */
export function regionSums(
  workspace: Workspace,
  region: Region,
  parts: readonly Part[],
  blockBytes: number,
): RegionSums {
  const ends: number[] = [];
  const isTail: boolean[] = [];
  for (const part of parts) {
    const offset = part.address - region.address;
    for (let at = blockBytes; at <= part.length; at += blockBytes) {
      ends.push(offset + at);
      isTail.push(false);
    }
    if (part.length % blockBytes !== 0) {
      ends.push(offset + part.length);
      isTail.push(true);
    }
  }
  const { functions } = workspace.kernels;
  const data = workspace.window('target').pointer;
  const cuts = workspace.loadCuts(Uint32Array.from(ends));
  const sums = workspace.window('sums');
  const digests = workspace.window('digests');
  functions.rollingSums(data, cuts.pointer, ends.length, sums.pointer);
  functions.xxh3(data, cuts.pointer, ends.length, digests.pointer);
  const allSums = sums.u32(ends.length);
  const allDigests = digests.u8(0, ends.length * strongBytes);
  const tailCount = isTail.filter(Boolean).length;
  const result = {
    region,
    sums: new Uint32Array(ends.length - tailCount),
    digests: new Uint8Array((ends.length - tailCount) * strongBytes),
    tails: new Uint8Array(tailCount * strongBytes),
  };
  let block = 0;
  let tail = 0;
  isTail.forEach((short, i) => {
    const digest = allDigests.subarray(i * strongBytes, (i + 1) * strongBytes);
    if (short) result.tails.set(digest, tail++ * strongBytes);
    else {
      result.sums[block] = present(allSums[i], 'weak sum');
      result.digests.set(digest, block++ * strongBytes);
    }
  });
  return result;
}

/** Blocks must tile regions. */
export function isRollingBlockSize(blockBytes: number): boolean {
  return Number.isInteger(Math.log2(blockBytes)) && blockBytes <= regionBytes;
}
