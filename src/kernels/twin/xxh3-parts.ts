/**
 * What the short and long forms of the XXH3-128 twin share: secret, primes and mixing, on BigInts of 64 bits.
 * Source: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md.
 */

/** The default secret, 192 bytes. */
const secretHex =
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f' +
  'cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c' +
  '3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8' +
  'a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364' +
  'eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e' +
  '2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e';
const secretBytes = Uint8Array.from({ length: 192 }, (_, i) =>
  parseInt(secretHex.slice(2 * i, 2 * i + 2), 16),
);
const secretView = new DataView(secretBytes.buffer);

export const prime32 = { a: 0x9e3779b1n, b: 0x85ebca77n, c: 0xc2b2ae3dn } as const;
export const prime64 = {
  a: 0x9e3779b185ebca87n,
  b: 0xc2b2ae3d27d4eb4fn,
  c: 0x165667b19e3779f9n,
  d: 0x85ebca77c2b2ae63n,
  e: 0x27d4eb2f165667c5n,
} as const;

export interface Hash128 {
  readonly low: bigint;
  readonly high: bigint;
}

/** The lower 64 bits. */
export function u64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

/** The 64-bit word of the secret at a byte offset. */
export function secret64(offset: number): bigint {
  return secretView.getBigUint64(offset, true);
}

/** The 32-bit word of the secret at a byte offset. */
export function secret32(offset: number): bigint {
  return BigInt(secretView.getUint32(offset, true));
}

/** The 128-bit product of two 64-bit words, its halves XORed. */
export function productFold(a: bigint, b: bigint): bigint {
  const product = a * b;
  return u64(product) ^ (product >> 64n);
}

/** XXH3's final mixing of 64 bits. */
export function avalanche(hash: bigint): bigint {
  const mixed = u64((hash ^ (hash >> 37n)) * 0x165667919e3779f9n);
  return mixed ^ (mixed >> 32n);
}

/** XXH64's final mixing, which XXH3 keeps for inputs of up to 3 bytes. */
export function avalancheXxh64(hash: bigint): bigint {
  const once = u64((hash ^ (hash >> 33n)) * prime64.b);
  const twice = u64((once ^ (once >> 29n)) * prime64.c);
  return twice ^ (twice >> 32n);
}
