/** One request of a recorded block trace, whatever the format it was read from. No trace carries content; some carry digests of it. */

export type TraceOperation = 'read' | 'write' | 'trim' | 'sync';

export interface TraceEvent {
  /** On the recording's own clock: only differences say something. Not always ascending, as recorders write what several processors saw. */
  readonly timeMicros: number;
  readonly op: TraceOperation;
  /** Bytes from the start of the volume; 0 for a sync. */
  readonly offset: number;
  /** Bytes; 0 for a sync. */
  readonly length: number;
  /** Which address space, in the words of the format; absent where the format knows one only. */
  readonly volume?: string;
  /** Equal for equal contents of `length` bytes: 52 bits of a digest. Absent where the format has none. */
  readonly contentId?: number;
}

/** A read or write may not be larger than this: recorders cut them at a few MiB, a larger one is damage. A discard may be. */
export const requestBytesMax = 1 << 30;
