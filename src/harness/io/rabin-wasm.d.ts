/** The part of rabin-wasm (which has no types of its own) that the benchmark calls. */
declare module 'rabin-wasm' {
  export interface Rabin {
    /** Lengths of all chunks; the end of the buffer ends none. */
    fingerprint(bytes: Uint8Array): Int32Array;
  }
  /** `bits` of the fingerprint are zero at a cut. */
  export function create(
    bits: number,
    minBytes: number,
    maxBytes: number,
    windowBytes: number,
  ): Promise<Rabin>;
}
