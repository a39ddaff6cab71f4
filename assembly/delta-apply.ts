/**
 * Both ends of a delta's payload: deltaGather collects what the instructions need beside the base, deltaApply rebuilds
 * the target from them. Records are three u32 {kind, length, baseOffset}, kinds as in delta-encode.ts.
 *
 * deltaApply trusts nothing: each record is checked against every window that it touches before a byte is written. Short records are bound
 * by mispredicted branches (5 to 10 ns each, whatever their length), so where all windows have 64 bytes more, records are copied in whole
 * steps past their end.
 */
import { addBytes, addGenerously, copyBytes, copyGenerously, generousBytes, subtractBytes } from './bytes';
import { kindAdd, kindCopy, kindLiteral, recordBytes } from './delta-records';

export function deltaGather(
  base: usize,
  target: usize,
  operations: usize,
  operationCount: u32,
  differences: usize,
  literals: usize,
): u32 {
  const firstDifference = differences;
  for (let i: u32 = 0; i < operationCount; i++, operations += recordBytes) {
    const kind = load<u32>(operations);
    const length = <usize>load<u32>(operations, 4);
    if (kind == kindLiteral) {
      copyBytes(target, literals, length);
      literals += length;
    } else if (kind == kindAdd) {
      subtractBytes(target, base + <usize>load<u32>(operations, 8), length, differences);
      differences += length;
    }
    target += length;
  }
  return <u32>(differences - firstDifference);
}

/** What deltaApply returns for records that leave their windows. */
const refused: u32 = 0xffffffff;

export function deltaApply(
  base: usize,
  baseLength: usize,
  operations: usize,
  operationCount: u32,
  differences: usize,
  differencesLength: usize,
  literals: usize,
  literalsLength: usize,
  out: usize,
  outLength: usize,
): u32 {
  // Where the records fill the window exactly, what is written past one record's end is written over by the next.
  const isExact = totalLength(operations, operationCount) == <u64>outLength;
  let room = outLength;
  for (let i: u32 = 0; i < operationCount; i++, operations += recordBytes) {
    const kind = load<u32>(operations);
    const length = <usize>load<u32>(operations, 4);
    const baseOffset = <usize>load<u32>(operations, 8);
    if (length > room) return refused;
    const isRoomy = isExact && room - length >= generousBytes;
    if (kind == kindLiteral) {
      if (length > literalsLength) return refused;
      literalsLength -= length;
      if (isRoomy && literalsLength >= generousBytes) copyGenerously(literals, out, length);
      else copyBytes(literals, out, length);
      literals += length;
    } else {
      if (baseOffset > baseLength || length > baseLength - baseOffset) return refused;
      const isBaseRoomy = isRoomy && baseLength - baseOffset - length >= generousBytes;
      if (kind == kindCopy) {
        if (isBaseRoomy) copyGenerously(base + baseOffset, out, length);
        else copyBytes(base + baseOffset, out, length);
      } else {
        if (kind != kindAdd || length > differencesLength) return refused;
        differencesLength -= length;
        if (isBaseRoomy && differencesLength >= generousBytes) {
          addGenerously(base + baseOffset, differences, length, out);
        } else {
          addBytes(base + baseOffset, differences, length, out);
        }
        differences += length;
      }
    }
    out += length;
    room -= length;
  }
  return <u32>(outLength - room);
}

function totalLength(operations: usize, operationCount: u32): u64 {
  let total: u64 = 0;
  for (let i: u32 = 0; i < operationCount; i++, operations += recordBytes) total += <u64>load<u32>(operations, 4);
  return total;
}
