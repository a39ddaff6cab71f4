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

/** Smallest block of any chunker: below this the digests outweigh the data. Bounds the blocks of a region. */
export const blockBytesMin = 256;

/** Leaves in one region: bounds the parts of a region that holds many tiny files. */
export const regionLeavesMax = 4096;

/** Addresses are exact JavaScript integers; 2^53 bytes are 8 PiB, beyond any image that one run could read. */
export const addressMax = Number.MAX_SAFE_INTEGER;

/**
 * Largest snapshot: its 2^25 leaf digests of 16 or 32 bytes, at most 1 GiB, are held in memory while a target is rebuilt. It also
 * bounds what a header of a few bytes can make a reader allocate.
 */
export const snapshotBytesMax = 2 * 1024 ** 4;

/** Largest target range of one segment: its leaf digests, at most 32 MiB, are hashed in one piece. */
export const segmentBytesMax = 64 * 1024 ** 3;

/** Largest body of one package frame: a head and five streams. A segment whose streams are all as long as they may be would not fit; 4 MiB of new data make some 10 MiB. */
export const frameBodyBytesMax = 64 * MiB;

/** Largest uncompressed stream of a segment (instructions, lengths, addresses, differences, literals). */
export const streamBytesMax = 16 * MiB;

/** Largest context beside which literals are compressed: half of a segment's new data, so that a codec's tables for it stay within some 30 MiB. */
export const contextBytesMax = 2 * MiB;

/** Ranges of a context that lie at most this far apart are one, with what is between: as useful as its neighbours, and fewer reads. */
export const contextGapBytes = 256;

/** Largest uncompressed structure frame: about a million entries of 250 bytes. */
export const structureBytesMax = 256 * MiB;

/** The same of an image, which has one entry without a path: some 90 bytes. So a few bytes cannot make a reader of images hold what a tree may have. */
export const imageStructureBytesMax = 64 * KiB;

/**
 * A copy of at least this many bytes makes its displacement the home, to which operations return without an address. Longer than what moves alone (rows, pages,
 * functions), shorter than what lies between the changes of an image.
 */
export const homeBytesMin = 32 * KiB;

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

/** Largest CBOR item at the head of a frame. A segment that depends on 65,536 others needs 330 KiB. */
export const headBytesMax = MiB;

/** CBOR items in one head or document: our tables are byte strings, so that even the longest dependency list needs half of these. */
export const cborItemsMax = 128 * 1024;

/** Segments of one package: 16 TiB of target at 4 MiB each. Bounds what a reader remembers of a package to about 300 MiB. */
export const segmentsMax = 4 * MiB;

/** Segments that one segment may copy from: each leaf of a 4 GiB segment another one. */
export const dependenciesMax = 64 * 1024;

/** Signatures in one footer: a key rotation and a few approvals. */
export const signaturesMax = 16;

/**
 * What a zstd frame may decode to at most, judged by its block headers before it is decoded: this many times the size it
 * claims, and 8 MiB. Every block counts as 128 KiB; encoders split blocks, up to 5 times at level 19, 2 times at level 9, and some 10 times beside a context.
 */
export const zstdBoundFactorMax = 4;
export const zstdBoundSlackBytes = 8 * MiB;

/** Largest tracker file: a bit for each 4 KiB of the largest snapshot, or a million ranges of a map in text. */
export const trackerBytesMax = 64 * MiB;

/** Largest manifest file: 64 million blocks of 16 bytes, 256 GiB at 4 KiB blocks. */
export const manifestBytesMax = 1024 * MiB;

/** Levels of a Merkle walk's tree above its leaves: at two children a node 2^32 nodes, of which no manifest has as many. */
export const merkleHeightMax = 32;

/** Children or items of one node: nine times the usual number, where a run of equal ones has no borders. */
export const merkleChildrenMax = 64;

/** What a holder answers at once, unless one node is larger; what is left is asked for again. */
export const merkleAnswerBytesMax = MiB;

/** Largest message of a Merkle walk: an answer, and one node of 64 entries with the longest paths and link targets. */
export const merkleMessageBytesMax = 2 * MiB;

/** Nodes asked for in one message: some 350 KiB of answer. */
export const merkleWantedMax = 1024;

/** Items that a reader puts together for each one that it has or received, and as many again as below: else few bytes could stand for any number. */
export const merkleItemsFactorMax = 64;
export const merkleItemsSlack = MiB;
