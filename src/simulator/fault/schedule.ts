/**
 * Faults at a time, as data: what the operator, the power grid and the network's owner do to the world. A schedule is drawn once from a seed, or
 * read from a fixture, and can be made shorter fault by fault; opportunities that go wrong are the plan's (plan.ts).
 *
 * Faults may overlap, also those of one kind at one place. A direction is cut while any partition of it lasts, a process makes no progress
 * while any pause of it does, a core is slower by the product; of two that set the same property of a disk or a path the later one holds. A pause
 * ends with the process. A crash or a pause of what does not run is none.
 */
import type { CrashKind } from '../process/node.js';
import type { DiskOptions } from '../disk/device.js';
import type { WireOptions } from '../network/wire.js';

export type Fault =
  | { readonly kind: 'crash'; readonly node: string; readonly how: CrashKind; readonly downMs: number }
  /** At the n-th settled await from then on; none if the process ends before. */
  | {
      readonly kind: 'crash-at-wait';
      readonly node: string;
      readonly how: CrashKind;
      readonly waitCount: number;
      readonly downMs: number;
    }
  | { readonly kind: 'pause'; readonly node: string; readonly forMs: number }
  /** `slowness` 2 makes work take twice as long. */
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
