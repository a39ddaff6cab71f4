/** Delta encoding in plain TypeScript: the same instructions as assembly/delta-encode.ts. */
import { deltaKind } from '../abi.js';

export function deltaEncode(
  memory: WebAssembly.Memory,
  _base: number,
  _baseLength: number,
  _target: number,
  targetLength: number,
  _diagonal: number,
  _table: number,
  _tableBits: number,
  operations: number,
  _operationsCapacity: number,
): number {
  if (targetLength === 0) return 0;
  new Uint32Array(memory.buffer, operations, 3).set([deltaKind.literal, targetLength, 0]);
  return 1;
}
