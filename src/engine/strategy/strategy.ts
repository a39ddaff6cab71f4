/**
 * A strategy: one named, fully resolved choice of detection, chunker, fingerprint, sub-block delta and compression.
 * The name and the parameters are written into every package.
 */
import type { CompressionChoice } from '../package/codecs.js';
import type { FingerprintName } from '../fingerprint/fingerprint.js';

export const strategyNames = ['compare', 'fixed', 'fastcdc', 'rolling'] as const;
export type StrategyName = (typeof strategyNames)[number];

interface Common {
  readonly fingerprint: FingerprintName;
  /** Whether changed blocks are encoded against similar base bytes. Needs the base's content. */
  readonly subBlock: boolean;
  readonly compression: CompressionChoice;
  /** Whether segments carry the figures behind their codec choice. */
  readonly decisions: boolean;
}

export type Strategy = Common &
  (
    | { readonly name: 'compare'; readonly blockBytes: number }
    | { readonly name: 'fixed'; readonly blockBytes: number }
    | {
        readonly name: 'fastcdc';
        readonly minBytes: number;
        readonly averageBytes: number;
        readonly maxBytes: number;
      }
    /** blockBytes 0 chooses about the square root of the base's size. */
    | { readonly name: 'rolling'; readonly blockBytes: number }
  );
