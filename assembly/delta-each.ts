/**
 * A run of operations at once: changes encoded one after another, what stands between them, and all of it written. A change of a page takes a few microseconds here,
 * as long as a single call takes to be prepared and made; where small changes stand close together, calls would cost as much as work.
 *
 * Steps lie in the caller's memory, eleven u32 each, the first four as deltaPut takes them; the others belong to changes:
 *
 *      0  kind            as deltaPut's (but for literals, additions and the end), or `encoded`: a change
 *      4  length          in the target
 *      8  address         low and high: of a copy in the base, of a repeat's source, of the first byte of a change's base window
 *     16  base            a change's base window in memory, and its length
 *     24  target          a change's bytes in memory
 *     28  diagonal        as deltaEncode's
 *     32  table bits      as deltaEncode's
 *     36  records         of the change: where they lie, and how many; written by deltaEncodeEach
 *
 * The twin does the same, byte for byte.
 */
import { deltaGather } from './delta-apply';
import { deltaEncode } from './delta-encode';
import { kindLiteral, recordBytes } from './delta-records';
import { put } from './delta-write';
import { deltaAnchors } from './anchor-index';
import { anchorRecordBytes } from './anchor-table';

const kindEncoded: u32 = 6;
const stepBytes: usize = 44;

/** What deltaWriteEach returns where a stream's window may be too small. */
const refused: u32 = 0xffffffff;

export function deltaEncodeEach(
  steps: usize,
  stepCount: u32,
  table: usize,
  operations: usize,
  operationsCapacity: u32,
  contextMatchBytesMin: u32,
): u32 {
  let left = operationsCapacity;
  for (const end = steps + <usize>stepCount * stepBytes; steps < end; steps += stepBytes) {
    if (load<u32>(steps) != kindEncoded) continue;
    const count = deltaEncode(
      <usize>load<u32>(steps, 16),
      <usize>load<u32>(steps, 20),
      <usize>load<u32>(steps, 24),
      <usize>load<u32>(steps, 4),
      load<i32>(steps, 28),
      table,
      load<u32>(steps, 32),
      operations,
      left,
      contextMatchBytesMin,
    );
    store<u32>(steps, <u32>operations, 36);
    store<u32>(steps, count, 40);
    operations += <usize>count * recordBytes;
    left -= count;
  }
  return operationsCapacity - left;
}

export function deltaAnchorsEach(
  steps: usize,
  stepCount: u32,
  literalBytesMin: u32,
  spacingBits: u32,
  sampleBits: u32,
  out: usize,
  capacity: u32,
): u32 {
  let left = capacity;
  for (let step: u32 = 0; step < stepCount && left > 0; step++, steps += stepBytes) {
    if (load<u32>(steps) != kindEncoded) continue;
    const operations = <usize>load<u32>(steps, 36);
    const target = <usize>load<u32>(steps, 24);
    const count = deltaAnchors(
      target,
      operations,
      load<u32>(steps, 40),
      literalBytesMin,
      spacingBits,
      sampleBits,
      out,
      left,
    );
    for (const next = out + <usize>count * anchorRecordBytes; out < next; out += anchorRecordBytes) {
      store<u32>(out, step);
    }
    left -= count;
  }
  return capacity - left;
}

export function deltaWriteEach(state: usize, steps: usize, stepCount: u32, differences: usize, literals: usize): u32 {
  const firstDifference = differences;
  for (const end = steps + <usize>stepCount * stepBytes; steps < end; steps += stepBytes) {
    const kind = load<u32>(steps);
    const address = load<u64>(steps, 8);
    if (kind != kindEncoded) {
      if (!put(state, kind, <u64>load<u32>(steps, 4), address)) return refused;
      continue;
    }
    const operations = <usize>load<u32>(steps, 36);
    const count = load<u32>(steps, 40);
    const literal = literals + <usize>load<u32>(state, 80);
    const base = <usize>load<u32>(steps, 16);
    differences += <usize>deltaGather(base, <usize>load<u32>(steps, 24), operations, count, differences, literal);
    if (!putAll(state, operations, count, address)) return refused;
  }
  return <u32>(differences - firstDifference);
}

/** Appends records of a base window whose first byte lies at `address`. */
function putAll(state: usize, operations: usize, count: u32, address: u64): bool {
  for (const end = operations + <usize>count * recordBytes; operations < end; operations += recordBytes) {
    const kind = load<u32>(operations);
    const from = kind == kindLiteral ? 0 : address + <u64>load<u32>(operations, 8);
    if (!put(state, kind, <u64>load<u32>(operations, 4), from)) return false;
  }
  return true;
}
