/**
 * One direction of a path between two hosts: delay, bandwidth with a drop-tail queue, loss, and whether it is cut. All connections between the
 * two share it. It is asked once for a *train* of segments, not once for each: see docs/simulator-network.md.
 */
import type { Random } from '../../base/prng.js';
import { drawLatencyMs } from './latency.js';
import type { Latency } from './latency.js';
import { LossProcess, geometric } from './loss.js';
import type { Loss } from './loss.js';

export interface WireOptions {
  readonly latency: Latency;
  /** Infinity where the link binds nothing. */
  readonly bytesPerSecond: number;
  /** What the queue before the bottleneck holds; what comes on top is dropped. */
  readonly queueBytes: number;
  readonly loss: Loss;
  /** Chance, for each segment, to be damaged (its checksum tells, so it is lost), to arrive twice, or late by `reorderMs`. */
  readonly corrupt: number;
  readonly duplicate: number;
  readonly reorder: number;
  readonly reorderMs: number;
}

/** Path 1 ms long, without limits or faults. */
export const plainWire: WireOptions = {
  latency: { kind: 'fixed', ms: 1 },
  bytesPerSecond: Infinity,
  queueBytes: 1 << 20,
  loss: { kind: 'independent', probability: 0 },
  corrupt: 0,
  duplicate: 0,
  reorder: 0,
  reorderMs: 0,
};

/** What became of a train. */
export interface Passage {
  /** Positions of the segments that did not arrive, ascending. */
  readonly lost: readonly number[];
  /** When the first byte's segment and the last one arrive (had they not been lost). */
  readonly firstNs: number;
  readonly lastNs: number;
  /** Segments that came late by the path's reordering. */
  readonly lateCount: number;
}

/** Ethernet, IP and TCP headers with timestamps: 14 + 20 + 32. */
export const headerBytes = 66;

export class Wire {
  #options: WireOptions;
  readonly #random: Random;
  readonly #weathers: Random;
  readonly #processes = new Map<string, LossProcess>();
  #loss: LossProcess;
  #corruption: LossProcess;
  #busyUntilNs = 0;
  /** How many partitions cut it; whether a host at one end is off. */
  #partitionCount = 0;
  isUnpowered = false;
  /** Then only a cut loses what leaves: chance and a full queue do not. */
  isSpared = false;
  /** Bytes that left the sender, headers and repetitions included, and segments that did not arrive. */
  bytesOnWire = 0;
  lostSegmentCount = 0;

  constructor(options: WireOptions, random: Random) {
    this.#options = options;
    this.#random = random.fork('wire');
    this.#weathers = random;
    this.#loss = this.#processOf(options.loss, 'loss');
    this.#corruption = this.#processOf(independent(options.corrupt), 'corrupt');
  }

  /** Nothing that leaves now arrives. */
  get isCut(): boolean {
    return this.#partitionCount > 0 || this.isUnpowered;
  }

  /** Cuts it until the function that this returns is called, once. */
  cut(): () => void {
    this.#partitionCount++;
    return () => {
      this.#partitionCount--;
    };
  }

  get options(): WireOptions {
    return this.#options;
  }

  change(options: WireOptions): void {
    this.#options = options;
    this.#loss = this.#processOf(options.loss, 'loss');
    this.#corruption = this.#processOf(independent(options.corrupt), 'corrupt');
  }

  /** Each weather has a stream of its own and goes on where it was left: a fault that nothing passed under shifts no later loss. */
  #processOf(loss: Loss, name: string): LossProcess {
    const key = `${name} ${JSON.stringify(loss)}`;
    const process = this.#processes.get(key) ?? new LossProcess(loss, this.#weathers.fork(key));
    this.#processes.set(key, process);
    return process;
  }

  /** One small segment on its own: when it arrives, or undefined when it is lost. */
  single(nowNs: number): number | undefined {
    const { lost, lastNs } = this.pass(nowNs, 0, 1, 0);
    return lost.length > 0 ? undefined : lastNs;
  }

  /** Delay of acknowledgements, which take no room: path and queue. */
  delayNs(nowNs: number): number {
    return Math.max(0, this.#busyUntilNs - nowNs) + this.#latencyNs();
  }

  /** How many of `count` acknowledgements are lost. */
  lostAmong(count: number): number {
    if (this.isCut) return count;
    const lost = this.#loss.next(count).length;
    this.lostSegmentCount += lost;
    return lost;
  }

  /** A train of `segments` with `bytes` of payload whose sender hands it over between now and `spreadNs` later. */
  pass(nowNs: number, bytes: number, segments: number, spreadNs: number): Passage {
    const { bytesPerSecond, queueBytes, duplicate, reorder, reorderMs } = this.#options;
    const total = bytes + segments * headerBytes;
    this.bytesOnWire += total;
    const startNs = Math.max(nowNs, this.#busyUntilNs);
    const perSegmentNs = (total / segments / bytesPerSecond) * 1e9;
    let kept = segments;
    if (bytesPerSecond < Infinity) {
      const endNs = startNs + segments * perSegmentNs;
      const excessNs = endNs - (nowNs + spreadNs) - perSegmentNs - (queueBytes / bytesPerSecond) * 1e9;
      if (excessNs > 0) kept = Math.max(0, segments - Math.ceil(excessNs / perSegmentNs));
      this.#busyUntilNs = startNs + kept * perSegmentNs;
    }
    let lost = this.#loss.next(segments);
    const damaged = this.#corruption.next(segments);
    if (this.isCut) lost = Array.from({ length: segments }, (_, index) => index);
    else if (this.isSpared) lost = [];
    else if (damaged.length > 0 || kept < segments) {
      const all = new Set([...lost, ...damaged]);
      for (let at = kept; at < segments; at++) all.add(at);
      lost = [...all].sort((a, b) => a - b);
    }
    this.lostSegmentCount += lost.length;
    if (duplicate > 0) this.bytesOnWire += this.#countOf(segments, duplicate) * (total / segments);
    const lateCount = reorder > 0 ? this.#countOf(segments, reorder) : 0;
    const latencyNs = this.#latencyNs();
    const isFree = bytesPerSecond === Infinity;
    return {
      lost,
      firstNs: startNs + (isFree ? 0 : perSegmentNs) + latencyNs,
      lastNs:
        Math.max(isFree ? startNs : this.#busyUntilNs, nowNs + spreadNs + (isFree ? 0 : perSegmentNs)) +
        latencyNs +
        (lateCount > 0 ? reorderMs * 1e6 : 0),
      lateCount,
    };
  }

  #countOf(segments: number, probability: number): number {
    let count = 0;
    for (let at = geometric(probability, this.#random); at < segments; count++)
      at += 1 + geometric(probability, this.#random);
    return count;
  }

  #latencyNs(): number {
    return drawLatencyMs(this.#options.latency, this.#random) * 1e6;
  }
}

function independent(probability: number): Loss {
  return { kind: 'independent', probability };
}
