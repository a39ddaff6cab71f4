/**
 * The kernel ABI: one list of functions that the WebAssembly module and its plain TypeScript twin both implement,
 * over one linear memory. All arguments are unsigned 32-bit integers (pointers and lengths in bytes unless the name
 * says otherwise); results are unsigned 32-bit integers. One call handles a region; nothing here is called per block.
 *
 * Laws that every kernel keeps, and the suite in test/kernels holds:
 * - it reads only [data, data + length) and writes only its output window (and the module's own scratch);
 * - it allocates nothing; the caller sizes the output window as stated;
 * - pointers need no alignment, except that windows of u32 are 4-byte aligned;
 * - the same bytes give the same result wherever they lie in memory.
 *
 * `cuts` is a u32 array of `count` ascending end offsets relative to `data`: block i is [cuts[i-1] or 0, cuts[i]).
 * `runs` is a u32 array of alternating run lengths in bytes; the first run may be 0, later ones are positive.
 */
export interface KernelFunctions {
  /**
   * Compares `length` bytes at `a` and `b` in blocks of `blockBytes` (the last may be short). Writes alternating runs,
   * first equal, then different, at block granularity. `runs` holds ceil(length / blockBytes) + 1 u32. Returns the run count.
   */
  compareRuns(a: number, b: number, length: number, blockBytes: number, runs: number): number;

  /**
   * What the different ones of `runCount` runs are like that compareRuns wrote for `a` and `b`, of below 2^26 bytes: two u32 each at `out`. First, of probed
   * bytes (min(64, length) at each of min(32, ceil(length / 3000)) places spread evenly), how many agree or are zero in `b`; then, how many blocks of
   * `b` (from the run's first byte on, the last may be short) are all zeros.
   */
  judgeRuns(a: number, b: number, runs: number, runCount: number, blockBytes: number, out: number): void;

  /** As compareRuns with a block of zeros: alternating runs, first not-zero, then zero. Returns the run count. */
  zeroRuns(data: number, length: number, blockBytes: number, runs: number): number;

  /** XXH3-128 (seed 0) of each block; 16 bytes each in canonical (big-endian, `xxhsum -H2`) order at `out`. */
  xxh3(data: number, cuts: number, count: number, out: number): void;

  /** BLAKE3 of each block; 32 bytes each at `out`. */
  blake3(data: number, cuts: number, count: number, out: number): void;

  /**
   * FastCDC 2020 (normalisation level 1, 64-bit gear, as fastcdc-rs v2020) from `data`, as if a cut lay there.
   * `averageBytes` is a power of two; min <= average <= max. Writes end offsets to `cuts` (room for length / minBytes + 1).
   * With `final` = 0 it stops where fewer than `maxBytes` remain, since the next cut could depend on bytes that are not here;
   * with `final` = 1 the end of data is a cut. `seedLow`, `seedHigh` are XORed into the gear table. Returns the cut count.
   */
  fastcdc(
    data: number,
    length: number,
    final: number,
    minBytes: number,
    averageBytes: number,
    maxBytes: number,
    seedLow: number,
    seedHigh: number,
    cuts: number,
  ): number;

  /**
   * The two-stage chunker of docs/formats/strided-v1.md from `data`, as if a cut lay there. 64 <= min <= average <= max < 2^31; the average
   * need not be a power of two. Writes end offsets to `cuts` (room for length / minBytes + 1). `final` as in fastcdc. Returns the cut count.
   */
  strided(
    data: number,
    length: number,
    final: number,
    minBytes: number,
    averageBytes: number,
    maxBytes: number,
    cuts: number,
  ): number;

  /** rsync's weak checksum (a = sum of bytes, b = sum of prefix sums, both mod 2^16, a | b << 16) of each block; u32 each at `out`. */
  rollingSums(data: number, cuts: number, count: number, out: number): void;

  /**
   * Builds the search table over `count` weak sums (u32 at `sums`): `heads` has 2^tableBits u32, `next` has `count` u32; entries are
   * block index + 1, 0 ends a chain; chains list lower indices first; identical (weak) sums of more than 64 blocks are cut off after 64.
   */
  rollingIndex(sums: number, count: number, heads: number, tableBits: number, next: number): void;

  /**
   * rsync search: slides a window of `blockBytes` over [data, data + length) starting at offsets [0, startLimit), looks its weak sum up
   * and confirms with XXH3-128 against `digests` (16 bytes each of `count` blocks). After a match of block i the window moves on by blockBytes and block
   * i + 1 is tried first. Writes pairs u32 (offset, block index), ascending offsets, non-overlapping; `out` has room for length / blockBytes + 1 pairs.
   * The last window starts at min(startLimit - 1, length - blockBytes). Returns the pair count. `probes` (one u32) receives the number of
   * strong-hash confirmations tried.
   */
  rollingSearch(
    data: number,
    length: number,
    startLimit: number,
    blockBytes: number,
    sums: number,
    digests: number,
    count: number,
    heads: number,
    tableBits: number,
    next: number,
    out: number,
    probes: number,
  ): number;

  /**
   * Anchors of a region, for an index of a base or to be looked up in one: positions that the 18 bytes [p, p + 18) choose by themselves
   * (assembly/anchor-filter.ts), on average one in 2^spacingBits (4 to 12) where bytes are independent. Of these, those stay whose 64-bit hash of the
   * anchor [p, p + 32) ends in `sampleBits` (0 to 14) zeros. Anchors lie inside the data and start in [0, startLimit), so that a caller who passes
   * the 31 bytes behind a region misses none at seams. Writes records of three u32 {offset, hash low, hash high}, ascending; at most `capacity`
   * (where they run out, the next call goes on behind the last offset). Returns the record count.
   */
  anchorCollect(
    data: number,
    length: number,
    startLimit: number,
    spacingBits: number,
    sampleBits: number,
    out: number,
    capacity: number,
  ): number;

  /**
   * anchorCollect for ranges of `length` bytes at `data`: `rangeCount` pairs u32 {offset, length}, ascending, where anchors start; they may reach into what follows
   * a range. Appends to the `count` records at `out`, offsets larger by `offset`, of neighbours that are equal the first. A range is taken in stretches of 32 KiB, of which
   * each gives at most four times the anchors of independent bytes; at most `capacity` records, where it stops. Returns the record count with those that were there.
   */
  anchorCollectEach(
    data: number,
    length: number,
    ranges: number,
    rangeCount: number,
    spacingBits: number,
    sampleBits: number,
    offset: number,
    out: number,
    count: number,
    capacity: number,
  ): number;

  /**
   * Puts `count` records of a region at a base address (low and high u32, together below 2^42 - 1) into a table of
   * 2^tableBits (3 to 25) slots: 9 * 2^tableBits bytes, 8-byte aligned, all 0xFF when empty. A slot keeps one
   * anchor, the same whatever the order of calls: entries with the lowest tag, of these the lowest address. Two tables merge by the smaller of two
   * slots (u64) and the AND of the last 2^tableBits bytes. Memory is bounded: what does not fit leaves an even sample of the base.
   */
  anchorInsert(
    anchors: number,
    count: number,
    addressLow: number,
    addressHigh: number,
    table: number,
    tableBits: number,
  ): void;

  /**
   * Looks up `count` records of a target, for bases that are not in memory. Writes records of three u32 {offset, address low, address high} for those that
   * the table knows, ascending by offset; `out` has room for `count` and may be `anchors`. Unverified: a tag of 22 bits agreed. Returns the record count.
   */
  anchorLookup(anchors: number, count: number, table: number, tableBits: number, out: number): number;

  /**
   * Matches of a target in a base window [base, base + baseLength) that holds the base's bytes from an address on (low and high u32); `table` may know more of the base, of
   * which nothing is found. `spacingBits` and `sampleBits` are those that the table was filled with. Tried in turn behind each match: its diagonal (base offset
   * minus target offset; at first `diagonal`, a signed number), shifts of up to 64 bytes, the target's anchors
   * (assembly/anchor-search.ts). Writes triples of u32 {target offset, length, base offset in the window}, verified byte for byte, of
   * at least `matchBytesMin` (1 to 64) bytes, ascending and not overlapping; at most `capacity`, where it stops (targetLength / matchBytesMin
   * always suffice). `work` (two u32) receives how many candidates agreed on 16 bytes and on how many bytes they agreed in all (mod 2^32).
   * Both lengths below 2^31. Returns the match count.
   */
  anchorSearch(
    base: number,
    baseLength: number,
    addressLow: number,
    addressHigh: number,
    target: number,
    targetLength: number,
    diagonal: number,
    spacingBits: number,
    sampleBits: number,
    table: number,
    tableBits: number,
    matchBytesMin: number,
    out: number,
    capacity: number,
    work: number,
  ): number;

  /**
   * Copy/add/literal instructions that rebuild `target` from `base`. `diagonal` is the base offset that lies opposite target offset 0
   * (as a signed 32-bit number): it is tried first. `operations` receives records of three u32 {kind, length, baseOffset}
   * (kinds below; baseOffset is 0 for literals); lengths are positive and sum to targetLength. At most `operationsCapacity` records
   * are written (at least 1): where they run out, the rest is one literal. `table` is scratch of 2^tableBits (1 to 20) u32.
   * The base is below 2^24 - 16 bytes, the target below 2^30.
   * An ADD is chosen where an approximate match is cheaper than literals: runs that mostly equal the base. `contextMatchBytesMin` (24 to 128) says that literals
   * are compressed together with the base bytes opposite: no ADD, and only matches of so many bytes are worth another diagonal; 0 that they are not: 24.
   * Returns the record count (0 for an empty target).
   */
  deltaEncode(
    base: number,
    baseLength: number,
    target: number,
    targetLength: number,
    diagonal: number,
    table: number,
    tableBits: number,
    operations: number,
    operationsCapacity: number,
    contextMatchBytesMin: number,
  ): number;

  /**
   * The anchors, as anchorCollect's records with offsets in the target, of the literals of at least `literalBytesMin` bytes among deltaEncode's
   * records: of each by itself, so that an anchor lies inside one literal. At most `capacity` records, where it stops. Returns the record count.
   */
  deltaAnchors(
    target: number,
    operations: number,
    operationCount: number,
    literalBytesMin: number,
    spacingBits: number,
    sampleBits: number,
    out: number,
    capacity: number,
  ): number;

  /**
   * Gathers the payload of encoded operations: for each ADD, target - base bytewise to `differences`; for each LITERAL, target bytes
   * to `literals`. Both windows hold targetLength bytes. Returns the number of difference bytes (literals are targetLength - copied - added).
   */
  deltaGather(
    base: number,
    target: number,
    operations: number,
    operationCount: number,
    differences: number,
    literals: number,
  ): number;

  /**
   * Rebuilds at `out` from instructions. Checks every offset and length against the windows given. Returns the bytes written, or
   * 0xFFFFFFFF when an operation leaves its window (nothing outside [out, out + outLength) is ever written).
   */
  deltaApply(
    base: number,
    baseLength: number,
    operations: number,
    operationCount: number,
    differences: number,
    differencesLength: number,
    literals: number,
    literalsLength: number,
    out: number,
    outLength: number,
  ): number;

  /**
   * Appends one operation (putKind; `length` positive) to the streams of a package, or, with putKind.end, ends them: what continues the operation
   * before is merged into it, and a literal waits for the operation behind it. The address (low and high u32, below 2^53) is that of a copy or an
   * addition in the base, or of a repeat's source in the target. `state` is the writer's 88 bytes, 8-byte aligned, laid out in assembly/delta-write.ts.
   * Returns 1, or 0 when a stream's window may be too small for what was to be written; such a writer is of no use any more.
   */
  deltaPut(state: number, kind: number, length: number, addressLow: number, addressHigh: number): number;

  /**
   * Appends deltaEncode's records as deltaPut does. `parts` says where the base window's bytes lie in the base: `partCount` (at least 1) triples u32 {end
   * offset in the window, address low, address high} of the window's ranges in order; a record that reaches over an end is cut there. Returns the records taken: all of
   * them, or fewer when a stream's window may be too small; such a writer is of no use any more.
   */
  deltaWrite(
    state: number,
    operations: number,
    operationCount: number,
    parts: number,
    partCount: number,
  ): number;

  /**
   * deltaEncode for each change among `stepCount` steps of eleven u32, laid out in assembly/delta-each.ts: those of stepKind.encoded. The records of all
   * lie end to end at `operations`, and each change is told where its own lie. Where records run out, what is left of a change is one literal; 3 for each change and
   * 2 for each 5 bytes of it always suffice. All tables lie at `table`. Returns the record count.
   */
  deltaEncodeEach(
    steps: number,
    stepCount: number,
    table: number,
    operations: number,
    operationsCapacity: number,
    contextMatchBytesMin: number,
  ): number;

  /** deltaAnchors for each change among steps that were encoded; in place of its offset an anchor has the number of its step. Returns the record count. */
  deltaAnchorsEach(
    steps: number,
    stepCount: number,
    literalBytesMin: number,
    spacingBits: number,
    sampleBits: number,
    out: number,
    capacity: number,
  ): number;

  /**
   * Appends steps as deltaPut does, and of changes, as deltaGather and deltaWrite do, payload and records. `differences` is where the next difference byte
   * goes, `literals` where the writer's first literal byte went. Returns the number of difference bytes, or 0xFFFFFFFF when a stream's window may be too
   * small; such a writer is of no use any more.
   */
  deltaWriteEach(
    state: number,
    steps: number,
    stepCount: number,
    differences: number,
    literals: number,
  ): number;

  /** out[i] = a[i] + b[i] mod 256 over `length` bytes; `out` may equal `a` or `b`. */
  addBytes(a: number, b: number, length: number, out: number): void;

  /** Counts byte values: `out` receives 256 u32. */
  histogram(data: number, length: number, out: number): void;

  /** CRC-32C (Castagnoli; RFC 3720, appendix B.4) of each block; u32 each at `out`. */
  crc32c(data: number, cuts: number, count: number, out: number): void;
}

export {
  deltaApplyRefused,
  deltaKind,
  instructionKind,
  literalBytesLong,
  putKind,
  stepKind,
  stepWords,
} from './delta-kinds.js';

/** The memory of one instance, with room for windows. */
export interface LinearMemory {
  readonly memory: WebAssembly.Memory;
  /** First byte of linear memory that is free for windows; below lie the module's constants and scratch. */
  readonly heapBase: number;
}

/** What the metered build knows of itself. */
export interface InstructionCounter {
  /**
   * WebAssembly instructions that the instance has executed since it was made; absent where they are not counted. The count is never set
   * back, so that several readers can each take differences.
   */
  readonly instructions?: () => number;
}

/** One set of kernels with its memory: WebAssembly or the twin. */
export interface KernelInstance extends LinearMemory, InstructionCounter {
  readonly name: 'wasm' | 'twin';
  readonly functions: KernelFunctions;
}

/** Names of all kernels, in the order of the interface. */
export const kernelNames = [
  'compareRuns',
  'judgeRuns',
  'zeroRuns',
  'xxh3',
  'blake3',
  'fastcdc',
  'strided',
  'rollingSums',
  'rollingIndex',
  'rollingSearch',
  'anchorCollect',
  'anchorCollectEach',
  'anchorInsert',
  'anchorLookup',
  'anchorSearch',
  'deltaEncode',
  'deltaAnchors',
  'deltaGather',
  'deltaApply',
  'deltaPut',
  'deltaWrite',
  'deltaEncodeEach',
  'deltaAnchorsEach',
  'deltaWriteEach',
  'addBytes',
  'histogram',
  'crc32c',
] as const satisfies readonly (keyof KernelFunctions)[];
