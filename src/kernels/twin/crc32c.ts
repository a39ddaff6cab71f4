/** CRC-32C in plain TypeScript, bit by bit: the reference for assembly/crc32c.ts, which states the source. */

const polynomial = 0x82f63b78;

export function crc32c(
  memory: WebAssembly.Memory,
  data: number,
  cuts: number,
  count: number,
  out: number,
): void {
  const ends = new Uint32Array(memory.buffer, cuts, count);
  const sums = new Uint32Array(memory.buffer, out, count);
  let start = 0;
  for (const [i, end] of ends.entries()) {
    sums[i] = crcOf(new Uint8Array(memory.buffer, data + start, end - start));
    start = end;
  }
}

function crcOf(bytes: Uint8Array): number {
  let state = 0xffffffff;
  for (const byte of bytes) {
    state ^= byte;
    for (let bit = 0; bit < 8; bit++) state = (state >>> 1) ^ (polynomial & -(state & 1));
  }
  return ~state >>> 0;
}
