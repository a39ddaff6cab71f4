/** Cases of what does the same work as our kernels: other libraries, and what Node has built in. One object a block is part of what they cost. */
import { createHash } from 'node:crypto';
import { present } from '../../../base/errors.js';
import type { Contents } from './content.js';
import type { OwnCase } from './definition.js';

/** Hashes one block with a peer's library. */
export type BlockHash = (block: Uint8Array) => void;

/** Peers that are packages of their own; absent where they are not installed. */
export interface Peers {
  readonly xxh3?: BlockHash;
  readonly blake3?: BlockHash;
}

export interface PeerCase extends OwnCase {
  readonly implementation: string;
}

/** `sha256` and `memcpy` have no kernel of ours: they are yardsticks. */
export const yardstickNames = ['sha256', 'memcpy'] as const;

export function peerCases(peers: Peers, bytes: number, blockBytes: number, contents: Contents): PeerCase[] {
  const data = Buffer.from(contents.bytes('random', bytes));
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
