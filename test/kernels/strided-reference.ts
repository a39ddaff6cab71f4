/**
 * The cut rule of docs/formats/strided-v1.md, written from the document sentence by sentence with exact integers, slowly. It shares nothing
 * with the kernel or its twin, constants included.
 */

interface StridedSizes {
  readonly min: number;
  readonly avg: number;
  readonly max: number;
}

/** Section "Candidates": c(p) of each position, or false where the rule says so. */
function candidateAt(data: Uint8Array, p: number): boolean {
  const word = (i: number): bigint => littleEndian(data, i, 2);
  const mixed = ((word(p - 18) + word(p - 2)) % 65_536n) ^ word(p - 9);
  const c = (mixed * 0xc2b3n) % 65_536n;
  return 0x7fc0n <= c && c <= 0x7fffn;
}

/** Section "The hash": 32 bits of the 32 bytes before p. */
function hashAt(data: Uint8Array, p: number): bigint {
  let h = 0n;
  for (const i of [p - 32, p - 24, p - 16, p - 8]) {
    h = h ^ (h / 2n ** 32n) ^ littleEndian(data, i, 8);
    h = (h * 0xb34c039411898df1n) % 2n ** 64n;
  }
  return h / 2n ** 32n;
}

function littleEndian(data: Uint8Array, at: number, bytes: number): bigint {
  let value = 0n;
  for (let i = 0; i < bytes; i++) {
    const byte = data[at + i];
    if (byte === undefined) throw new RangeError(`byte ${at + i} is outside the data`);
    value += BigInt(byte) << BigInt(8 * i);
  }
  return value;
}

/** End offsets of all chunks of complete data. */
export function stridedReference(data: Uint8Array, sizes: StridedSizes): number[] {
  const cuts: number[] = [];
  for (let start = 0; start < data.length; start = cuts[cuts.length - 1] ?? data.length) {
    cuts.push(start + chunkLength(data.subarray(start), sizes));
  }
  return cuts;
}

function chunkLength(rest: Uint8Array, { min, avg, max }: StridedSizes): number {
  const rate = (p: number): bigint => (p < avg ? 2n ** 31n : 2n ** 33n) / BigInt(avg);
  let previous = min - 1;
  for (let p = min; p < Math.min(rest.length, max); p++) {
    if (!candidateAt(rest, p)) continue;
    let weight = 0n;
    for (let i = Math.max(previous + 1, p - 4479); i <= p; i++) weight += rate(i);
    if (hashAt(rest, p) < weight) return p;
    previous = p;
  }
  return Math.min(rest.length, max);
}
