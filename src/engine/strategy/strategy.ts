/**
 * A strategy: one named, fully resolved choice of detection, chunker, fingerprint, sub-block delta and compression.
 * The name and the parameters are written into every package.
 */
import type { CodecName } from '../package/codecs.js';
import type { FingerprintName } from '../fingerprint/fingerprint.js';

export const strategyNames = ['compare', 'fixed', 'fastcdc', 'rolling'] as const;
export type StrategyName = (typeof strategyNames)[number];

/** How streams are compressed. */
export interface CompressionChoice {
  /** `auto` picks per stream from entropy; a codec's name fixes it (falling back to stored where it does not gain). */
  readonly codec: 'auto' | CodecName;
  /** zstd 1 to 22, deflate 1 to 9; ignored by stored and lz4. */
  readonly level: number;
  /** Which deflate encoder: `portable` (fflate: the same bytes everywhere) or `native` (node:zlib: faster, bytes vary with Node's zlib). */
  readonly deflate: 'portable' | 'native';
}

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
