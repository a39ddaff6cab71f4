/**
 * BLAKE3 (plain hash, 32 bytes) in plain TypeScript: the reference for assembly/blake3.ts. The tree is built by recursion
 * as the specification draws it, not by levels as in the kernel.
 * Source: https://github.com/BLAKE3-team/BLAKE3-specs, section 2.
 */

const initial = Uint32Array.of(
  0x6a09e667,
  0xbb67ae85,
  0x3c6ef372,
  0xa54ff53a,
  0x510e527f,
  0x9b05688c,
  0x1f83d9ab,
  0x5be0cd19,
);
const permutation = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
/** The four columns of the state, then its four diagonals. */
const quarters = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;
const rounds = 7;
const blockBytes = 64;
const chunkBytes = 1024;
const digestBytes = 32;
const flag = { chunkStart: 1, chunkEnd: 2, parent: 4, root: 8 } as const;

export function blake3(
  memory: WebAssembly.Memory,
  data: number,
  cuts: number,
  count: number,
  out: number,
): void {
  const digests = new DataView(memory.buffer, out, count * digestBytes);
  let start = 0;
  for (const [i, end] of new Uint32Array(memory.buffer, cuts, count).entries()) {
    const digest = node(new Uint8Array(memory.buffer, data + start, end - start), 0, flag.root);
    for (const [word, value] of digest.entries()) digests.setUint32(digestBytes * i + 4 * word, value, true);
    start = end;
  }
}

/** The chaining value of the subtree over `bytes`, whose first chunk has the given number. */
function node(bytes: Uint8Array, chunk: number, flags: number): Uint32Array {
  if (bytes.length <= chunkBytes) return chunkValue(bytes, chunk, flags);
  const chunks = Math.ceil(bytes.length / chunkBytes);
  const leftChunks = 2 ** Math.floor(Math.log2(chunks - 1));
  const left = node(bytes.subarray(0, leftChunks * chunkBytes), chunk, 0);
  const right = node(bytes.subarray(leftChunks * chunkBytes), chunk + leftChunks, 0);
  return compress(initial, Uint32Array.of(...left, ...right), 0, blockBytes, flags | flag.parent);
}

function chunkValue(bytes: Uint8Array, chunk: number, flags: number): Uint32Array {
  let chain: Uint32Array = initial;
  let start: number = flag.chunkStart;
  let at = 0;
  for (; bytes.length - at > blockBytes; at += blockBytes) {
    chain = compress(chain, words(bytes, at), chunk, blockBytes, start);
    start = 0;
  }
  return compress(chain, words(bytes, at), chunk, bytes.length - at, start | flag.chunkEnd | flags);
}

/** The sixteen words of the block at `at`, padded with zeros. */
function words(bytes: Uint8Array, at: number): Uint32Array {
  const block = new DataView(new ArrayBuffer(blockBytes));
  new Uint8Array(block.buffer).set(bytes.subarray(at, at + blockBytes));
  return Uint32Array.from({ length: 16 }, (_, i) => block.getUint32(4 * i, true));
}

/** The compression function: the new chaining value. Counters stay below 2^32, as a block is shorter than 4 GiB. */
function compress(
  chain: Uint32Array,
  block: Uint32Array,
  counter: number,
  length: number,
  flags: number,
): Uint32Array {
  const state = Uint32Array.of(...chain, ...initial.subarray(0, 4), counter, 0, length, flags);
  let message = block;
  for (let round = 0; round < rounds; round++) {
    for (const [i, [a, b, c, d]] of quarters.entries()) {
      half(state, a, b, c, d, word(message, 2 * i), 16, 12);
      half(state, a, b, c, d, word(message, 2 * i + 1), 8, 7);
    }
    const before = message;
    message = Uint32Array.from(permutation, (from) => word(before, from));
  }
  return Uint32Array.from({ length: 8 }, (_, i) => word(state, i) ^ word(state, i + 8));
}

/** Half of the quarter-round: one message word and two rotations. */
function half(
  state: Uint32Array,
  a: number,
  b: number,
  c: number,
  d: number,
  messageWord: number,
  turnD: number,
  turnB: number,
): void {
  state[a] = word(state, a) + word(state, b) + messageWord;
  state[d] = turnRight(word(state, d) ^ word(state, a), turnD);
  state[c] = word(state, c) + word(state, d);
  state[b] = turnRight(word(state, b) ^ word(state, c), turnB);
}

function turnRight(value: number, bits: number): number {
  return (value >>> bits) | (value << (32 - bits));
}

function word(from: Uint32Array, index: number): number {
  return from[index] ?? 0;
}
