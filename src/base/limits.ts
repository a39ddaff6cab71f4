/**
 * Every maximum, with its reason. A decoder never trusts a length: it compares it with one of these, and with the
 * bytes that are really there, before it allocates.
 */

const KiB = 1024;
const MiB = 1024 * KiB;

/** Granularity of content identity: one digest for each 64 KiB of an entry, so that 8 GiB has 131,072 leaves (2 MiB of XXH3-128). */
export const leafBytes = 64 * KiB;

/** Unit of work and of the WASM border: one kernel call handles at most this much. 4 MiB keeps a worker's memory near 16 MiB. */
export const regionBytes = 4 * MiB;

/** Largest block or chunk of any chunker: a block must fit one region. */
export const blockBytesMax = 4 * MiB;

/** Smallest block: below this the digests outweigh the data. */
export const blockBytesMin = 64;

/** Addresses are exact JavaScript integers; 2^53 bytes are 8 PiB, beyond any image that one run could read. */
export const addressMax = Number.MAX_SAFE_INTEGER;

/** Largest body of one package frame: a segment's three streams of at most `streamBytesMax` each, stored. */
export const frameBodyBytesMax = 64 * MiB;

/** Largest uncompressed stream of a segment (operations, differences, literals). */
export const streamBytesMax = 16 * MiB;

/** Largest uncompressed structure frame: about a million entries of 250 bytes. */
export const structureBytesMax = 256 * MiB;

/** Operations in one segment: bounds the time that a hostile stream of empty operations can cost. */
export const operationsMax = 2 * MiB;

/** Entries of a snapshot. A million entries are a large mail server; more would not fit the structure frame. */
export const entriesMax = 4_000_000;

/** Longest path in bytes, as Linux's PATH_MAX. */
export const pathBytesMax = 4096;

/** Nesting of CBOR items: our schemas need five. */
export const cborDepthMax = 16;

/** Longest free text in a header (volume, strategy, writer names). */
export const nameBytesMax = 255;
