/**
 * Nodes of BLAKE3 trees, computed four at a time: whole chunks and parents are queued as jobs and run when four are
 * there, whichever blocks they belong to. Jobs of one queue must be independent: a parent is queued after its
 * children ran. Source: https://github.com/BLAKE3-team/BLAKE3-specs, sections 2.3-2.5 and 5.3.
 *
 * Memory: 64 bytes of jobs, 64 bytes of padded block.
 */
import { begin, blockBytes, chunkEnd, chunkStart, compress, nodeBytes, parent } from './blake3-parts';
import { chunks4, parents4 } from './blake3-four';

const jobs: usize = memory.data(64, 16);
const padded: usize = memory.data(64, 16);

/** Offset in `jobs` of the first free lane: 0, 4, 8 or 12; 0 whenever the kernel is left. */
let queued: usize = 0;
/** Length of the queued chunks; 0 whenever the kernel is left, so that no call costs more or less for the one before. */
let queuedBytes: usize = 0;

/**
 * Queues the chaining value of a chunk of `length` bytes, a positive multiple of 64; `flags` is 0 or root. Chunks share
 * a run only with others of the same length.
 */
// @ts-ignore: decorator
@inline
export function queueChunk(chunk: usize, length: usize, counter: u32, flags: u32, out: usize): void {
  if (length != queuedBytes) {
    flushChunks();
    queuedBytes = length;
  }
  store<u32>(jobs + queued, chunk as u32);
  store<u32>(jobs + queued, out as u32, 16);
  store<u32>(jobs + queued, counter, 32);
  store<u32>(jobs + queued, flags, 48);
  queued += 4;
  if (queued == 16) {
    chunks4(jobs, length);
    queued = 0;
  }
}

/** Queues the parent of the two nodes at `children`; `flags` is 0 or root. */
// @ts-ignore: decorator
@inline
export function queueParent(children: usize, flags: u32, out: usize): void {
  store<u32>(jobs + queued, children as u32);
  store<u32>(jobs + queued, out as u32, 16);
  store<u32>(jobs + queued, flags | parent, 48);
  queued += 4;
  if (queued == 16) {
    parents4(jobs);
    queued = 0;
  }
}

/** Runs the chunks that are still queued. */
export function flushChunks(): void {
  if (queued == 4) {
    const out = load<u32>(jobs, 16) as usize;
    chunkAlone(load<u32>(jobs) as usize, queuedBytes, load<u32>(jobs, 32), load<u32>(jobs, 48), out);
  } else if (queued > 0) {
    fillLanes();
    chunks4(jobs, queuedBytes);
  }
  queued = 0;
  queuedBytes = 0;
}

/** Runs the parents that are still queued. */
export function flushParents(): void {
  if (queued == 4) {
    parentAlone(load<u32>(jobs) as usize, load<u32>(jobs, 48), load<u32>(jobs, 16) as usize);
  } else if (queued > 0) {
    fillLanes();
    parents4(jobs);
  }
  queued = 0;
}

/** Idle lanes repeat the first job. */
function fillLanes(): void {
  for (let lane = jobs + queued; lane < jobs + 16; lane += 4) {
    store<u32>(lane, load<u32>(jobs));
    store<u32>(lane, load<u32>(jobs, 16), 16);
    store<u32>(lane, load<u32>(jobs, 32), 32);
    store<u32>(lane, load<u32>(jobs, 48), 48);
  }
}

/** The chaining value of one chunk of `length` <= 1024 bytes; `flags` is 0 or root. */
export function chunkAlone(chunk: usize, length: usize, counter: u32, flags: u32, out: usize): void {
  begin(out);
  const end = chunk + length;
  let start = chunkStart;
  while (end - chunk > blockBytes) {
    compress(out, chunk, counter, 64, start);
    chunk += blockBytes;
    start = 0;
  }
  const rest = end - chunk;
  if (rest < blockBytes) {
    memory.fill(padded, 0, blockBytes);
    memory.copy(padded, chunk, rest);
    chunk = padded;
  }
  compress(out, chunk, counter, rest as u32, start | chunkEnd | flags);
}

/** The parent of the two nodes at `children`, with all its flags given. `out` may be `children`. */
export function parentAlone(children: usize, flags: u32, out: usize): void {
  copyNode(padded, children);
  copyNode(padded + nodeBytes, children + nodeBytes);
  begin(out);
  compress(out, padded, 0, 64, flags);
}

// @ts-ignore: decorator
@inline
export function copyNode(to: usize, from: usize): void {
  const second = v128.load(from, 16);
  v128.store(to, v128.load(from));
  v128.store(to, second, 16);
}
