/**
 * Faults at a time, as data: what the operator, the power grid and the network's owner do to the world. A schedule is drawn once from a seed, or
 * read from a fixture, and can be made shorter fault by fault; opportunities that go wrong are the plan's (plan.ts).
 */
import type { CrashKind } from '../process/node.js';
import type { DiskOptions } from '../disk/device.js';
import type { WireOptions } from '../network/wire.js';

export type Fault =
  | { readonly kind: 'crash'; readonly node: string; readonly how: CrashKind; readonly downMs: number }
  /** At the node's next n-th settled await. */
  | {
      readonly kind: 'crash-at-wait';
      readonly node: string;
      readonly how: CrashKind;
      readonly waitCount: number;
      readonly downMs: number;
    }
  | { readonly kind: 'pause'; readonly node: string; readonly forMs: number }
  | { readonly kind: 'cpu'; readonly node: string; readonly slowness: number; readonly forMs: number }
  | { readonly kind: 'clock-jump'; readonly node: string; readonly byMs: number }
  | { readonly kind: 'clock-drift'; readonly node: string; readonly ppm: number }
  | { readonly kind: 'bit-rot'; readonly node: string }
  /** Other properties of the disk for a while: slow, full, failing. */
  | {
      readonly kind: 'disk';
      readonly node: string;
      readonly options: Partial<DiskOptions>;
      readonly forMs: number;
    }
  /** One direction, or both. */
  | {
      readonly kind: 'partition';
      readonly from: string;
      readonly to: string;
      readonly isOneWay: boolean;
      readonly forMs: number;
    }
  /** Other weather in one direction for a while. */
  | {
      readonly kind: 'wire';
      readonly from: string;
      readonly to: string;
      readonly options: Partial<WireOptions>;
      readonly forMs: number;
    }
  | { readonly kind: 'reset'; readonly from: string; readonly to: string };

export interface ScheduledFault {
  readonly atMs: number;
  readonly fault: Fault;
}

/** What a fault of this kind needs from a world; times are virtual, and `later` is asked to undo what lasts. */
export interface FaultTarget {
  crash(node: string, how: CrashKind, downMs: number): void;
  crashAtWait(node: string, how: CrashKind, waitCount: number, downMs: number): void;
  pause(node: string, isPaused: boolean): void;
  slowCore(node: string, slowness: number): void;
  jumpClock(node: string, byMs: number): void;
  driftClock(node: string, ppm: number): void;
  rot(node: string): void;
  disk(node: string, options: Partial<DiskOptions> | undefined): void;
  partition(from: string, to: string, isCut: boolean): void;
  wire(from: string, to: string, options: Partial<WireOptions> | undefined): void;
  reset(a: string, b: string): void;
  later(ms: number, what: string, action: () => void): void;
}

/** Does it. What lasts is undone when its time is over. */
export function injectFault(fault: Fault, target: FaultTarget): void {
  switch (fault.kind) {
    case 'crash': {
      target.crash(fault.node, fault.how, fault.downMs);
      return;
    }
    case 'crash-at-wait': {
      target.crashAtWait(fault.node, fault.how, fault.waitCount, fault.downMs);
      return;
    }
    case 'pause':
      target.pause(fault.node, true);
      {
        target.later(fault.forMs, 'resume', () => target.pause(fault.node, false));
        return;
      }
    case 'cpu':
      target.slowCore(fault.node, fault.slowness);
      {
        target.later(fault.forMs, 'cpu as before', () => target.slowCore(fault.node, 1));
        return;
      }
    case 'clock-jump': {
      target.jumpClock(fault.node, fault.byMs);
      return;
    }
    case 'clock-drift': {
      target.driftClock(fault.node, fault.ppm);
      return;
    }
    case 'bit-rot': {
      target.rot(fault.node);
      return;
    }
    case 'disk':
      target.disk(fault.node, fault.options);
      {
        target.later(fault.forMs, 'disk as before', () => target.disk(fault.node, undefined));
        return;
      }
    case 'partition': {
      const cut = (isCut: boolean): void => {
        target.partition(fault.from, fault.to, isCut);
        if (!fault.isOneWay) target.partition(fault.to, fault.from, isCut);
      };
      cut(true);
      target.later(fault.forMs, 'heal', () => cut(false));
      return;
    }
    case 'wire':
      target.wire(fault.from, fault.to, fault.options);
      {
        target.later(fault.forMs, 'wire as before', () => target.wire(fault.from, fault.to, undefined));
        return;
      }
    case 'reset': {
      target.reset(fault.from, fault.to);
      return;
    }
  }
}
