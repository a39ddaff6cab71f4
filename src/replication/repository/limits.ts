/** Every maximum of the repository's objects, with its reason (docs/formats/repository-v1.md, "Limits"). */

const KiB = 1024;
const MiB = 1024 * KiB;

/** Bytes of blocks in one pack: four segments of the usual size. A larger segment makes several packs, and a pack is never much memory. */
export const packBodyBytesMax = 16 * MiB;

/** Blocks in one pack: a full one of the smallest blocks. */
export const packBlocksMax = 64 * KiB;

/** Head of an object: that of a pack with the most blocks of 32 bytes of digest needs 2.7 MiB. */
export const objectHeadBytesMax = 4 * MiB;

/** What a sender offered, as the session writes it down. */
export const offerBytesMax = MiB;

/** Writers of one volume: a version vector grows with each of them for good. */
export const vectorWritersMax = 1024;

/** Versions that one was made from: a merge of that many heads. */
export const parentsMax = 64;

/** First read of a pack: the head of 4 MiB in blocks of 4 KiB, at 38 bytes each, needs no second one. */
export const packHeadReadBytes = 40 * KiB;

/** One read of several blocks of a pack: what a segment brings, twice. */
export const readBytesMax = 8 * MiB;

/** Blocks at most this far apart are read at once, with what is between: a disk or network reads so much in the time of another request. */
export const readGapBytesMax = 32 * KiB;

/** Objects asked for at the same time while a repository is opened. */
export const openReadsMax = 16;

/** A pack below this size is small: opening a repository costs a read a pack. */
export const smallPackBytes = MiB;

/** So many small packs are put together; fewer are left alone, so that a block is packed anew once for each factor of 16 in number. */
export const smallPacksMin = 16;

/** Bytes of live blocks that are packed anew at once. */
export const repackBytes = 4 * MiB;
