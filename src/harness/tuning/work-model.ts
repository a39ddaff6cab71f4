/**
 * What a diff and an apply cost, from exact counts: so many bytes hashed, compared, searched, compressed, each at the price of its stage. Milliseconds of CPU of one thread of the
 * machine that the prices were taken on; on another all are longer or shorter, in much the same proportion.
 *
 * A search decides by these, not by measured times, so that the same search goes the same way twice. They are rough: a codec takes twice as long for one kind of bytes as for another. What is
 * recommended is measured afterwards.
 *
 * Prices: rounded from least squares over some hundred runs with strategies and settings drawn by chance, over all built-in workloads, stage by stage (stageMs against counts), each run
 * the best of two by CPU time, beside other work on the machine. Of zstd there were few runs for a level: its prices were smoothed by hand, so that they grow with the level; the part that
 * is the same however short a stream is, is that of its tables.
 */
import { present } from '../../base/errors.js';
import type { CodecName } from '../../engine/package/codecs.js';
import type { Strategy } from '../../engine/strategy/strategy.js';
import type { Outcome } from '../measurement/job.js';

/** Nanoseconds. */
const perByte = {
  read: 0.32,
  written: 0.5,
  packed: 0.8,
  deltaEncoded: 1.1,
  /** Looking at bytes again when they are rebuilt: unpacking, copying. */
  unpacked: 2.5,
  hashed: { 'xxh3-128': 0.07, blake3: 0.55, sha256: 1.05 },
  chunked: { adaptive: 0, compare: 0, rolling: 0, fixed: 0.02, fastcdc: 0.33, strided: 0.12 },
  searched: { adaptive: 1.8, compare: 0, rolling: 0.46, fixed: 0, fastcdc: 0, strided: 0 },
} as const;
const each = { operation: 600, block: 580, probe: 900, file: 57_000, rebuiltFile: 128_000 } as const;
/** A run that does nothing: readers, lanes, kernels, header and footer. */
const runMs = 10;

interface CodecPrice {
  readonly level: number;
  readonly perByte: number;
  /** For each segment. */
  readonly perSegment: number;
}

const zstd: readonly CodecPrice[] = [
  { level: 1, perByte: 3, perSegment: 300_000 },
  { level: 3, perByte: 4, perSegment: 600_000 },
  { level: 6, perByte: 10, perSegment: 1_000_000 },
  { level: 9, perByte: 20, perSegment: 2_000_000 },
  { level: 12, perByte: 45, perSegment: 4_000_000 },
  { level: 15, perByte: 200, perSegment: 5_000_000 },
  { level: 19, perByte: 400, perSegment: 9_000_000 },
];
const others: Readonly<Record<Exclude<CodecName, 'zstd'>, number>> = { stored: 0.6, lz4: 2.7, deflate: 10 };
/** The encoder whose bytes are the same everywhere. */
const portableDeflate = 50;

const msPerNanosecond = 1e-6;

/** Milliseconds. */
export function diffWorkMs(strategy: Strategy, outcome: Outcome, files: number): number {
  const of = (counter: keyof Outcome['counts']['diff']): number => outcome.counts.diff[counter] ?? 0;
  const nanoseconds =
    perByte.read * of('bytesRead') +
    perByte.hashed[strategy.fingerprint] * of('bytesHashed') +
    perByte.chunked[strategy.name] * of('bytesChunked') +
    perByte.searched[strategy.name] * of('bytesSearched') +
    perByte.deltaEncoded * of('bytesDeltaEncoded') +
    perByte.packed * of('bytesOut') +
    each.operation * of('operations') +
    each.block * (of('blocks') + of('blocksCompared')) +
    each.probe * of('probes') +
    each.file * files +
    compression(strategy, outcome);
  return runMs + nanoseconds * msPerNanosecond;
}

/** Milliseconds. */
export function applyWorkMs(strategy: Strategy, outcome: Outcome, files: number): number {
  const of = (counter: keyof Outcome['counts']['apply']): number => outcome.counts.apply[counter] ?? 0;
  const nanoseconds =
    perByte.read * of('bytesRead') +
    perByte.hashed[strategy.fingerprint] * of('bytesHashed') +
    perByte.written * of('bytesWritten') +
    perByte.unpacked * outcome.exact.packageBytes +
    each.operation * of('operations') +
    each.rebuiltFile * files;
  return runMs + nanoseconds * msPerNanosecond;
}

function compression(strategy: Strategy, outcome: Outcome): number {
  const { bytesCompressed = 0, segments = 0 } = outcome.counts.diff;
  const { codec, deflate } = strategy.compression;
  if (codec === 'deflate' && deflate === 'portable') return portableDeflate * bytesCompressed;
  if (codec !== 'auto' && codec !== 'zstd') return others[codec] * bytesCompressed;
  if (bytesCompressed === 0) return 0;
  const price = priceAt(levelOf(strategy, outcome));
  return price.perByte * bytesCompressed + price.perSegment * segments;
}

/** As the engine decides it (strategy/level.ts), by what was left literal in the end. */
function levelOf({ compression: { level }, ...strategy }: Strategy, { operationBytes }: Outcome): number {
  if (level !== 'auto') return level;
  if (strategy.name === 'adaptive' && strategy.effort !== 'thorough')
    return strategy.effort === 'fast' ? 3 : 19;
  const bytes = Object.values(operationBytes).reduce((sum, length) => sum + length, 0);
  const perMille = (operationBytes.literal * 1000) / Math.max(1, bytes);
  if (perMille <= 20) return 19;
  return perMille <= 45 ? 16 : 12;
}

/** Between two levels of the table in proportion. */
function priceAt(level: number): CodecPrice {
  const above = zstd.find((price) => price.level >= level) ?? present(zstd.at(-1), 'price');
  const below = zstd.findLast((price) => price.level <= level) ?? above;
  if (above.level === below.level) return above;
  const share = (level - below.level) / (above.level - below.level);
  const between = (a: number, b: number): number => a + (b - a) * share;
  return {
    level,
    perByte: between(below.perByte, above.perByte),
    perSegment: between(below.perSegment, above.perSegment),
  };
}
