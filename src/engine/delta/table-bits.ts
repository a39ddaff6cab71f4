/** A slot for every window of 16 base bytes, from 2^10 to 2^18 slots. */
export function tableBits(baseLength: number): number {
  return Math.min(18, Math.max(10, 32 - Math.clz32(baseLength >>> 4)));
}
