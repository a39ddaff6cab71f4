/** Byte histogram in plain TypeScript: the reference for assembly/histogram.ts. */

export function histogram(memory: WebAssembly.Memory, data: number, length: number, out: number): void {
  const counts = new Uint32Array(memory.buffer, out, 256).fill(0);
  for (const byte of new Uint8Array(memory.buffer, data, length)) counts[byte] = (counts[byte] ?? 0) + 1;
}
