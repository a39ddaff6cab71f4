/**
 * Every maximum of the protocol, with its reason. They are part of the format: docs/formats/protocol-v2.md repeats them, and a test compares
 * the two. What bounds files too (names, manifests, blocks) stands in base/limits.ts.
 */
const KiB = 1024;
const MiB = 1024 * KiB;

/** Head of a frame. */
export const frameHeadBytes = 16;

/** Largest hello, welcome and refuse: room for 34 names of 255 bytes, and little for strangers to fill. */
export const helloBytesMax = 16 * KiB;

/** Bytes of one manifest or data message: the check and the copy of 64 KiB cost some 20 us, the head 0.02 % more bytes; larger pieces gain nothing and delay what waits behind them. */
export const pieceBytesMax = 64 * KiB;

/** CBOR of one version: 1024 writers and 64 parents (versions/limits.ts) with names of 255 bytes have 290 KiB. */
export const versionBytesMax = 320 * KiB;

/** Largest body of every other message: one listed version, or 16,384 runs at 9 bytes. Also the most that a connection buffers. */
export const controlBytesMax = 384 * KiB;

/** Protocol versions that a hello may name. */
export const versionsMax = 16;

/** Capabilities that a hello may name. */
export const capabilitiesMax = 16;

/** Fingerprints that a hello may name. */
export const fingerprintsMax = 16;

/** Text of a token, whoever made it: a digest of 32 bytes in hex has 64. */
export const tokenBytesMax = 64;

/** Versions concurrent to a head, as many as a merge may have parents and more. */
export const concurrentMax = 256;

/** Rows in one listing message. */
export const listingRowsMax = 256;

/** Runs in one need or segment message. */
export const runsMax = 16 * KiB;

/** Positions in a manifest: base/limits.ts allows manifests of 1 GiB, which hold at most this many blocks. */
export const blocksMax = 64 * MiB;

/** Paths or ranges that a pull wants first: more would be a restore of everything. */
export const firstMax = 64;

/** The longest of them: a path (base/limits.ts). */
export const firstTextBytesMax = 4 * KiB;

/** What a welcome may announce as segmentBytesMax: a segment is held in memory on both sides, several at once under credit. */
export const segmentBytesMax = 64 * MiB;

/** The smallest one: below it a segment's message and package outweigh its blocks. */
export const segmentBytesMin = 4 * KiB;

/** Segments of one transfer, over all its connections. */
export const segmentsMax = 4 * MiB;

/** Bytes of segments that a receiver may grant: sixteen of the largest. */
export const creditBytesMax = 1024 * MiB;

/**
 * Largest package of a segment whose blocks have `bytes` bytes at most: where nothing is found and nothing compresses a package has the blocks, an
 * instruction and a length for each run between matches, and some 400 bytes of head and foot. A sixteenth and 64 KiB are several times that.
 */
export function packageBytesMax(bytes: number): number {
  return bytes + Math.ceil(bytes / 16) + 64 * KiB;
}
