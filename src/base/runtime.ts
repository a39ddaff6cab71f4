/**
 * What a long-running part (an agent, a server, a store) may know of the world around it: time, waiting, chance, and what work costs. The
 * real one lives at the edge, a virtual one in the simulator, which settles every promise that leaves this interface, or, when the process
 * has crashed, never does.
 */
import type { Random } from './prng.js';

export interface Runtime {
  /** Milliseconds since an arbitrary start; never goes backwards. For durations, deadlines and rates. */
  nowMs(): number;
  /** Milliseconds since 1970 as this machine believes; may be wrong, drift and jump. For hybrid times and records alone. */
  wallMs(): number;
  /** Resolves after `ms`, or rejects with CancelledError as soon as the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Accounts for CPU work on `bytes` bytes: nothing in the real world, where the work itself takes time; simulated time elsewhere. */
  work(kind: WorkKind, bytes: number): Promise<void>;
  /** This part's own stream; fork it by name. */
  readonly random: Random;
}

/** Kinds of CPU work whose cost the simulator knows from a calibration file. */
export type WorkKind = 'chunk' | 'hash' | 'diff' | 'apply' | 'compress' | 'decompress';

/** An ordered, reliable byte stream between two parties, as TLS over TCP gives. It may stall, slow down, and end at any byte. */
export interface Link {
  /** Who is at the other end, as authenticated. */
  readonly peer: string;
  /** Hands bytes over (the caller no longer touches them). Resolves once there is room for more; throws WorldError when the link is gone. */
  send(bytes: Uint8Array): Promise<void>;
  /** The next bytes, at least one; undefined when the other side closed in good order. Throws WorldError when the link broke. */
  receive(): Promise<Uint8Array | undefined>;
  /** Closes in good order after what was sent. May be called twice. */
  close(): void;
  /** Ends at once; what is under way may be lost. */
  destroy(): void;
}

/** Opens links to a peer. Throws WorldError when it cannot be reached. */
export interface Dialer {
  dial(address: string, signal?: AbortSignal): Promise<Link>;
}
