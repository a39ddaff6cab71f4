/**
 * A strategy: one named, fully resolved choice of detection, chunker, fingerprint, sub-block delta and compression.
 * The name and the parameters are written into every package.
 */
import { contentChunkerNames, type ChunkSizes, type ContentChunkerName } from '../chunk/content-chunkers.js';
import { chunkerNames } from '../chunk/spec.js';
import type { RecogniserName } from '../detect/recognise/recognisers.js';
import type { CompressionChoice } from '../package/codecs.js';
import { UsageError } from '../../base/errors.js';
import type { FingerprintName } from '../fingerprint/fingerprint.js';

export type StrategyName = 'adaptive' | 'compare' | 'fixed' | ContentChunkerName | 'rolling';
export const strategyNames: readonly StrategyName[] = [
  'adaptive',
  'compare',
  'fixed',
  ...contentChunkerNames,
  'rolling',
];

/** How much CPU `adaptive` may spend on fewer bytes, cheapest first. */
export const effortNames = ['fast', 'thorough', 'maximum'] as const;
export type Effort = (typeof effortNames)[number];

/**
 * How the base's block ids come to the diffing side where it lacks the base: it has kept them, its remote sends the manifest, or both walk the digest tree
 * of theirs (detect/merkle-reader.ts). The walk is really done, message by message.
 */
export const exchangeNames = ['kept', 'manifest', 'merkle'] as const;
export type ExchangeName = (typeof exchangeNames)[number];

/** How streams are compressed; `auto` leaves the level to the amount of new data (level.ts). */
export type CompressionSetting = Omit<CompressionChoice, 'level'> & { readonly level: number | 'auto' };

interface Common {
  readonly fingerprint: FingerprintName;
  /** Whether changed blocks are encoded against similar base bytes. Needs the base's content. */
  readonly subBlock: boolean;
  readonly compression: CompressionSetting;
  /** Whether segments carry the figures behind their codec choice. */
  readonly decisions: boolean;
}

export type Strategy = Common &
  /** blockBytes is the granularity of comparison in place. */
  (
    | {
        readonly name: 'adaptive';
        readonly blockBytes: number;
        readonly effort: Effort;
        readonly recognisers: readonly RecogniserName[];
      }
    | { readonly name: 'compare'; readonly blockBytes: number }
    | { readonly name: 'fixed'; readonly blockBytes: number; readonly exchange: ExchangeName }
    | {
        [N in ContentChunkerName]: { readonly name: N; readonly exchange: ExchangeName } & ChunkSizes;
      }[ContentChunkerName]
    /** blockBytes 0 chooses about the square root of the base's size. */
    | { readonly name: 'rolling'; readonly blockBytes: number }
  );

/**
 * Whether literals are compressed beside the base bytes that lie opposite (delta/context.ts): by `adaptive`, where a codec can. Not with
 * `fast` where the whole base was searched already: so much is new then that the context takes a fifth of the run's CPU, for 1 to 7 % of its bytes.
 */
export function usesContext(strategy: Strategy, isBaseSearched: boolean): boolean {
  const { codec, level } = strategy.compression;
  if (strategy.name !== 'adaptive' || !strategy.subBlock) return false;
  if (strategy.effort === 'fast' && isBaseSearched) return false;
  return codec === 'zstd' || (codec === 'auto' && level !== 1);
}

/** A strategy that cuts blocks, which a manifest can list. */
export type CuttingStrategy = Extract<Strategy, { readonly name: 'fixed' | ContentChunkerName }>;

/** A strategy whose blocks a manifest can list. */
export type ListingStrategy = CuttingStrategy | Extract<Strategy, { readonly name: 'adaptive' }>;

export function isCutting(strategy: Strategy): strategy is CuttingStrategy {
  return chunkerNames.some((name) => name === strategy.name);
}

/** Throws UsageError for a strategy that has no blocks. */
export function requireListing(strategy: Strategy): ListingStrategy {
  return strategy.name === 'adaptive' ? strategy : requireCutting(strategy);
}

/** Throws UsageError for a strategy that has no blocks of one chunker. */
export function requireCutting(strategy: Strategy): CuttingStrategy {
  if (isCutting(strategy)) return strategy;
  throw new UsageError(`strategy ${strategy.name} has no blocks to list`, {
    hint: `use one that has: adaptive, ${chunkerNames.join(', ')}`,
  });
}

/** The size that a strategy is named by: of its blocks, or of its chunks on average; 0 where it is chosen by the base's size. */
export function blockBytesOf(strategy: Strategy): number {
  return 'averageBytes' in strategy ? strategy.averageBytes : strategy.blockBytes;
}
