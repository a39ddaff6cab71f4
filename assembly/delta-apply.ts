/**
 * Both ends of a delta's payload: deltaGather collects what the instructions need beside the base, deltaApply rebuilds
 * the target from them. Records are three u32 {kind, length, baseOffset}, kinds as in delta-encode.ts.
 *
 * deltaApply trusts nothing: each record is checked against every window that it touches before a byte is written.
 */
import { addBytes, copyBytes, subtractBytes } from './bytes';
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
  let room = outLength;
  for (let i: u32 = 0; i < operationCount; i++, operations += recordBytes) {
    const kind = load<u32>(operations);
    const length = <usize>load<u32>(operations, 4);
    const baseOffset = <usize>load<u32>(operations, 8);
    if (length > room) return refused;
    if (kind == kindLiteral) {
      if (length > literalsLength) return refused;
      copyBytes(literals, out, length);
      literals += length;
      literalsLength -= length;
    } else {
      if (baseOffset > baseLength || length > baseLength - baseOffset) return refused;
      if (kind == kindCopy) {
        copyBytes(base + baseOffset, out, length);
      } else {
        if (kind != kindAdd || length > differencesLength) return refused;
        addBytes(base + baseOffset, differences, length, out);
        differences += length;
        differencesLength -= length;
      }
    }
    out += length;
    room -= length;
  }
  return <u32>(outLength - room);
}
