/**
 * Block comparison: two images with each other (compareRuns), one image with zeros (zeroRuns).
 *
 * A block is compared 128 bytes a step (eight 16-byte differences ORed into one test) and left at the first step that
 * differs, so a changed block costs little. Both kernels run at the bandwidth of memory, in cache at 1.2 to 1.4 times
 * what their loads take (docs/kernels.md).
 * Results are alternating run lengths, merged over neighbouring blocks of one kind.
 */

import { countAgreeingOrZero } from './match';

/** Changed bytes are probed at up to so many places; the stride is not a power of two, so that probes of pages meet different parts of them. */
const probeBytes: u32 = 64;
const probesMax: u32 = 32;
const probeStrideBytes: u32 = 3000;

/** Whether [a, a + length) equals [b, b + length). */
// @ts-ignore: decorator
@inline
export function equalBytes(a: usize, b: usize, length: usize): bool {
  const end = a + length;
  while (a + 128 <= end) {
    const low = v128.or(
      v128.or(v128.xor(v128.load(a), v128.load(b)), v128.xor(v128.load(a, 16), v128.load(b, 16))),
      v128.or(v128.xor(v128.load(a, 32), v128.load(b, 32)), v128.xor(v128.load(a, 48), v128.load(b, 48))),
    );
    const high = v128.or(
      v128.or(v128.xor(v128.load(a, 64), v128.load(b, 64)), v128.xor(v128.load(a, 80), v128.load(b, 80))),
      v128.or(v128.xor(v128.load(a, 96), v128.load(b, 96)), v128.xor(v128.load(a, 112), v128.load(b, 112))),
    );
    if (v128.any_true(v128.or(low, high))) return false;
    a += 128;
    b += 128;
  }
  while (a + 16 <= end) {
    if (v128.any_true(v128.xor(v128.load(a), v128.load(b)))) return false;
    a += 16;
    b += 16;
  }
  while (a < end) {
    if (load<u8>(a) != load<u8>(b)) return false;
    a++;
    b++;
  }
  return true;
}

/** Whether [data, data + length) is all zeros. */
// @ts-ignore: decorator
@inline
function zeroBytes(data: usize, length: usize): bool {
  const end = data + length;
  while (data + 128 <= end) {
    const low = v128.or(
      v128.or(v128.load(data), v128.load(data, 16)),
      v128.or(v128.load(data, 32), v128.load(data, 48)),
    );
    const high = v128.or(
      v128.or(v128.load(data, 64), v128.load(data, 80)),
      v128.or(v128.load(data, 96), v128.load(data, 112)),
    );
    if (v128.any_true(v128.or(low, high))) return false;
    data += 128;
  }
  while (data + 16 <= end) {
    if (v128.any_true(v128.load(data))) return false;
    data += 16;
  }
  while (data < end) {
    if (load<u8>(data) != 0) return false;
    data++;
  }
  return true;
}

export function compareRuns(a: usize, b: usize, length: usize, blockBytes: usize, runs: usize): u32 {
  const first = runs;
  let different = false;
  let run: usize = 0;
  for (let at: usize = 0; at < length; at += blockBytes) {
    const bytes = min(blockBytes, length - at);
    if (equalBytes(a + at, b + at, bytes) == different) {
      store<u32>(runs, <u32>run);
      runs += 4;
      run = 0;
      different = !different;
    }
    run += bytes;
  }
  if (run == 0) return 0;
  store<u32>(runs, <u32>run);
  return <u32>((runs - first) >> 2) + 1;
}

export function zeroRuns(data: usize, length: usize, blockBytes: usize, runs: usize): u32 {
  const first = runs;
  let zero = false;
  let run: usize = 0;
  for (let at: usize = 0; at < length; at += blockBytes) {
    const bytes = min(blockBytes, length - at);
    if (zeroBytes(data + at, bytes) != zero) {
      store<u32>(runs, <u32>run);
      runs += 4;
      run = 0;
      zero = !zero;
    }
    run += bytes;
  }
  if (run == 0) return 0;
  store<u32>(runs, <u32>run);
  return <u32>((runs - first) >> 2) + 1;
}

export function judgeRuns(a: usize, b: usize, runs: usize, runCount: u32, blockBytes: usize, out: usize): void {
  for (let i: u32 = 0; i < runCount; i++) {
    const length = load<u32>(runs + (<usize>i << 2));
    if ((i & 1) == 1) {
      store<u32>(out, agreeingOf(a, b, length));
      store<u32>(out, zeroBlocks(b, length, blockBytes), 4);
      out += 8;
    }
    a += length;
    b += length;
  }
}

/** Of the probed bytes those that agree or are zero in `b`. */
function agreeingOf(a: usize, b: usize, length: u32): u32 {
  const probes = min(probesMax, (length + probeStrideBytes - 1) / probeStrideBytes);
  const bytes = min(probeBytes, length);
  let agreeing = 0;
  for (let probe: u32 = 0; probe < probes; probe++) {
    const at = min(<u32>((<u64>(2 * probe + 1) * length) / (2 * probes)), length - bytes);
    agreeing += countAgreeingOrZero(a + at, b + at, bytes);
  }
  return agreeing;
}

function zeroBlocks(data: usize, length: usize, blockBytes: usize): u32 {
  let count: u32 = 0;
  for (let at: usize = 0; at < length; at += blockBytes) {
    if (zeroBytes(data + at, min(blockBytes, length - at))) count++;
  }
  return count;
}
