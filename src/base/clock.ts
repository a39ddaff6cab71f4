/** Time is passed in, everywhere: the real clock lives at the edge (cli, harness/io), a virtual one in the simulator. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes backwards. */
  nowMs(): number;
}

/** A clock that stands still: for runs whose times nobody reads. */
export const stoppedClock: Clock = { nowMs: () => 0 };
