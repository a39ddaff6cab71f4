/**
 * BLAKE3 (plain hash, 32 bytes) of each block.
 * Source: https://github.com/BLAKE3-team/BLAKE3-specs; checked against that project's test vectors.
 *
 * Consecutive blocks are hashed in batches of up to 128 chunks, so that the four lanes are busy across block borders:
 * level 0 (chunks), then level by level the parents of all blocks of the batch. At each level neighbours are paired
 * and an odd last node moves up as it is, which gives the tree of the specification (a left subtree of the largest
 * power of two). A longer block is cut into subtrees of 128 chunks, whose tops are merged on a stack as the counters'
 * binary digits say.
 *
 * Blocks of at most a chunk run four at a time too when neighbours have the same length, a multiple of 64; others run
 * alone, 2.4 times slower. Parents cost 5 %. What bounds it: docs/kernels.md.
 *
 * Memory: two levels of nodes (8 KiB), the stack (1 KiB), one cut (4 bytes), and those of blake3-jobs and blake3-four.
 */
import { chunkBytes, nodeBytes, parent, root } from './blake3-parts';
import { chunkAlone, copyNode, flushChunks, flushParents, parentAlone, queueChunk, queueParent } from './blake3-jobs';

const batchChunks: usize = 128;
const batchBytes: usize = 131072;

const levelA: usize = memory.data(4096, 16);
const levelB: usize = memory.data(4096, 16);
/** 2^32 bytes are 2^15 subtrees: 16 entries would do. */
const stack: usize = memory.data(1024, 16);
const subtreeCut: usize = memory.data(4, 4);

/** BLAKE3 of each block; the ABI is in src/kernels/abi.ts. */
export function blake3(data: usize, cuts: usize, count: u32, out: usize): void {
  const cutsEnd = cuts + ((count as usize) << 2);
  let start: usize = 0;
  while (cuts < cutsEnd) {
    const batch = cuts;
    const batchStart = start;
    let room = batchChunks;
    while (cuts < cutsEnd) {
      const end = load<u32>(cuts) as usize;
      const chunks = chunksOf(end - start);
      if (chunks > room) break;
      room -= chunks;
      start = end;
      cuts += 4;
    }
    if (cuts > batch) {
      hashBatch(data, batchStart, batch, cuts, 0, root, out);
      out += ((cuts - batch) >> 2) * nodeBytes;
    } else {
      const end = load<u32>(cuts) as usize;
      hashLong(data + start, end - start, out);
      start = end;
      cuts += 4;
      out += nodeBytes;
    }
  }
}

// @ts-ignore: decorator
@inline
function chunksOf(length: usize): usize {
  return (length >> 10) + ((length & 1023) != 0 ? 1 : 0);
}

/**
 * The tops of the trees over the blocks [start, cuts[0]), [cuts[0], cuts[1]) ... of `data`, at most batchChunks
 * chunks in all. The first chunk of each is number `counter`; `flags` is root for whole blocks and 0 for subtrees of
 * a longer one.
 */
function hashBatch(
  data: usize,
  start: usize,
  cuts: usize,
  cutsEnd: usize,
  counter: u32,
  flags: u32,
  out: usize,
): void {
  hashChunks(data, start, cuts, cutsEnd, counter, flags, out);
  let from = levelA;
  let to = levelB;
  for (let level: usize = 0; hashLevel(level, start, cuts, cutsEnd, flags, from, to, out); level++) {
    const swap = from;
    from = to;
    to = swap;
  }
}

/** Level 0. A block of one chunk is done; the nodes of the others are packed at levelA. */
function hashChunks(
  data: usize,
  start: usize,
  cuts: usize,
  cutsEnd: usize,
  counter: u32,
  flags: u32,
  out: usize,
): void {
  let node = levelA;
  for (; cuts < cutsEnd; cuts += 4) {
    const end = load<u32>(cuts) as usize;
    const length = end - start;
    if (length <= chunkBytes) {
      if (length > 0 && (length & 63) == 0) queueChunk(data + start, length, counter, flags, out);
      else chunkAlone(data + start, length, counter, flags, out);
    } else {
      let number = counter;
      for (; end - start >= chunkBytes; start += chunkBytes) {
        queueChunk(data + start, chunkBytes, number++, 0, node);
        node += nodeBytes;
      }
      if (end > start) {
        chunkAlone(data + start, end - start, number, 0, node);
        node += nodeBytes;
      }
    }
    start = end;
    out += nodeBytes;
  }
  flushChunks();
}

/**
 * From the nodes at one level to those above: `from` and `to` hold the nodes of the blocks that have more than one
 * left. The last pair of a block goes to `out`. Returns whether a block is unfinished.
 */
function hashLevel(
  level: usize,
  start: usize,
  cuts: usize,
  cutsEnd: usize,
  flags: u32,
  from: usize,
  to: usize,
  out: usize,
): bool {
  const first = to;
  for (; cuts < cutsEnd; cuts += 4) {
    const end = load<u32>(cuts) as usize;
    let nodes = (chunksOf(end - start) + ((1 as usize) << level) - 1) >> level;
    if (nodes == 2) {
      queueParent(from, flags, out);
      from += 2 * nodeBytes;
    } else if (nodes > 2) {
      for (; nodes >= 2; nodes -= 2) {
        queueParent(from, 0, to);
        from += 2 * nodeBytes;
        to += nodeBytes;
      }
      if (nodes != 0) {
        copyNode(to, from);
        from += nodeBytes;
        to += nodeBytes;
      }
    }
    start = end;
    out += nodeBytes;
  }
  flushParents();
  return to > first;
}

/** A block of more than batchChunks chunks. */
function hashLong(data: usize, length: usize, out: usize): void {
  let top = stack;
  let done: u32 = 0;
  for (; length > batchBytes; length -= batchBytes) {
    top = pushSubtree(data, batchBytes, done * (batchChunks as u32), top);
    data += batchBytes;
    // More follows, so each pair of equal subtrees is complete and its parent is not the root.
    for (let pairs = ++done; (pairs & 1) == 0; pairs >>= 1) top = mergeTop(top, parent);
  }
  top = pushSubtree(data, length, done * (batchChunks as u32), top);
  while (top > stack + 2 * nodeBytes) top = mergeTop(top, parent);
  mergeTop(top, parent | root);
  copyNode(out, stack);
}

function pushSubtree(data: usize, length: usize, counter: u32, top: usize): usize {
  store<u32>(subtreeCut, length as u32);
  hashBatch(data, 0, subtreeCut, subtreeCut + 4, counter, 0, top);
  return top + nodeBytes;
}

/** Replaces the two uppermost nodes of the stack by their parent; returns the new top. */
function mergeTop(top: usize, flags: u32): usize {
  const pair = top - 2 * nodeBytes;
  parentAlone(pair, flags, pair);
  return pair + nodeBytes;
}
