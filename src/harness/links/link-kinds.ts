/**
 * Links between two sites, as the model has them: bandwidth, delay, loss. The queue before the bottleneck holds what the link carries in a round trip, 64 KiB at least: what a router has.
 */
import { plainWire, type WireOptions } from '../../simulator/network/wire.js';

export interface LinkKind {
  readonly name: string;
  readonly megabitsPerSecond: number;
  readonly roundTripMs: number;
  /** Chance of each segment to be lost, in either direction. */
  readonly loss: number;
}

/** The link of the numbers that this project holds itself to. */
export const measuredLink: LinkKind = { name: 'measured', megabitsPerSecond: 10, roundTripMs: 20, loss: 0 };

export const linkKinds: readonly LinkKind[] = [
  { name: 'lan', megabitsPerSecond: 1000, roundTripMs: 0.2, loss: 0 },
  { name: 'wan', megabitsPerSecond: 100, roundTripMs: 80, loss: 0 },
  measuredLink,
  { name: 'satellite', megabitsPerSecond: 2, roundTripMs: 600, loss: 0 },
  { name: 'thin', megabitsPerSecond: 0.256, roundTripMs: 100, loss: 0.01 },
];

const queueBytesMin = 64 * 1024;

/** One direction of it. */
export function wireOf({ megabitsPerSecond, roundTripMs, loss }: LinkKind): WireOptions {
  const bytesPerSecond = (megabitsPerSecond * 1e6) / 8;
  return {
    ...plainWire,
    latency: { kind: 'fixed', ms: roundTripMs / 2 },
    bytesPerSecond,
    queueBytes: Math.max(queueBytesMin, Math.round((bytesPerSecond * roundTripMs) / 1000)),
    loss: { kind: 'independent', probability: loss },
  };
}
