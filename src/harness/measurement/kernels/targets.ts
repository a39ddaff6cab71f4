/**
 * What the kernels have to reach, as data. A speed target is a ratio to the fastest of some peers, measured round by round in one run;
 * an instruction target is a count, which is exact.
 *
 * Targets against memcpy stand for "no slower than the first prototypes were": 1.35 GB/s for the histogram, 12 for the zero test, 1.55
 * for CRC32C (the middle of what was measured) on a machine whose memcpy gave at least 8 GB/s. Machines differ, so the ratio counts: 0.17,
 * 1.5, 0.19.
 */
import { chunkedContents } from './content.js';
import { pairNames } from './pairs.js';

export interface SpeedTarget {
  readonly kind: 'speed';
  readonly kernel: string;
  readonly data: readonly string[];
  readonly blockBytes: readonly number[];
  /** Rows to beat: the fastest of these implementations of the peer's kernel. */
  readonly peer: {
    readonly kernel: string;
    /** By default the same. */
    readonly data?: string;
    readonly implementations: readonly string[];
  };
  /** Our speed over the peer's, at least. */
  readonly ratioMin: number;
  /** Our encoded bytes over the peer's, at most: after compression, which the speed is without. */
  readonly sizeRatioMax?: number;
}

export interface InstructionTarget {
  readonly kind: 'instructions';
  readonly kernel: string;
  readonly data: readonly string[];
  readonly blockBytes: readonly number[];
  readonly perByteMax: number;
}

export type KernelTarget = SpeedTarget | InstructionTarget;

const KiB = 1024;
const wasmChunkers = ['gearhash-jit', 'rabin-wasm'];

const speed = (
  kernel: string,
  data: readonly string[],
  blockBytes: readonly number[],
  ratioMin: number,
  peer: SpeedTarget['peer'],
): SpeedTarget => ({ kind: 'speed', kernel, data, blockBytes, ratioMin, peer });

const memcpy = { kernel: 'memcpy', data: 'random', implementations: ['Buffer.copy'] };
const hashWasm = (kernel: string): SpeedTarget['peer'] => ({ kernel, implementations: ['hash-wasm'] });

export const kernelTargets: readonly KernelTarget[] = [
  speed('compare', ['equal'], [4 * KiB], 1.3, { kernel: 'compare', implementations: ['Buffer.compare'] }),
  speed('xxh3-128', ['random'], [4 * KiB], 4, hashWasm('xxh3-128')),
  speed('xxh3-128', ['random'], [16 * KiB], 3, hashWasm('xxh3-128')),
  speed('xxh3-128', ['random'], [64 * KiB], 2.5, hashWasm('xxh3-128')),
  speed('xxh3-128', ['one block in cache'], [16 * KiB], 0.35, {
    kernel: 'xxh3-128',
    implementations: ['xxhsum'],
  }),
  speed('blake3', ['random'], [4 * KiB, 64 * KiB], 2.4, hashWasm('blake3')),
  speed('blake3', ['cached file'], [64 * KiB], 0.5, { kernel: 'blake3', implementations: ['b3sum'] }),
  speed('fastcdc', chunkedContents, [16 * KiB], 2, { kernel: 'fastcdc', implementations: wasmChunkers }),
  { kind: 'instructions', kernel: 'fastcdc', data: chunkedContents, blockBytes: [16 * KiB], perByteMax: 16 },
  speed('strided', chunkedContents, [16 * KiB, 64 * KiB], 2.5, {
    kernel: 'fastcdc',
    implementations: ['wasm'],
  }),
  {
    kind: 'instructions',
    kernel: 'strided',
    data: chunkedContents,
    blockBytes: [16 * KiB, 64 * KiB],
    perByteMax: 2,
  },
  speed('anchor search', ['similar'], [16 * KiB], 2.5, {
    kernel: 'rolling gear search',
    implementations: ['wasm'],
  }),
  speed('anchor search', ['unrelated'], [16 * KiB], 5, {
    kernel: 'rolling gear search',
    implementations: ['wasm'],
  }),
  {
    ...speed('delta encode', pairNames, [64 * KiB], 5, {
      kernel: 'delta encode',
      implementations: ['zstd 1 with dictionary'],
    }),
    sizeRatioMax: 1.1,
  },
  speed('delta apply', pairNames, [64 * KiB], 0.6, memcpy),
  speed('histogram', ['random', 'text'], [64 * KiB], 0.17, memcpy),
  speed('zero test', ['zeros'], [64 * KiB], 1.5, memcpy),
  speed('crc32c', ['random'], [64 * KiB], 0.19, memcpy),
];
