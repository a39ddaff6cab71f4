/**
 * What encoding a segment costs, in milliseconds of CPU, from exact counts: so many bytes hashed, searched, compressed, each at a price. The model of whole runs (tuning/work-model.ts) prices
 * processes and files as well, which a segment in memory has none of.
 *
 * Prices are rounded from those of that model; of zstd they grow smoothly with the level. Both sides of a rollout are counted by the same ones, so what is judged is their ratio.
 */
import { present } from '../../base/errors.js';
import type { Reading } from '../../base/meter.js';
import type { CodecName } from '../../engine/package/codecs.js';
import type { Strategy } from '../../engine/strategy/strategy.js';

/** Nanoseconds. */
const perByte = {
  read: 0.32,
  packed: 0.8,
  deltaEncoded: 1.1,
  hashed: { 'xxh3-128': 0.07, blake3: 0.55, sha256: 1.05 },
  chunked: { adaptive: 0, compare: 0, rolling: 0, fixed: 0.02, fastcdc: 0.33, strided: 0.12 },
  searched: { adaptive: 1.8, compare: 0, rolling: 0.46, fixed: 0, fastcdc: 0, strided: 0 },
} as const;
const each = { operation: 600, block: 580, probe: 900 } as const;

interface CodecPrice {
  readonly level: number;
  readonly perByte: number;
  /** For each segment of a package: tables, the same however short a stream is. */
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

/** `level`: the one that compressed. */
export function encodingWorkMs(strategy: Strategy, level: number, counts: Reading['counts']): number {
  const of = (counter: keyof Reading['counts']): number => counts[counter] ?? 0;
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
    compression(strategy, level, counts);
  return nanoseconds * msPerNanosecond;
}

function compression(strategy: Strategy, level: number, counts: Reading['counts']): number {
  const { bytesCompressed = 0, segments = 0 } = counts;
  const { codec, deflate } = strategy.compression;
  if (codec === 'deflate' && deflate === 'portable') return portableDeflate * bytesCompressed;
  if (codec !== 'auto' && codec !== 'zstd') return others[codec] * bytesCompressed;
  if (bytesCompressed === 0) return 0;
  const price = priceAt(level);
  return price.perByte * bytesCompressed + price.perSegment * segments;
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
