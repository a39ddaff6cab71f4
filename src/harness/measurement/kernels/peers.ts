/**
 * Cases of what does the same work as our kernels: other libraries, and what Node has built in. They get blocks as they lie in a
 * buffer; one object a block, or a copy into their own memory, is part of what they cost.
 */
import { createHash } from 'node:crypto';
import { present } from '../../../base/errors.js';
import { chunkSizes } from './chunk.js';
import { chunkedContents, type Contents } from './content.js';
import type { OwnCase } from './definition.js';
import { makePairs, pairNames } from './pairs.js';
import type { Chunker } from './peer-chunkers.js';

/** Hashes one block. */
export type BlockHash = (block: Uint8Array) => Uint8Array;

/** Encodes the target with its base at hand, so that it can be decoded with the same base. */
export type PairEncoder = (base: Uint8Array, target: Uint8Array) => Uint8Array;

/** What is installed, by the name it is measured under; the rest is absent. */
export interface Peers {
  /** By kernel, then by library. */
  readonly hashes: Readonly<Record<HashKernel, Readonly<Record<string, BlockHash>>>>;
  readonly chunkers: Readonly<Record<string, Chunker>>;
  readonly pairEncoders: Readonly<Record<string, PairEncoder>>;
}

/** `xxh64` and `sha256` have no kernel of ours: they are yardsticks, as is memcpy. */
type HashKernel = 'xxh3-128' | 'blake3' | 'xxh64';
export const yardstickNames = ['xxh64', 'sha256', 'memcpy'] as const;

export interface PeerCase extends OwnCase {
  readonly implementation: string;
}

/** Slow ones get less to do in a pass, at least this much. */
const slowBytesMax = 1 << 21;

/** Named, but not yet prepared: what is not wanted costs nothing. */
interface Offer {
  readonly kernel: string;
  readonly implementation: string;
  readonly data: string;
  readonly prepare: () => { readonly bytes: number; readonly pass: () => void };
}

export function peerCases(
  peers: Peers,
  bytes: number,
  blockBytes: number,
  contents: Contents,
  isWanted: (kernel: string, data: string) => boolean,
): PeerCase[] {
  return [
    ...blockOffers(peers, bytes, blockBytes, contents),
    ...chunkerOffers(peers, bytes, blockBytes, contents),
    ...pairOffers(peers, bytes, blockBytes, contents),
  ]
    .filter(({ kernel, data }) => isWanted(kernel, data))
    .map(({ prepare, ...names }) => ({ ...names, ...prepare() }));
}

function blockOffers({ hashes }: Peers, bytes: number, blockBytes: number, contents: Contents): Offer[] {
  const blocks = blocksOf(contents.bytes('random', bytes), blockBytes);
  const hashing = (hash: BlockHash) => () => ({
    bytes,
    pass: () => blocks.forEach((block) => void hash(block)),
  });
  const sha256: BlockHash = (block) => createHash('sha256').update(block).digest();
  return [
    ...Object.entries(hashes).flatMap(([kernel, libraries]) =>
      Object.entries(libraries).map(([implementation, hash]) => ({
        kernel,
        implementation,
        data: 'random',
        prepare: hashing(hash),
      })),
    ),
    { kernel: 'sha256', implementation: 'node:crypto', data: 'random', prepare: hashing(sha256) },
    {
      kernel: 'compare',
      implementation: 'Buffer.compare',
      data: 'equal',
      prepare: () => {
        const copies = blocksOf(contents.bytes('random', bytes).slice(), blockBytes);
        return {
          bytes,
          pass: () => blocks.forEach((block, i) => Buffer.compare(block, present(copies[i], 'block'))),
        };
      },
    },
    {
      kernel: 'memcpy',
      implementation: 'Buffer.copy',
      data: 'random',
      prepare: () => {
        const target = Buffer.alloc(bytes, 1);
        return { bytes, pass: () => blocks.forEach((block, i) => block.copy(target, i * blockBytes)) };
      },
    },
  ];
}

function chunkerOffers({ chunkers }: Peers, bytes: number, blockBytes: number, contents: Contents): Offer[] {
  return Object.entries(chunkers).flatMap(([implementation, chunker]) =>
    chunkedContents.map((data) => ({
      kernel: 'fastcdc',
      implementation,
      data,
      prepare: () => {
        const length = Math.min(bytes, Math.max(slowBytesMax, blockBytes * 4));
        const run = chunker(chunkSizes(blockBytes));
        const content = contents.bytes(data, length);
        return { bytes: length, pass: () => run(content) };
      },
    })),
  );
}

function pairOffers({ pairEncoders }: Peers, bytes: number, blockBytes: number, contents: Contents): Offer[] {
  return Object.entries(pairEncoders).flatMap(([implementation, encode]) =>
    pairNames.map((data) => ({
      kernel: 'delta encode',
      implementation,
      data,
      prepare: () => {
        const length = Math.min(bytes, Math.max(slowBytesMax, blockBytes));
        const pair = makePairs(data, contents, length, blockBytes);
        const bases = blocksOf(pair.base, blockBytes);
        const targets = blocksOf(pair.target, blockBytes);
        return {
          bytes: length,
          pass: () => targets.forEach((target, i) => void encode(present(bases[i], 'base'), target)),
        };
      },
    })),
  );
}

export function blocksOf(bytes: Uint8Array, blockBytes: number): Buffer[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: Math.ceil(bytes.length / blockBytes) }, (_, i) =>
    buffer.subarray(i * blockBytes, (i + 1) * blockBytes),
  );
}
