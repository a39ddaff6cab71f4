/**
 * Content cut into chunks, each with its XXH3-128 digest, and what of one version is found again in another. Pure functions of cuts and
 * digests.
 */

export interface Chunked {
  /** Ascending ends of the chunks; the last is the size of the content. */
  readonly ends: readonly number[];
  /** One for each chunk; equal digests stand for equal bytes. */
  readonly digests: readonly string[];
}

/** Sizes of the chunks. */
export function sizesOf({ ends }: Pick<Chunked, 'ends'>): number[] {
  return ends.map((end, i) => end - (ends[i - 1] ?? 0));
}

/** Bytes of `version` that lie in chunks whose digest `known` has. */
export function foundBytes(known: ReadonlySet<string>, version: Chunked): number {
  return sizesOf(version).reduce(
    (sum, bytes, i) => (known.has(version.digests[i] ?? '') ? sum + bytes : sum),
    0,
  );
}
