/** Gathering and applying delta instructions in plain TypeScript: the reference for assembly/delta-apply.ts and bytes.ts. */
import { deltaApplyRefused, deltaKind } from '../abi.js';

export function addBytes(
  memory: WebAssembly.Memory,
  a: number,
  b: number,
  length: number,
  out: number,
): void {
  const bytes = new Uint8Array(memory.buffer);
  for (let i = 0; i < length; i++) bytes[out + i] = (bytes[a + i] ?? 0) + (bytes[b + i] ?? 0);
}

export function deltaGather(
  memory: WebAssembly.Memory,
  base: number,
  target: number,
  operations: number,
  operationCount: number,
  differences: number,
  literals: number,
): number {
  const bytes = new Uint8Array(memory.buffer);
  const records = new Uint32Array(memory.buffer, operations, operationCount * 3);
  let differenceCount = 0;
  for (let i = 0; i < records.length; i += 3) {
    const [kind, length = 0, baseOffset = 0] = records.subarray(i, i + 3);
    if (kind === deltaKind.literal) {
      bytes.copyWithin(literals, target, target + length);
      literals += length;
    } else if (kind === deltaKind.add) {
      for (let j = 0; j < length; j++) {
        bytes[differences + differenceCount + j] =
          (bytes[target + j] ?? 0) - (bytes[base + baseOffset + j] ?? 0);
      }
      differenceCount += length;
    }
    target += length;
  }
  return differenceCount;
}

export function deltaApply(
  memory: WebAssembly.Memory,
  base: number,
  baseLength: number,
  operations: number,
  operationCount: number,
  differences: number,
  differencesLength: number,
  literals: number,
  literalsLength: number,
  out: number,
  outLength: number,
): number {
  const bytes = new Uint8Array(memory.buffer);
  const records = new Uint32Array(memory.buffer, operations, operationCount * 3);
  let written = 0;
  let differencesRead = 0;
  let literalsRead = 0;
  for (let i = 0; i < records.length; i += 3) {
    const [kind, length = 0, baseOffset = 0] = records.subarray(i, i + 3);
    if (length > outLength - written) return deltaApplyRefused;
    if (kind === deltaKind.literal) {
      if (length > literalsLength - literalsRead) return deltaApplyRefused;
      bytes.copyWithin(out + written, literals + literalsRead, literals + literalsRead + length);
      literalsRead += length;
    } else {
      if (length > baseLength - baseOffset) return deltaApplyRefused;
      if (kind === deltaKind.copy) {
        bytes.copyWithin(out + written, base + baseOffset, base + baseOffset + length);
      } else {
        if (kind !== deltaKind.add || length > differencesLength - differencesRead) return deltaApplyRefused;
        addBytes(memory, base + baseOffset, differences + differencesRead, length, out + written);
        differencesRead += length;
      }
    }
    written += length;
  }
  return written;
}
