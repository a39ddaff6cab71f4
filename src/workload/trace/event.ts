/** One request of a recorded block trace, whatever the format it was read from. No trace carries content. */

export type TraceOperation = 'read' | 'write' | 'trim' | 'sync';

export interface TraceEvent {
  /** Since the start of the recording; not always ascending, as recorders write what several processors saw. */
  readonly timeMicros: number;
  readonly op: TraceOperation;
  /** Bytes from the start of the device; 0 for a sync. */
  readonly offset: number;
  /** Bytes; 0 for a sync. */
  readonly length: number;
}

/** A request may not be larger than this: recorders cut them at a few MiB, a larger one is damage. */
export const requestBytesMax = 1 << 30;
