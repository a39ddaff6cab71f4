/** What a transfer reports while it goes on: plain numbers, for whoever shows them. */
export interface TransferProgress {
  readonly phase: 'manifest' | 'segments' | 'committed';
  /** Segments known to be durable, and those sent so far; of this connection. How many there will be depends on the link. */
  readonly segments: number;
  readonly segmentCount: number;
  /** Bytes of blocks in segments known to be durable, and in all of them. */
  readonly blockBytes: number;
  readonly blockBytesTotal: number;
  /** Bytes of the whole snapshot. */
  readonly totalBytes: number;
  /** Bytes of manifests and packages so far, with all offers. */
  readonly wireBytes: number;
  /** Since the transfer began; for rates. */
  readonly elapsedMs: number;
}

export type OnProgress = (progress: TransferProgress) => void;
