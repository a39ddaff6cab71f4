/** What our subset of CBOR can say (cbor.ts). Numbers are integers within ±(2^53 - 1). */
export type CborMap = Map<string, CborValue>;
export type CborValue = number | string | boolean | null | Uint8Array | CborValue[] | CborMap;
