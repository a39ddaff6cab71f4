/**
 * What `bench kernels` runs: each kernel by every implementation of the same work. A case is made for one block size and does one pass
 * over its buffer per call; all buffers are filled and all tables built before the clock starts.
 *
 * The data of a kernel is the same for all its implementations, and what they compute is the same too, apart from where results are
 * left: peers return one object a block, which is part of what they cost.
 */
import { createHash } from 'node:crypto';
import { present } from '../../base/errors.js';
import { Random } from '../../base/prng.js';
import { Arena, type Window } from '../../kernels/arena.js';
import type { KernelInstance } from '../../kernels/abi.js';

/** Hashes one block with a peer's library. */
export type BlockHash = (block: Uint8Array) => void;

/** Peers that are packages of their own; absent where they are not installed. */
export interface Peers {
  readonly xxh3?: BlockHash;
  readonly blake3?: BlockHash;
}

export interface KernelCase {
  readonly kernel: string;
  readonly implementation: string;
  readonly data: string;
  /** Bytes of input in one pass. */
  readonly bytes: number;
  readonly pass: () => void;
}

/** Names that cases have, in their order. `sha256` and `memcpy` are measured as yardsticks only. */
export const kernelCaseNames = [
  'compare',
  'xxh3-128',
  'blake3',
  'fastcdc',
  'rolling sums',
  'zero test',
  'histogram',
  'delta encode',
  'delta apply',
  'sha256',
  'memcpy',
] as const;

const seed = 0x5eed;
/** Twins take up to several hundred times as long: a smaller buffer keeps their passes short. They are far from being bound by memory. */
const twinBytesMax = 1 << 18;

export function kernelCases(
  wasm: KernelInstance,
  twin: KernelInstance,
  peers: Peers,
  bytes: number,
  blockBytes: number,
): KernelCase[] {
  return [
    ...ownCases(wasm, bytes, blockBytes),
    ...ownCases(twin, Math.max(blockBytes, Math.min(bytes, twinBytesMax)), blockBytes),
    ...peerCases(peers, bytes, blockBytes),
  ];
}

function ownCases(instance: KernelInstance, bytes: number, blockBytes: number): KernelCase[] {
  const arena = new Arena(instance);
  const { functions } = instance;
  const count = Math.ceil(bytes / blockBytes);
  const reserve = (length: number): Window => arena.reserve(length);
  const data = reserve(bytes);
  const copy = reserve(bytes);
  const zeros = reserve(bytes);
  const cuts = reserve(count * 4);
  const out = reserve(Math.max(count * 32, (count + 1) * 4, 1024));
  const chunks = reserve((Math.ceil(bytes / (blockBytes / 4)) + 1) * 4);
  fillRandom(data.u8());
  copy.u8().set(data.u8());
  const ends = cuts.u32();
  for (let i = 0; i < count; i++) ends[i] = Math.min((i + 1) * blockBytes, bytes);
  const passes: readonly (readonly [string, string, () => void])[] = [
    [
      'compare',
      'equal',
      () => functions.compareRuns(data.pointer, copy.pointer, bytes, blockBytes, out.pointer),
    ],
    ['xxh3-128', 'random', () => functions.xxh3(data.pointer, cuts.pointer, count, out.pointer)],
    ['blake3', 'random', () => functions.blake3(data.pointer, cuts.pointer, count, out.pointer)],
    [
      'fastcdc',
      'random',
      () =>
        functions.fastcdc(
          data.pointer,
          bytes,
          1,
          blockBytes / 4,
          blockBytes,
          blockBytes * 4,
          0,
          0,
          chunks.pointer,
        ),
    ],
    ['rolling sums', 'random', () => functions.rollingSums(data.pointer, cuts.pointer, count, out.pointer)],
    ['zero test', 'zeros', () => functions.zeroRuns(zeros.pointer, bytes, blockBytes, out.pointer)],
    ['histogram', 'random', () => functions.histogram(data.pointer, bytes, out.pointer)],
    ...deltaPasses(instance, arena, data, blockBytes),
  ];
  return passes.map(([kernel, kind, pass]) => ({
    kernel,
    implementation: instance.name,
    data: kind,
    bytes,
    pass,
  }));
}

/** Each block against a version of itself with one byte in 512 replaced and eight bytes inserted in its middle. */
function deltaPasses(
  { functions }: KernelInstance,
  arena: Arena,
  base: Window,
  blockBytes: number,
): [string, string, () => void][] {
  const operationsMax = 4096;
  const tableBits = 13;
  const target = arena.reserve(base.length);
  const table = arena.reserve(4 << tableBits);
  const operations = arena.reserve(operationsMax * 12);
  const differences = arena.reserve(blockBytes);
  const literals = arena.reserve(blockBytes);
  const rebuilt = arena.reserve(blockBytes);
  makeSimilar(base.u8(), target.u8(), blockBytes);
  const encode = (at: number): number =>
    functions.deltaEncode(
      base.pointer + at,
      blockBytes,
      target.pointer + at,
      blockBytes,
      0,
      table.pointer,
      tableBits,
      operations.pointer,
      operationsMax,
    );
  const count = Math.floor(base.length / blockBytes);
  // Applying: the instructions of the first block, again and again, so that the pass holds nothing but applying.
  const appliedCount = encode(0);
  const applied = arena.reserve(operationsMax * 12);
  applied.u8().set(operations.u8());
  functions.deltaGather(
    base.pointer,
    target.pointer,
    applied.pointer,
    appliedCount,
    differences.pointer,
    literals.pointer,
  );
  return [
    ['delta encode', 'similar', () => repeat(count, (block) => encode(block * blockBytes))],
    [
      'delta apply',
      'similar',
      () =>
        repeat(count, () =>
          functions.deltaApply(
            base.pointer,
            blockBytes,
            applied.pointer,
            appliedCount,
            differences.pointer,
            blockBytes,
            literals.pointer,
            blockBytes,
            rebuilt.pointer,
            blockBytes,
          ),
        ),
    ],
  ];
}

function peerCases(peers: Peers, bytes: number, blockBytes: number): KernelCase[] {
  const data = Buffer.alloc(bytes);
  fillRandom(data);
  const copy = Buffer.from(data);
  const count = Math.ceil(bytes / blockBytes);
  const blocks = (buffer: Buffer): Buffer[] =>
    Array.from({ length: count }, (_, i) => buffer.subarray(i * blockBytes, (i + 1) * blockBytes));
  const ours = blocks(data);
  const theirs = blocks(copy);
  const each = (hash: BlockHash) => () => repeat(count, (block) => hash(present(ours[block], 'block')));
  const sha256: BlockHash = (block) => createHash('sha256').update(block).digest();
  const passes: readonly (readonly [string, string, string, (() => void) | undefined])[] = [
    [
      'compare',
      'Buffer.compare',
      'equal',
      () =>
        repeat(count, (block) =>
          Buffer.compare(present(ours[block], 'block'), present(theirs[block], 'block')),
        ),
    ],
    ['xxh3-128', 'hash-wasm', 'random', peers.xxh3 && each(peers.xxh3)],
    ['blake3', 'hash-wasm', 'random', peers.blake3 && each(peers.blake3)],
    ['sha256', 'node:crypto', 'random', each(sha256)],
    [
      'memcpy',
      'Buffer.copy',
      'random',
      () => repeat(count, (block) => present(ours[block], 'block').copy(copy, block * blockBytes)),
    ],
  ];
  return passes.flatMap(([kernel, implementation, kind, pass]) =>
    pass === undefined ? [] : [{ kernel, implementation, data: kind, bytes, pass }],
  );
}

function repeat(count: number, work: (index: number) => unknown): void {
  for (let i = 0; i < count; i++) work(i);
}

/** A seeded megabyte, then copies of it: filling everything from the generator would take longer than measuring. */
function fillRandom(into: Uint8Array): void {
  const piece = into.subarray(0, 1 << 20);
  new Random(seed).fill(piece);
  for (let at = piece.length; at < into.length; at += piece.length) {
    into.set(piece.subarray(0, Math.min(piece.length, into.length - at)), at);
  }
}

function makeSimilar(base: Uint8Array, target: Uint8Array, blockBytes: number): void {
  const random = new Random(seed).fork('similar');
  for (let start = 0; start + blockBytes <= base.length; start += blockBytes) {
    const half = start + blockBytes / 2;
    target.set(base.subarray(start, half), start);
    target.set(base.subarray(half, start + blockBytes - 8), half + 8);
    random.fill(target.subarray(half, half + 8));
    for (let at = start + random.below(512); at < start + blockBytes; at += 512)
      target[at] = random.below(256);
  }
}
