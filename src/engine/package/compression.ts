/**
 * Which codec a stream gets, from its order-0 entropy, its length and the strategy's choice. The decision depends
 * on the bytes alone, so any number of workers decides alike.
 *
 * `auto`, by stream length and level (measured on text and machine code, Node 20, in bytes out and time):
 * - below 128 bytes stored: a package is some 600 bytes at least;
 * - below 1 KiB deflate: 5 % smaller than zstd, whose frame and tables cost more than they save there;
 * - level 1: LZ4, about as fast to encode as zstd 1 and two to three times faster to decode;
 * - else zstd at the level, but at most 9 below 256 KiB: levels 15 and 19 cost 40 ms a call for their tables and
 *   gain 1 to 6 %.
 *
 * With a context at hand, what zstd would take it takes beside the context, and deflate's share as well: even short literals are mostly like what lay
 * in their place.
 */
import { assert } from '../../base/errors.js';
import {
  compress,
  compressInContext,
  type CodecName,
  type CompressionChoice,
  type DeflateKind,
} from './codecs.js';
import type { PackedStream, SegmentDecisions } from './model.js';

export interface CompressionResult {
  readonly stream: PackedStream;
  readonly reason: SegmentDecisions['reason'];
}

const KiB = 1024;

/**
 * Above this entropy a stream is sampled first. Random bytes measure 7,985 from 12 KiB on; Huffman coding alone
 * could gain 2.5 % here.
 */
const sampledFromMillibits = 7800;
const sampleBytes = 4 * KiB;
const sampleCount = 3;
/** The entropy of streams that are not longer decides nothing. */
export const judgedBytesMin = sampleBytes * sampleCount;

const tinyStreamBytes = 128;
const smallStreamBytes = KiB;
const highLevelFromBytes = 256 * KiB;
const cheapLevelMax = 9;
/** A context of no ranges is its leading zero. */
const emptyContextBytes = 1;

/**
 * Packs one stream; the result owns its memory. `entropyMillibits` is its order-0 entropy (orderZeroMillibits);
 * `stored` and empty streams do not look at it.
 */
export function chooseAndCompress(
  bytes: Uint8Array,
  choice: CompressionChoice,
  entropyMillibits: number,
  context?: () => Uint8Array,
): CompressionResult {
  if (bytes.length === 0) return { stream: stored(bytes), reason: 'empty' };
  if (choice.codec !== 'auto') {
    const beside = choice.codec === 'zstd' ? inContext(bytes, choice.level, context) : undefined;
    if (beside !== undefined) return { stream: beside, reason: 'fixed' };
    return { stream: smaller(bytes, choice.codec, choice.level, choice.deflate), reason: 'fixed' };
  }
  if (bytes.length < tinyStreamBytes) return { stream: stored(bytes), reason: 'empty' };
  const [codec, level] = pick(bytes.length, choice.level);
  const suspicious = entropyMillibits >= sampledFromMillibits && bytes.length > judgedBytesMin;
  if (suspicious && !sampleGains(bytes, codec, choice.deflate)) {
    return { stream: stored(bytes), reason: 'entropy' };
  }
  const beside = codec === 'lz4' ? undefined : inContext(bytes, choice.level, context);
  const stream = beside ?? smaller(bytes, codec, level, choice.deflate);
  return { stream, reason: suspicious ? 'sample' : 'gain' };
}

/** Packed beside the context, where there is one and that gains. */
function inContext(
  bytes: Uint8Array,
  level: number,
  contextOf: (() => Uint8Array) | undefined,
): PackedStream | undefined {
  const context = contextOf?.();
  if (context === undefined || context.length <= emptyContextBytes) return undefined;
  const packed = compressInContext(level, bytes, context) ?? compressInContext(cheapLevelMax, bytes, context);
  if (packed === undefined || packed.length >= bytes.length) return undefined;
  return { codec: 'zstd-context', rawBytes: bytes.length, packed };
}

function pick(length: number, level: number): readonly [CodecName, number] {
  if (length < smallStreamBytes) return ['deflate', cheapLevelMax];
  if (level <= 1) return ['lz4', 1];
  return ['zstd', length < highLevelFromBytes ? Math.min(level, cheapLevelMax) : level];
}

/** Compresses pieces from the start, the middle and the end at the lowest level. */
function sampleGains(bytes: Uint8Array, codec: CodecName, deflate: DeflateKind): boolean {
  const sample = new Uint8Array(judgedBytesMin);
  for (let i = 0; i < sampleCount; i++) {
    const at = Math.floor(((bytes.length - sampleBytes) * i) / (sampleCount - 1));
    sample.set(bytes.subarray(at, at + sampleBytes), i * sampleBytes);
  }
  const packed = compress(codec, 1, sample, deflate);
  return packed !== undefined && packed.length < sample.length;
}

/**
 * The codec's form if it is shorter, otherwise the bytes themselves. A zstd frame beyond its bound is tried again
 * at a level that splits less.
 */
function smaller(bytes: Uint8Array, codec: CodecName, level: number, deflate: DeflateKind): PackedStream {
  if (codec === 'stored') return stored(bytes);
  let used = codec;
  let packed = compress(codec, level, bytes, deflate);
  if (packed === undefined && level > cheapLevelMax) packed = compress(codec, cheapLevelMax, bytes, deflate);
  if (packed === undefined) {
    used = 'deflate';
    packed = compress(used, cheapLevelMax, bytes, deflate);
  }
  if (packed === undefined || packed.length >= bytes.length) return stored(bytes);
  return { codec: used, rawBytes: bytes.length, packed };
}

function stored(bytes: Uint8Array): PackedStream {
  return { codec: 'stored', rawBytes: bytes.length, packed: bytes.slice() };
}

/** orderZeroMillibits of bytes in JavaScript's memory. */
export function entropyOf(bytes: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  return orderZeroMillibits(counts, bytes.length);
}

/**
 * Whether bytes are noise: values of even frequency, and nothing in them that LZ4 finds twice. Then no other codec gains, either. A tenth of what
 * portable deflate takes over 4 KiB.
 */
export function isNoise(bytes: Uint8Array): boolean {
  if (entropyOf(bytes) < sampledFromMillibits) return false;
  const packed = compress('lz4', 1, bytes, 'portable');
  return packed === undefined || packed.length >= bytes.length;
}

const log2FractionBits = 16;
const mantissaOne = 2 ** 26;

/**
 * Order-0 entropy in thousandths of a bit per byte, rounded down: 0 for one repeated value, 8000 for 256 equally
 * frequent ones. Integers only, so every machine gives the same number (`Math.log2` may differ in its last bit).
 * Within 1 of the exact value.
 */
export function orderZeroMillibits(counts: Uint32Array, total: number): number {
  if (total === 0) return 0;
  assert(total < 2 ** 31, 'a histogram counts fewer than 2^31 bytes');
  // entropy = log2(total) - sum(count * log2(count)) / total
  let sum = 0;
  for (const count of counts) if (count > 1) sum += count * log2Fixed(count);
  const bits = Math.floor((total * log2Fixed(total) - sum) / total);
  return Math.floor((Math.max(bits, 0) * 1000 + 500) / 2 ** log2FractionBits);
}

/**
 * log2 of a positive integer below 2^31 in units of 2^-16, by repeated squaring of the mantissa. Exact steps below
 * 2^54, rounded down.
 */
function log2Fixed(value: number): number {
  const whole = 31 - Math.clz32(value);
  let mantissa = Math.floor((value * mantissaOne) / 2 ** whole);
  let result = whole;
  for (let i = 0; i < log2FractionBits; i++) {
    mantissa = Math.floor((mantissa * mantissa) / mantissaOne);
    result *= 2;
    if (mantissa >= 2 * mantissaOne) {
      mantissa = Math.floor(mantissa / 2);
      result++;
    }
  }
  return result;
}
