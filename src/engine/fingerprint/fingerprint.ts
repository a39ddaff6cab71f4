/**
 * Block fingerprints by the name that manifests and packages carry. `xxh3-128` is fast and for one trust domain only;
 * `blake3` and `sha256` resist planted collisions. Codes are those of the multihash table.
 */
import type { KernelInstance } from '../../kernels/abi.js';
import type { Arena, Window } from '../../kernels/arena.js';
import { sha256Bytes, sha256Into } from '../../base/builtins.js';
import { present } from '../../base/errors.js';

export const fingerprintNames = ['xxh3-128', 'blake3', 'sha256'] as const;
export type FingerprintName = (typeof fingerprintNames)[number];

export interface Fingerprint {
  readonly name: FingerprintName;
  /** https://github.com/multiformats/multicodec, table.csv. */
  readonly multihashCode: number;
  readonly digestBytes: number;
  /** Whether an attacker who chooses the data cannot make two blocks share a digest. */
  readonly collisionResistant: boolean;
  /**
   * Digests of `count` blocks at `data`; ends (relative to `data`) are in the u32 window `cuts`; digests go to `out`,
   * digestBytes each. All three are windows of the same kernel instance.
   */
  hashBlocks(kernels: KernelInstance, data: number, cuts: Window, count: number, out: Window): void;
}

export const fingerprints: Readonly<Record<FingerprintName, Fingerprint>> = {
  'xxh3-128': {
    name: 'xxh3-128',
    multihashCode: 0xb3e4,
    digestBytes: 16,
    collisionResistant: false,
    hashBlocks: (kernels, data, cuts, count, out) =>
      kernels.functions.xxh3(data, cuts.pointer, count, out.pointer),
  },
  blake3: {
    name: 'blake3',
    multihashCode: 0x1e,
    digestBytes: 32,
    collisionResistant: true,
    hashBlocks: (kernels, data, cuts, count, out) =>
      kernels.functions.blake3(data, cuts.pointer, count, out.pointer),
  },
  sha256: {
    name: 'sha256',
    multihashCode: 0x12,
    digestBytes: sha256Bytes,
    collisionResistant: true,
    // node:crypto is OpenSSL with SHA-NI: 1.5 GB/s, out of WebAssembly's reach.
    hashBlocks: (kernels, data, cuts, count, out) => {
      const memory = new Uint8Array(kernels.memory.buffer);
      const ends = cuts.u32(count);
      const put = sha256Into(out.u8(0, count * sha256Bytes));
      let start = 0;
      for (let i = 0; i < count; i++) {
        const end = present(ends[i], 'cut');
        put(memory.subarray(data + start, data + end), i * sha256Bytes);
        start = end;
      }
    },
  },
};

/** Merkle nodes in a call of a kernel. */
const nodesAtOnceMax = 256;

/**
 * Digests a few bytes of JavaScript memory by the same kernels: records and frames one by one, Merkle nodes many in a call. Owns
 * small windows; one per thread.
 */
export class Hasher {
  readonly fingerprint: Fingerprint;
  readonly #arena: Arena;
  readonly #cuts: Window;
  readonly #out: Window;
  #data: Window;

  constructor(fingerprint: Fingerprint, arena: Arena) {
    this.fingerprint = fingerprint;
    this.#arena = arena;
    this.#cuts = arena.reserve(nodesAtOnceMax * 4);
    this.#out = arena.reserve(nodesAtOnceMax * fingerprint.digestBytes);
    this.#data = arena.reserve(nodesAtOnceMax * (1 + 2 * fingerprint.digestBytes));
  }

  /** A fresh array of digestBytes. */
  digest(bytes: Uint8Array): Uint8Array {
    this.#room(bytes.length);
    this.#data.u8(0, bytes.length).set(bytes);
    return this.#digestData(bytes.length);
  }

  /** Digest of so many zeros. */
  digestOfZeros(length: number): Uint8Array {
    this.#room(length);
    this.#data.u8(0, length).fill(0);
    return this.#digestData(length);
  }

  /**
   * Replaces the first 2 * `count` digests of a level by the `count` digests of 0x01 || left || right of its pairs, end to end. A
   * call of the kernel does `nodesAtOnceMax`: one node a call takes four times as long, most of it in JavaScript.
   */
  pairUp(level: Uint8Array, count: number): void {
    const width = this.fingerprint.digestBytes;
    const nodeBytes = 1 + 2 * width;
    for (let done = 0; done < count; done += nodesAtOnceMax) {
      const nodes = Math.min(nodesAtOnceMax, count - done);
      const data = this.#data.u8(0, nodes * nodeBytes);
      const cuts = this.#cuts.u32(nodes);
      for (let i = 0; i < nodes; i++) {
        const pair = (done + i) * 2 * width;
        data[i * nodeBytes] = 1;
        data.set(level.subarray(pair, pair + 2 * width), i * nodeBytes + 1);
        cuts[i] = (i + 1) * nodeBytes;
      }
      this.fingerprint.hashBlocks(this.#arena.instance, this.#data.pointer, this.#cuts, nodes, this.#out);
      level.set(this.#out.u8(0, nodes * width), done * width);
    }
  }

  #room(length: number): void {
    if (length <= this.#data.length) return;
    this.#data = this.#arena.reserve(Math.max(length, this.#data.length * 2));
  }

  #digestData(length: number): Uint8Array {
    this.#cuts.u32(1)[0] = length;
    this.fingerprint.hashBlocks(this.#arena.instance, this.#data.pointer, this.#cuts, 1, this.#out);
    return this.#out.u8(0, this.fingerprint.digestBytes).slice();
  }
}
