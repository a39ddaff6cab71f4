/** The records of delta instructions: three u32 {kind, length, baseOffset}, as deltaKind in src/kernels/abi.ts. */

export const kindLiteral: u32 = 0;
export const kindCopy: u32 = 1;
export const kindAdd: u32 = 2;

export const recordBytes: usize = 12;

/** Writes a record and returns the place of the next one. */
export function putRecord(operations: usize, kind: u32, length: usize, baseOffset: usize): usize {
  store<u32>(operations, kind);
  store<u32>(operations, <u32>length, 4);
  store<u32>(operations, <u32>baseOffset, 8);
  return operations + recordBytes;
}
