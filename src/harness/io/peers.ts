/**
 * Libraries that do the same work as our kernels, for comparison. They come with the sources, not with the program: one that is not
 * installed, or does not load on this machine, is absent, which is no error.
 */
import type { IHasher } from 'hash-wasm';
import type { BlockHash, PairEncoder, Peers } from '../measurement/kernels/peers.js';
import { gearChunker, type Chunker } from '../measurement/kernels/peer-chunkers.js';

export interface LoadedPeers {
  readonly peers: Peers;
  /** Names of packages. */
  readonly absent: readonly string[];
}

export async function loadPeers(): Promise<LoadedPeers> {
  const absent: string[] = [];
  const attempt = async <T>(name: string, load: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await load();
    } catch {
      absent.push(name);
      return otherwise;
    }
  };
  const none: Readonly<Record<string, never>> = {};
  const hashWasm = await attempt('hash-wasm', loadHashWasm, undefined);
  const native = await attempt('@napi-rs/blake-hash', loadBlakeHash, undefined);
  const peers: Peers = {
    hashes: {
      'xxh3-128': hashWasm === undefined ? none : { 'hash-wasm': hashWasm.xxh3 },
      blake3: {
        ...(hashWasm === undefined ? none : { 'hash-wasm': hashWasm.blake3 }),
        ...(native === undefined ? none : { '@napi-rs/blake-hash': native }),
      },
      xxh64: await attempt<Record<string, BlockHash>>('xxhash-wasm', loadXxhashWasm, {}),
    },
    chunkers: {
      ...(await attempt<Record<string, Chunker>>('gearhash-jit', loadGearhashJit, {})),
      ...(await attempt<Record<string, Chunker>>('rabin-wasm', loadRabinWasm, {})),
    },
    pairEncoders: await attempt<Record<string, PairEncoder>>('@toondepauw/node-zstd', loadZstd, {}),
  };
  return { peers, absent };
}

async function loadHashWasm(): Promise<{ readonly xxh3: BlockHash; readonly blake3: BlockHash }> {
  const { createXXHash128, createBLAKE3 } = await import('hash-wasm');
  const hashing =
    (hasher: IHasher): BlockHash =>
    (block) =>
      hasher.init().update(block).digest('binary');
  return { xxh3: hashing(await createXXHash128()), blake3: hashing(await createBLAKE3()) };
}

/** Wants a Buffer; a view costs nothing beside hashing. */
async function loadBlakeHash(): Promise<BlockHash> {
  const { blake3 } = await import('@napi-rs/blake-hash');
  return (block) => blake3(Buffer.from(block.buffer, block.byteOffset, block.byteLength));
}

/** Its digest is a bigint; no XXH3. */
async function loadXxhashWasm(): Promise<Record<string, BlockHash>> {
  const { default: create } = await import('xxhash-wasm');
  const library = await create();
  const digest = new BigUint64Array(1);
  const bytes = new Uint8Array(digest.buffer);
  return {
    'xxhash-wasm': (block) => {
      digest[0] = library.h64Raw(block);
      return bytes;
    },
  };
}

async function loadGearhashJit(): Promise<Record<string, Chunker>> {
  const { Hasher } = await import('gearhash-jit');
  return {
    'gearhash-jit': gearChunker((mask) => {
      const hasher = new Hasher(mask);
      return { next: (piece) => hasher.nextMatch(piece), reset: () => hasher.resetHash() };
    }),
  };
}

/** Window of 64 bytes, as its own default. */
async function loadRabinWasm(): Promise<Record<string, Chunker>> {
  const { create } = await import('rabin-wasm');
  // Instances are made without waiting: the module is compiled once, here.
  const made = new Map<number, Awaited<ReturnType<typeof create>>>();
  const KiB = 1024;
  for (let bytes = KiB; bytes <= 4 * KiB * KiB; bytes *= 2) {
    made.set(bytes, await create(Math.log2(bytes), bytes / 4, bytes * 4, 64));
  }
  return {
    'rabin-wasm':
      ({ averageBytes }) =>
      (data) =>
        made.get(averageBytes)?.fingerprint(data).length ?? 0,
  };
}

/** Level 1; the base is a dictionary without structure, so an encoder is made for each pair. */
async function loadZstd(): Promise<Record<string, PairEncoder>> {
  const { Encoder } = await import('@toondepauw/node-zstd');
  const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    'zstd 1 with dictionary': (base, target) => new Encoder(1, asBuffer(base)).encodeSync(asBuffer(target)),
  };
}
