/** Libraries that do the same work as our kernels, for comparison. They come with the sources, not with the program: absent is no error. */
import type { IHasher } from 'hash-wasm';
import type { BlockHash, Peers } from '../measurement/kernels/peers.js';

export async function loadPeers(): Promise<{ readonly peers: Peers; readonly absent: string[] }> {
  try {
    const { createXXHash128, createBLAKE3 } = await import('hash-wasm');
    return {
      peers: { xxh3: hashing(await createXXHash128()), blake3: hashing(await createBLAKE3()) },
      absent: [],
    };
  } catch {
    return { peers: {}, absent: ['hash-wasm'] };
  }
}

function hashing(hasher: IHasher): BlockHash {
  return (block) => void hasher.init().update(block).digest('binary');
}
